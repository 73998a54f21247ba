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

stop_processes() { # TERM, the grace, KILL
  [ -n "$bai_children$bai_joins" ] || return 0
  tell_nodes
  if [ -n "$bai_children" ]; then
    list_tree
    if [ "$bai_container_open" = yes ]; then signal_container TERM; else kill -TERM $bai_tree 2>/dev/null; fi
    end_tree "$bai_grace"
  fi
  if [ -n "$bai_joins" ]; then # the other nodes have the same grace, and some time to write their logs
    bai_children=$bai_joins
    list_tree
    end_tree 5
  fi
  bai_children='' bai_joins=''
  [ -z "$bai_collector" ] || kill -KILL "$bai_collector" 2>/dev/null
}

end_tree() { # seconds until it is killed
  bai_tries=$(($1 * 10))
  while [ "$bai_tries" -gt 0 ] && tree_lives; do
    sleep 0.1
    bai_tries=$((bai_tries - 1))
  done
  [ "$bai_tries" = 0 ] || return 0
  [ "$bai_container_open" = no ] || signal_container KILL
  bai_children=$bai_tree # also what was started meanwhile, and children of those that are gone
  list_tree
  kill -KILL $bai_tree 2>/dev/null
}

fail() { # outcome code detail
  printf '%s\n' "launch.sh: $3" >&2
  stop_processes
  step end
  bai_code=$2
  if [ "$bai_verb" = prepare ] && [ "$1" = preparation-failed ]; then bai_code=241; fi
  finish "$1" "$2" "$3" "$bai_code"
}

# The result comes before whatever is only tidied up. What a step of the end cannot do never changes the code.
finish() { # outcome code detail [exit code]
  trap '' TERM INT HUP
  bai_outcome=$1 bai_code=$2 bai_detail=$3 bai_exit=${4:-$2}
  exec 3>&-
  close_container
  [ "$bai_verb" != run ] || [ -z "$bai_log" ] || check_outputs
  log "${3:-done}; exit code $2"
  keep_early_log
  stop_forwarder
  stop_mirror
  [ "$bai_verb" != run ] || check_logs
  end_launch
}

# Also called when the shell itself gave up in the middle of `finish`: nothing in here may.
end_launch() {
  trap - EXIT
  close_container
  stop_forwarder
  unmount_volumes
  if [ -n "$bai_lost" ] && [ "$bai_outcome$bai_code" = exited0 ]; then bai_outcome=output-lost bai_exit=245; fi
  write_result "$bai_outcome" "$bai_code" "$bai_detail"
  [ ! -e "$bai_here/launch-secrets" ] || rm -f "$bai_here/launch-secrets"
  if [ "$bai_verb" = run ] && [ -n "${bai_dir-}" ]; then
    cd /
    # What waits for storage is watched; the node's own disk does not wait.
    [ "$bai_nodes" = 1 ] || [ -z "${AZ_BATCHAI_SHARED_JOB_TEMP-}" ] || remove_trees "$AZ_BATCHAI_SHARED_JOB_TEMP"
    stop_watch
    remove_trees "$AZ_BATCHAI_JOB_TEMP" "$bai_dir" ${bai_container_mark:+"$bai_container_mark"}
  fi
  stop_watch
  hold_evicted
  exit "$bai_exit"
}

# What was logged before there was a file for it.
keep_early_log() {
  [ -z "$bai_log" ] && [ -n "$bai_early" ] && [ -n "$bai_stdouterr" ] || return 0
  { mkdir -p "$bai_stdouterr" && printf %s "$bai_early" >"$bai_stdouterr/${bai_log_name:-execution.log}"; } 2>/dev/null
}

# The shell ends without `finish`: an error of the launcher, which must not hide what the program did.
on_exit() {
  bai_exit=$?
  trap '' TERM INT HUP
  trap - EXIT
  stop_processes
  step end "$bai_program_code"
  if [ -z "$bai_outcome" ]; then
    bai_outcome=launch-failed bai_code=244 bai_exit=244
    bai_detail="the launcher ended by an error of its own, see stderr.txt of the task"
    if [ -n "$bai_program_code" ]; then bai_outcome=exited bai_code=$bai_program_code bai_exit=$bai_code; fi
  else
    bai_exit=$bai_code
  fi
  end_launch
}

on_signal() {
  trap '' TERM INT HUP
  bai_now=''
  read_notice
  case $bai_notice in
    time-over | evicted | requeued | deallocated | rehearsed) fail "$bai_notice" 143 "$bai_said" ;;
    *) fail ended 143 "$bai_said" ;;
  esac
}
