# The end: whatever happens, processes are stopped, logs flushed, mounts undone, the result written.

# The started processes and all their living descendants → bai_tree. By parent, not by group: Batch owns the group.
list_tree() {
  bai_tree=" $bai_children " bai_more=yes
  bai_table=$(ps -A -o pid= -o ppid= 2>/dev/null) || return 0
  while [ "$bai_more" = yes ]; do
    bai_more=no
    while read -r bai_pid bai_parent; do
      case "$bai_tree" in *" $bai_pid "*) continue ;; esac
      case "$bai_tree" in *" $bai_parent "*) bai_tree="$bai_tree$bai_pid " bai_more=yes ;; esac
    done <<EOF
$bai_table
EOF
  done
}

# True while one of bai_tree runs; a dead one that nobody collected does not count.
tree_lives() {
  bai_table=$(ps -A -o pid= -o stat= 2>/dev/null) || return 1
  while read -r bai_pid bai_stat; do
    case $bai_stat in Z*) continue ;; esac
    case $bai_tree in *" $bai_pid "*) return 0 ;; esac
  done <<EOF
$bai_table
EOF
  return 1
}

stop_processes() { # TERM, five seconds, KILL
  [ -n "$bai_children" ] || return 0
  list_tree
  kill -TERM $bai_tree 2>/dev/null
  bai_tries=50
  while [ "$bai_tries" -gt 0 ] && tree_lives; do
    sleep 0.1
    bai_tries=$((bai_tries - 1))
  done
  [ "$bai_tries" -gt 0 ] || kill -KILL $bai_tree 2>/dev/null
  bai_children=''
}

fail() { # outcome code detail
  printf '%s\n' "launch.sh: $3" >&2
  stop_processes
  bai_code=$2
  if [ "$bai_verb" = prepare ] && [ "$1" = preparation-failed ]; then bai_code=241; fi
  finish "$1" "$2" "$3" "$bai_code"
}

finish() { # outcome code detail [exit code]
  trap '' TERM INT HUP
  exec 3>&-
  log "${3:-done}; exit code $2"
  if [ -z "$bai_log" ] && [ -n "$bai_early" ] && [ -n "$bai_stdouterr" ] && mkdir -p "$bai_stdouterr" 2>/dev/null; then
    printf %s "$bai_early" >"$bai_stdouterr/${bai_log_name:-execution.log}"
  fi
  stop_mirror
  unmount_volumes
  write_result "$1" "$2" "$3"
  [ ! -e "$bai_here/launch-secrets" ] || rm -f "$bai_here/launch-secrets"
  bai_code=${4:-$2}
  if [ "$bai_verb" = run ] && [ -n "${bai_dir-}" ]; then
    cd /
    set -- "$AZ_BATCHAI_JOB_TEMP" "$bai_dir"
    [ "$bai_nodes" = 1 ] || [ -z "${AZ_BATCHAI_SHARED_JOB_TEMP-}" ] || set -- "$@" "$AZ_BATCHAI_SHARED_JOB_TEMP"
    remove_trees "$@"
  fi
  exit "$bai_code"
}

on_signal() {
  trap '' TERM INT HUP
  bai_now=''
  fail ended 143 "the job was ended by a signal"
}
