# Words of the log and of the result file.

# The time is asked for once after everything that may have taken any: a process is dear on a busy machine. What passed since it was
# asked for, the kernel tells without one (proc(5): seconds and hundredths); within a minute that is a matter of its last digits.
read_time() { # → bai_now
  [ -z "$bai_now" ] || return 0
  bai_uptime=''
  { read -r bai_uptime bai_rest </proc/uptime; } 2>/dev/null
  bai_uptime=${bai_uptime%%.*}
  if [ -n "$bai_up" ] && [ -n "$bai_uptime" ]; then
    bai_digits=${bai_second#*T??:??:}
    bai_digits=${bai_digits%Z}
    bai_digits=$((${bai_digits#0} + bai_uptime - bai_up))
    if [ "$bai_digits" -lt 60 ]; then
      [ "$bai_digits" -gt 9 ] || bai_digits=0$bai_digits
      bai_now=${bai_second%??Z}${bai_digits}Z
      return 0
    fi
  fi
  bai_now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  bai_second=$bai_now bai_up=$bai_uptime
}

log() {
  read_time
  bai_line="$bai_now $*"
  if [ -z "$bai_log" ]; then
    bai_early="$bai_early$bai_line$nl"
    return 0
  fi
  # The directory is the program's to remove; the log begins again then.
  { printf '%s\n' "$bai_line" >>"$bai_log"; } 2>/dev/null || {
    mkdir -p "$bai_logs" && printf '%s\n' "$bai_line" >>"$bai_log"
  } 2>/dev/null || printf '%s\n' "launch.sh: $*" >&2
}

# The control plane reads this file when the task failed; `domain/launch/result.ts` is its other end. Where another node's
# working directory is, nobody knows; the task's shared directory has one path on all nodes.
write_result() { # outcome exit-code detail
  read_time
  write_result_in "${AZ_BATCH_TASK_WORKING_DIR:-$bai_start_dir}" "$@"
  if [ "$bai_verb" = prepare ] && [ -n "${AZ_BATCH_TASK_SHARED_DIR-}" ]; then
    write_result_in "$AZ_BATCH_TASK_SHARED_DIR" "$@"
  fi
}

write_result_in() { # folder outcome exit-code detail
  [ -d "$1" ] || mkdir -p "$1"
  {
    printf 'outcome %s\nexitCode %s\nnode %s\nat %s\ndetail %s\n' "$2" "$3" "$bai_node" "$bai_now" "${4%%"$nl"*}"
    [ -z "$bai_failed_image" ] || printf 'image %s\n' "$bai_failed_image"
    [ -z "$bai_lost" ] || printf 'lost %s\n' "${bai_lost%%"$nl"*}"
    [ -z "$bai_silent" ] || printf 'silent %s\n' "$bai_silent"
    printf 'end result\n'
  } >"$1/batchai-result"
}
