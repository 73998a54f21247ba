# The usual case: one process on one node and no preparation. It begins with its container, by one call of the engine, which also removes
# the container when it ends. Each further call would cost such a job a tenth of a second or more.

has_own_container() { [ "$bai_in_container$bai_nodes$bai_count$bai_has_preparation" = yes11no ]; }

# Process 1: it reads what the process is to be from its input, and ends with it, or when nobody holds the pipe `alive` open any more. Nothing
# begins before it listens there (`held`), or is told by the launcher that the pipe does not reach it (`free`: engines on a machine of their
# own); who was killed before tells neither. It outlives a TERM that all get.
bai_own_keeper='command -v cat >/dev/null || { echo "the image has no cat" >&2; exit 127; }
exec 4<&0
: >"$1/up" || exit 126
trap : TERM
trap "exit 143" USR1
(trap "" TERM; exec 3<"$1/alive"; : >"$1/held"; cat <&3 >/dev/null; kill -USR1 "$$") 4<&- &
tries=2000000
until [ -e "$1/held" ] || [ -e "$1/free" ]; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || exit 126
done
/bin/sh <&4 4<&- &
child=$!
exec 4<&-
while wait "$child"; code=$?; kill -0 "$child" 2>/dev/null; do :; done
wait "$child" 2>/dev/null
again=$?
[ "$again" = 127 ] || code=$again
echo "$code" >"$1/ended"
exit "$code"'

# Sets bai_code, as the wait for a process on the host does.
run_own_container() { # words text
  start_own_container "$@"
  [ ! -e "$bai_dir/up" ] || return 0
  bai_said=$(last_words "$(cat "$bai_dir/said")")
  find_other_image || container_failed "${bai_said:-the container ended at once$(foreign_image)}"
  start_own_container "$@"
  [ ! -e "$bai_dir/up" ] || return 0
  bai_said=$(last_words "$(cat "$bai_dir/said")")
  container_failed "${bai_said:-the container ended at once$(foreign_image)}"
}

start_own_container() { # words text
  (become_own_container "$@") </dev/null >"$bai_dir/said" 2>&1 &
  bai_children=$!
  await_own_container "$bai_children" </dev/null >/dev/null 2>&1 &
  bai_awaiting=$!
  wait "$bai_children"
  bai_code=$? bai_children='' bai_now=''
  kill -KILL "$bai_awaiting" 2>/dev/null
  wait "$bai_awaiting" 2>/dev/null
  bai_left=$bai_code
  { read -r bai_code <"$bai_dir/ended"; } 2>/dev/null || bai_code=$bai_left
  # The engine ended as the process did, and complained of nothing: the container is removed.
  [ "$bai_left" = "$bai_code" ] && [ -e "$bai_dir/ended" ] && ! has_complained || return 0
  bai_container_open=no
  release_container
  bai_container_mark=$AZ_BATCHAI_ROOT/container
}

has_complained() { [ -s "$bai_dir/said" ] && grep -qi -e error -e fail "$bai_dir/said"; }

# Output goes into the logs by their own paths: what the engine says stays apart.
become_own_container() { # words text
  set +u
  bai_exported=$(variable_names) # both sides of the pipe go through them
  {
    quote_word "$bai_logs/$bai_out"
    printf 'exec >>%s' "$bai_word"
    quote_word "$bai_logs/$bai_err"
    printf ' 2>>%s || exit 126\n' "$bai_word"
    write_inner_script "$1" "$2" "$bai_log" 0
  } | (run_container -i "$bai_own_keeper")
}

# The program's time begins when the container is there. An engine that does not answer must not hold the node for ever.
await_own_container() { # process of the engine
  bai_tries=1200
  while [ ! -e "$bai_dir/up" ]; do
    bai_tries=$((bai_tries - 1))
    [ "$bai_tries" -gt 0 ] || {
      printf 'the container does not answer\n' >>"$bai_dir/said"
      bai_children=$1
      list_tree
      kill -KILL $bai_tree 2>/dev/null
      return
    }
    sleep 0.1
  done
  step program
  bai_tries=10
  while [ ! -e "$bai_dir/held" ]; do
    bai_tries=$((bai_tries - 1))
    [ "$bai_tries" -gt 0 ] || break
    sleep 0.1
  done
  [ -e "$bai_dir/held" ] || true >"$bai_dir/free"
}
