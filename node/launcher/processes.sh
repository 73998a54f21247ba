# The usual case: one process on one node. Sets bai_code and bai_name.
run_only_process() {
  eval "bai_name=\$P_0_name"
  open_process 0
  if has_own_container; then
    log "started $bai_name in container $bai_container of $bai_image"
    run_own_container "$bai_words" "$bai_text"
    bai_registry_password=''
    return
  fi
  (become_shell "$bai_words" "$bai_text" "$bai_log" 0) </dev/null >>"$bai_logs/$bai_out" 2>>"$bai_logs/$bai_err" &
  bai_children=$!
  log "started $bai_name"
  step program
  wait "$bai_children"
  bai_code=$? bai_children='' bai_now=''
}

open_process() { # index
  eval "bai_out=\$P_$1_stdout bai_err=\$P_$1_stderr bai_words=\$P_$1_interpreter bai_text=\$P_$1_command"
  new_log "$bai_out"
  new_log "$bai_err"
  eval "bai_word=\$P_$1_out_alias bai_value=\$P_$1_err_alias"
  [ -n "$bai_word" ] || return 0
  alias_log "$bai_out" "$bai_word"
  alias_log "$bai_err" "$bai_value"
  [ -z "$bai_aliases" ] || [ -n "$bai_mirror_pid" ] || start_mirror
}

# Starts this node's processes. Each reports `name code required|service` on descriptor 3 when it ended.
start_processes() { # node
  rm -f "$bai_dir/ends"
  mkfifo "$bai_dir/ends" || fail launch-failed 244 "cannot create a fifo in $bai_dir"
  exec 3<>"$bai_dir/ends"
  bai_required=0 bai_index=0
  while [ "$bai_index" -lt "$bai_count" ]; do
    eval "bai_on=\$P_${bai_index}_node bai_ends=\$P_${bai_index}_ends bai_name=\$P_${bai_index}_name"
    if [ "$bai_on" = "$1" ]; then
      [ "$bai_ends" = service ] || bai_required=$((bai_required + 1))
      start_process "$bai_index"
    fi
    bai_index=$((bai_index + 1))
  done
}

start_process() { # index
  open_process "$1"
  (
    trap - TERM INT HUP
    # A shell more between the program and the one that reports: a program that kills its parent is reported, too.
    (
      (become_shell "$bai_words" "$bai_text" "$bai_log" "$1") </dev/null >>"$bai_logs/$bai_out" 2>>"$bai_logs/$bai_err"
      exit "$?"
    ) 3>&- 4>&- 5>&-
    printf '%s %s %s\n' "$bai_name" "$?" "$bai_ends" >&3
  ) &
  bai_children="$bai_children $!"
  log "started $bai_name"
}

# Other nodes of the job that have required processes: each is told to go, and counts as one required process here.
join_nodes() {
  bai_host_index=1
  while [ "$bai_host_index" -lt "$bai_nodes" ]; do
    if has_processes "$bai_host_index"; then
      eval "bai_host=\$H_$bai_host_index"
      bai_required=$((bai_required + 1))
      join_node "$bai_host" "$bai_host_index" &
      bai_joins="$bai_joins $!"
      eval "J_$!=\$bai_host"
      log "started the processes of node $bai_host_index ($bai_host)"
    fi
    bai_host_index=$((bai_host_index + 1))
  done
}

has_processes() { # node
  bai_index=0
  while [ "$bai_index" -lt "$bai_count" ]; do
    eval "bai_on=\$P_${bai_index}_node"
    [ "$bai_on" != "$1" ] || return 0
    bai_index=$((bai_index + 1))
  done
  return 1
}

join_node() { # host node; the agent there was left by `prepare`
  trap - TERM INT HUP
  # The agent holds `done` open: when it is gone, the read there ends. A node that is gone says nothing for ten minutes. One that is about to
  # be evicted says so before it ends its processes, and speaks again when they have ended.
  ssh -n -o BatchMode=yes -o StrictHostKeyChecking=no -o LogLevel=ERROR \
    -o ServerAliveInterval=30 -o ServerAliveCountMax=20 "$1" \
    "d=\"\${AZ_BATCH_NODE_SHARED_DIR:-$bai_fallback}/LS_root/launch/$bai_guid-$bai_attempt\"; \
    [ -p \"\$d/go\" ] && kill -0 \"\$(cat \"\$d/agent\")\" && echo $2 >\"\$d/go\" && \
    read -r c <\"\$d/done\" && echo \"code \$c\" && \
    { [ \"\$c\" != evicted ] || read -r c <\"\$d/done\"; }" 2>>"$bai_log" 3>&- | report_node "$2"
}

# What the node's shell may print besides is not the agent's.
report_node() { # node
  bai_said=''
  while read -r bai_line; do
    [ -z "$bai_said" ] || continue
    case $bai_line in
      *'code evicted'*) printf 'evicted-%s 143 required\n' "$1" >&3 ;;
      *'code '*) printf 'node-%s %s required\n' "$1" "${bai_line##*code }" >&3 ;;
      *) continue ;;
    esac
    bai_said=said
  done
  [ -n "$bai_said" ] || printf 'unreachable-%s 244 required\n' "$1" >&3
}

# Nodes of the job whose processes still run: their agents end them as the launcher does here.
tell_nodes() {
  for bai_join in $bai_joins; do
    kill -0 "$bai_join" 2>/dev/null || continue
    eval "bai_host=\$J_$bai_join"
    ssh -n -o BatchMode=yes -o StrictHostKeyChecking=no -o LogLevel=ERROR -o ConnectTimeout=10 "$bai_host" \
      "d=\"\${AZ_BATCH_NODE_SHARED_DIR:-$bai_fallback}/LS_root/launch/$bai_guid-$bai_attempt\"; \
      : >\"\$d/told\"; kill -TERM \"\$(cat \"\$d/agent\")\"" \
      >/dev/null 2>&1 3>&- &
  done
}

# Waits until all required processes exited 0, or one failed. Sets bai_code and bai_name. The code is the collector's own,
# so that it survives a program that removes the launch directory.
wait_for_end() {
  (
    trap - TERM INT HUP
    bai_left=$bai_required
    while [ "$bai_left" -gt 0 ]; do
      read -r bai_name bai_code bai_ends <&3 || exit 244
      if [ "$bai_code" != 0 ]; then
        printf '%s\n' "$bai_name" >"$bai_dir/first"
        exit "$bai_code"
      fi
      [ "$bai_ends" = service ] || bai_left=$((bai_left - 1))
    done
    exit 0
  ) 2>/dev/null &
  bai_collector=$!
  step program
  wait "$bai_collector"
  bai_code=$? bai_now='' bai_collector='' bai_name='a process'
  if [ "$bai_code" = 0 ]; then bai_name=all; else { read -r bai_name <"$bai_dir/first"; } 2>/dev/null; fi
}
