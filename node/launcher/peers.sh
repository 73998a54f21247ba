# Whether the machines of the other nodes still answer, when the job fails: a program whose peer goes away with its machine fails itself, often
# before Batch knows of the loss. Who has this run's folder is the machine that began it. What the service makes of it: docs/adr/0039.

bai_silent='' bai_asks=''

# In the background, while the processes are ended.
ask_peers() {
  bai_host_index=1
  while [ "$bai_host_index" -lt "$bai_nodes" ]; do
    eval "bai_host=\$H_$bai_host_index"
    ask_peer "$bai_host" >/dev/null 2>&1 3>&- &
    bai_asks="$bai_asks $!"
    eval "A_$!=\$bai_host"
    bai_host_index=$((bai_host_index + 1))
  done
}

ask_peer() { # host
  trap - TERM INT HUP
  exec ssh -n -o BatchMode=yes -o StrictHostKeyChecking=no -o LogLevel=ERROR -o ConnectTimeout=10 \
    -o ServerAliveInterval=5 -o ServerAliveCountMax=2 "$1" \
    "[ -d \"\${AZ_BATCH_NODE_SHARED_DIR:-$bai_fallback}/LS_root/launch/$bai_guid-$bai_attempt\" ]"
}

# Sets bai_silent: the hosts that do not answer, with commas between.
hear_peers() {
  for bai_ask in $bai_asks; do
    wait "$bai_ask" && continue
    eval "bai_host=\$A_$bai_ask"
    bai_silent=${bai_silent:+$bai_silent,}$bai_host
  done
  bai_asks=''
  [ -z "$bai_silent" ] || log "no answer from $bai_silent: Azure Batch may tell of its loss"
}
