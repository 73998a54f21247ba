# Watches the launcher, and what it should hear of (notices.sh). A step of its own that waits for storage (a mount, a directory, a copy of a log) may wait for ever when
# that does not answer, and would keep the node with it. Programs of the user take as long as they like.

step() { # name ["" or the exit code of the job's program]
  [ -n "$bai_watcher" ] || return 0
  bai_steps=$((bai_steps + 1))
  { printf '%s %s %s\n' "$bai_steps" "$1" "${2-}" >"$bai_dir/step"; } 2>/dev/null
}

# Nothing on this node's own disk waits.
start_watch() { # process to end when it hangs
  [ "$bai_on_storage" = yes ] || has_notices || return 0
  bai_launcher=$1 bai_watcher=starting
  [ ! -e "$bai_dir/watch" ] || rm -f "$bai_dir/watch"
  step start
  watch </dev/null >/dev/null 3>&- 4>&- 5>&- &
  bai_watcher=$!
}

# The file says that the trap is set: a shell loses a signal that comes before.
stop_watch() {
  [ -n "$bai_watcher" ] || return 0
  bai_signal=TERM
  [ -e "$bai_dir/watch" ] || bai_signal=KILL
  kill "-$bai_signal" "$bai_watcher" 2>/dev/null
  wait "$bai_watcher" 2>/dev/null
  bai_watcher=''
}

watch() {
  bai_nap='' bai_stop=no bai_seen='' bai_waited=0 bai_told=no
  bai_pause=$((bai_step_limit / 60))
  [ "$bai_pause" -gt 0 ] || bai_pause=1
  ! has_notices || bai_told=yes
  trap 'bai_stop=yes; [ -z "$bai_nap" ] || kill -KILL "$bai_nap" 2>/dev/null' TERM
  trap '' INT HUP
  { true >"$bai_dir/watch"; } 2>/dev/null
  [ "$bai_told" = no ] || begin_notices
  while [ "$bai_stop" = no ]; do
    [ "$bai_told" = no ] || pace_notices
    sleep "$bai_pause" 2>/dev/null &
    bai_nap=$!
    [ "$bai_stop" = no ] || kill -KILL "$bai_nap" 2>/dev/null
    wait "$bai_nap" 2>/dev/null
    kill -0 "$bai_launcher" 2>/dev/null || exit 0
    # Without the file, which a program may have removed, nothing is known of the step.
    { read -r bai_number bai_name bai_code <"$bai_dir/step"; } 2>/dev/null || bai_number='' bai_name=program
    if [ "$bai_name" = program ] || [ "$bai_number" != "$bai_seen" ]; then
      bai_seen=$bai_number bai_waited=0
      [ "$bai_told$bai_name" != yesprogram ] || look_for_notice
      continue
    fi
    bai_waited=$((bai_waited + bai_pause))
    [ "$bai_waited" -lt "$bai_step_limit" ] || [ "$bai_stop" = yes ] || end_hung
  done
  wait "$bai_nap" 2>/dev/null # a signal ends the wait above before the nap is over
  exit 0
}

# What waits in the kernel cannot even be killed: the result is there all the same, and the control plane finds it.
end_hung() {
  bai_said="the launcher's step '$bai_name' took longer than $bai_step_limit seconds: a file system may not answer"
  printf '%s\n' "launch.sh: $bai_said" >&2
  if ! [ "${AZ_BATCH_TASK_WORKING_DIR:-$bai_start_dir}/batchai-result" -nt "$bai_dir/watch" ]; then
    case $bai_code in
      '') write_result launch-failed 244 "$bai_said" ;;
      0)
        bai_lost="what storage had not confirmed"
        write_result output-lost 0 "$bai_said"
        ;;
      *) write_result exited "$bai_code" "$bai_said" ;;
    esac
  fi
  bai_self=$(exec sh -c 'echo "$PPID"')
  bai_children=$bai_launcher
  list_tree
  set --
  for bai_pid in $bai_tree; do [ "$bai_pid" = "$bai_self" ] || set -- "$@" "$bai_pid"; done
  kill -KILL "$@" 2>/dev/null
  exit 0
}
