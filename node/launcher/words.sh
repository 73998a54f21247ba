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

# The control plane reads this file when the task failed; `domain/launch/result.ts` is its other end.
write_result() { # outcome exit-code detail
  bai_folder=${AZ_BATCH_TASK_WORKING_DIR:-$bai_start_dir}
  [ -d "$bai_folder" ] || mkdir -p "$bai_folder"
  [ -n "$bai_now" ] || bai_now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  {
    printf 'outcome %s\nexitCode %s\nnode %s\nat %s\ndetail %s\n' "$1" "$2" "$bai_node" "$bai_now" "${3%%"$nl"*}"
    [ -z "$bai_lost" ] || printf 'lost %s\n' "${bai_lost%%"$nl"*}"
    printf 'end result\n'
  } >"$bai_folder/batchai-result"
}
