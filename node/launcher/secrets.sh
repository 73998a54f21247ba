# Secrets of the job: sealed until they are in this shell, and in no file once it has begun.

load_secrets() {
  if [ "$bai_verb" = run ] && [ -p "$bai_dir/sealed" ]; then
    bai_sealed=$(cat "$bai_dir/sealed")
  elif [ -r "$bai_here/launch-secrets" ]; then
    bai_sealed=$(cat "$bai_here/launch-secrets")
    rm -f "$bai_here/launch-secrets"
  else
    return 0
  fi
  open_sealed "$bai_sealed" || fail launch-failed 244 "the job's secrets cannot be opened: $sealed_error"
  bai_secrets_complete=no
  eval "$sealed_text"
  sealed_text=''
  [ "$bai_secrets_complete" = yes ] || fail launch-failed 244 "the secrets file is cut off"
}

# The first of several nodes needs them twice: to prepare, and to run. In between a process holds them, still sealed, which
# Batch ends with the task, whatever becomes of the other nodes.
hold_secrets() {
  [ -n "$bai_sealed" ] && is_first || return 0
  rm -f "$bai_dir/sealed"
  mkfifo -m 600 "$bai_dir/sealed" || fail launch-failed 244 "cannot create a fifo in $bai_dir"
  (
    trap - TERM INT HUP
    printf '%s\n' "$bai_sealed" >"$bai_dir/sealed"
  ) </dev/null >/dev/null 2>&1 &
}
