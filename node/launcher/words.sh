# Words of the log and of the result file.

# The time is asked for once after everything that may have taken any: a process is dear on a busy machine.
log() {
  [ -n "$bai_now" ] || bai_now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  bai_line="$bai_now $*"
  if [ -n "$bai_log" ]; then printf '%s\n' "$bai_line" >>"$bai_log"; else bai_early="$bai_early$bai_line$nl"; fi
}

# The control plane reads this file when the task failed; `domain/launch/result.ts` is its other end.
write_result() { # outcome exit-code detail
  bai_detail=$3
  case $bai_detail in *"$nl"*) bai_detail=${bai_detail%%"$nl"*} ;; esac
  printf 'outcome %s\nexitCode %s\nnode %s\ndetail %s\nend result\n' "$1" "$2" "$bai_node" "$bai_detail" \
    >"${AZ_BATCH_TASK_WORKING_DIR:-$bai_start_dir}/batchai-result"
}
