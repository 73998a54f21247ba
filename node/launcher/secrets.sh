# Secrets of the job: sealed until they are in this shell, and in no file once it has begun.

load_secrets() {
  if [ "$bai_verb" = run ] && [ -p "$bai_dir/sealed" ]; then
    take_held_secrets
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
  { printf '%s\n' "$!" >"$bai_dir/holder"; } 2>/dev/null || fail launch-failed 244 "cannot write $bai_dir/holder"
}

# Of a process that holds them no more, a read would wait for ever. A second writer, which writes nothing, keeps it from that; the
# first one's text comes all the same, as it has the fifo open, too.
take_held_secrets() {
  bai_sealed='' bai_holder='' bai_tries=100
  { read -r bai_holder <"$bai_dir/holder"; } 2>/dev/null
  while [ -z "$bai_sealed" ]; do
    (true >"$bai_dir/sealed") </dev/null >/dev/null 2>&1 &
    bai_writer=$!
    bai_sealed=$(cat "$bai_dir/sealed")
    kill -KILL "$bai_writer" 2>/dev/null
    wait "$bai_writer" 2>/dev/null
    [ -z "$bai_sealed" ] || return 0
    bai_tries=$((bai_tries - 1))
    { [ "$bai_tries" -gt 0 ] && kill -0 "$bai_holder" 2>/dev/null; } ||
      fail launch-failed 244 "the process that held the job's secrets on node $bai_node is gone"
    sleep 0.1
  done
}
