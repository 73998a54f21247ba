# What the launcher is called for.

prepare_node() {
  make_directories
  start_watch "$$"
  step mounts
  log "node $bai_node, $bai_nodes node(s), $AZ_BATCHAI_NUM_GPUS GPU(s), attempt $bai_attempt"
  [ "$AZ_BATCHAI_NUM_GPUS" -ge "${BATCHAI_NODE_GPUS_OF_SIZE:-0}" ] ||
    log "a node of this size has $BATCHAI_NODE_GPUS_OF_SIZE GPU(s), but this machine has none, or no more that no other node has"
  mount_volumes
  [ -n "${AZ_BATCHAI_SHARED_JOB_TEMP-}" ] ||
    log "no file share is mounted: AZ_BATCHAI_SHARED_JOB_TEMP is not set on several nodes"
  step directories
  make_job_directories
  open_container
  write_enter
  run_preparation
  step start
}

# Of a single process nothing of ours is left; what it left itself, Batch ends with the task.
run_processes() {
  if [ "$bai_nodes$bai_count" = 11 ]; then
    run_only_process
  else
    start_processes 0
    [ "$bai_nodes" = 1 ] || join_nodes
    wait_for_end
    case $bai_name in
      evicted-*) heed_eviction "${bai_name#*-}" ;;
      all) ;;
      *) ask_peers ;;
    esac
    stop_processes
    hear_peers
  fi
  bai_program_code=$bai_code
  step output "$bai_code"
  bai_end=exited
  case $bai_name in
    evicted-*)
      bai_end=evicted
      return
      ;;
    unreachable-*) fail launch-failed 244 "node ${bai_name#*-} of the job could not be reached over ssh, or its agent is gone" ;;
  esac
  if [ "$bai_code" = 0 ]; then bai_said='all processes exited with 0'; else bai_said="$bai_name exited with $bai_code"; fi
  if [ "$bai_code" = 127 ]; then bai_said="$bai_said: a program was not found, see stderr.txt"; fi
}

run() {
  if [ "$bai_nodes" = 1 ]; then prepare_node; else resume_node; fi
  begin_receipt
  ! is_first || check_reproduction
  run_processes
  [ "$bai_end" != exited ] || end_receipt
  finish "$bai_end" "$bai_code" "$bai_said"
}

# The first of several nodes was prepared by `prepare`.
resume_node() {
  bai_log_name=execution-$bai_node.log
  start_watch "$$"
  if [ -r "$bai_dir/mounted" ]; then bai_mounted=$(cat "$bai_dir/mounted")$nl; fi
  make_job_directories
  resume_container
  write_enter
}

prepare() {
  prepare_node
  log "prepared"
  stop_mirror
  stop_watch
  hold_secrets
  is_first || ! has_other_processes && return 0
  rm -f "$bai_dir/go" "$bai_dir/done" "$bai_dir/told" # Batch may start a run anew where it was
  mkfifo "$bai_dir/go" "$bai_dir/done" || fail launch-failed 244 "cannot create a fifo in $bai_dir"
  exec 4<>"$bai_dir/done" 5<>"$bai_dir/go"
  agent </dev/null >/dev/null 2>&1 &
  { printf '%s\n' "$!" >"$bai_dir/agent"; } 2>/dev/null || fail launch-failed 244 "cannot write $bai_dir/agent"
}

has_other_processes() {
  bai_host_index=1
  while [ "$bai_host_index" -lt "$bai_nodes" ]; do
    has_processes "$bai_host_index" && return 0
    bai_host_index=$((bai_host_index + 1))
  done
  return 1
}

# Stays in the background of a node that is not the first; Batch ends it with the task.
agent() {
  trap on_agent_signal TERM INT HUP
  bai_go='' bai_time_limit='' bai_stop_url='' # are for the first node, which tells the others
  read -r bai_go <&5
  start_watch "$(exec sh -c 'echo "$PPID"')"
  [ "$bai_mode" = direct ] || start_mirror
  start_processes "$bai_go"
  wait_for_end
  step output
  log "$bai_name exited with $bai_code"
  [ "$bai_code" = 0 ] || stop_processes
  stop_mirror
  stop_watch
  printf '%s\n' "$bai_code" >&4
  [ "$bai_mode" = direct ] || start_mirror # services go on
  wait
}

on_agent_signal() {
  trap '' TERM INT HUP
  bai_now=''
  read_notice
  if [ "$bai_notice" = evicted ]; then
    printf 'evicted\n' >&4
    await_first
  fi
  stop_processes
  step end
  stop_mirror
  stop_watch
  [ "$bai_notice" != evicted ] || printf 'ended\n' >&4
  hold_evicted
  exit 143
}

trap on_signal TERM INT HUP
trap on_exit EXIT
case $bai_verb in
  run | prepare) ;;
  *)
    trap - EXIT
    printf 'usage: launch.sh run|prepare\n' >&2
    exit 2
    ;;
esac
find_shell
load_plan
"$bai_verb"
trap - EXIT
