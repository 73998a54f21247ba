# Words of the log and of the result file.

# The time is asked for once after everything that may have taken any: a process is dear on a busy machine.
log() {
  [ -n "$bai_now" ] || bai_now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
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
  [ -n "$bai_now" ] || bai_now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
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
