# The user's setup task, in bash when the node has it. Its output goes to `stdout-{node}.txt` and `stderr-{node}.txt`. On a
# blob mount (mirror) it is written locally and copied every second: a file appears there only once it is closed.

run_setup_task() {
  [ "$setup_has_task" = yes ] || return 0
  setup_node=$AZ_BATCH_NODE_ID
  mkdir -p "$setup_dir" || stop "cannot create the setup task's log folder $setup_dir"
  setup_shell=/bin/sh
  for setup_path in /bin/bash /usr/bin/bash; do [ ! -x "$setup_path" ] || setup_shell=$setup_path; done
  setup_out=$setup_dir/stdout-$setup_node.txt setup_err=$setup_dir/stderr-$setup_node.txt
  if [ "$setup_mode" = mirror ]; then
    setup_out=stdout-setup.txt setup_err=stderr-setup.txt
    : >"$setup_out"
    : >"$setup_err"
    while sleep 1; do copy_setup_logs; done </dev/null >/dev/null 2>&1 &
    setup_loop=$!
  fi
  (become_setup_task) </dev/null >"$setup_out" 2>"$setup_err"
  setup_code=$?
  if [ "$setup_mode" = mirror ]; then
    kill "$setup_loop"
    wait "$setup_loop" 2>/dev/null
    copy_setup_logs
  fi
  # Batch keeps this text, and the cluster's errors quote it.
  [ "$setup_code" = 0 ] || {
    echo "the setup task exited with $setup_code"
    tail -n 20 "$setup_err"
  } >&2
  return "$setup_code"
}

copy_setup_logs() {
  cp "$setup_out" "$setup_dir/stdout-$setup_node.txt"
  cp "$setup_err" "$setup_dir/stderr-$setup_node.txt"
}

become_setup_task() {
  export AZ_BATCHAI_STDOUTERR_DIR="$setup_dir"
  set -- "$setup_shell" -c "$setup_command"
  set +uf
  for setup_name in $setup_names; do eval "export $setup_name=\"\$U_$setup_name\""; done
  exec "$@"
}
