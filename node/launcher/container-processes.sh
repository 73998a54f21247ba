# Processes in the job's container: how they are started, told to end, and reach the containers of other nodes.

# Runs in a subshell, as `become_shell`, and returns the exit code. The container's shell reads its script from the pipe, and then
# becomes the user's with nothing to read.
become_in_container() { # interpreter-words command log process
  set +u
  write_inner_script "$@" | $bai_engine exec -i "$bai_container" /bin/sh
}

# What the shell in the container reads: the variables of a process, and its command.
write_inner_script() { # interpreter-words command log process
  bai_words=''
  if [ -n "$4" ]; then
    eval "bai_words=\$P_${4}_env"
    for bai_name in $bai_words; do eval "export $bai_name=\"\$P_${4}_env_$bai_name\""; done
  fi
  export_service_variables
  for bai_name in $bai_words; do
    eval "bai_value=\$$bai_name"
    export_word "$bai_name" "$bai_value"
  done
  export_user_variables "$bai_user_names"
  enter_job_temp
  printf '%s </dev/null\n' "$(become_inner_shell "$@")"
}

# MPI goes to the same directory on every node: one of several is entered by the path that is the same in all containers.
enter_job_temp() {
  inner_path "$AZ_BATCHAI_JOB_TEMP"
  quote_word "$bai_word"
  [ "$bai_nodes" = 1 ] || printf 'cd %s 2>/dev/null || ' "$bai_word"
  printf 'cd "$AZ_BATCHAI_JOB_TEMP" || exit 126\n'
}

become_inner_shell() { # interpreter-words command log process
  quote_word "$bai_wrapper"
  bai_line=$bai_word
  for bai_value in batchai "$1" "$2" "$3" "$bai_node"; do
    quote_word "$bai_value"
    bai_line="$bai_line $bai_word"
  done
  printf 'for batchai_sh in /bin/bash /usr/bin/bash /usr/local/bin/bash /bin/sh; do [ ! -x "$batchai_sh" ] || break; done\n'
  printf 'exec "$batchai_sh" -c %s' "$bai_line"
}

# The service's, and what MPI is told. PATH, libraries and a home for root are the image's own.
export_service_variables() {
  for bai_name in ${bai_exported:-$(variable_names)}; do
    case $bai_name in
      *[!A-Za-z0-9_]*) ;;
      AZ_BATCH* | OMPI_MCA_* | PRTE_MCA_* | PMIX_MCA_* | HYDRA_* | I_MPI_* | MLFLOW_TRACKING_* | BATCHAI_NODES_SHARE_MACHINE)
        eval "bai_value=\$$bai_name"
        export_word "$bai_name" "$bai_value"
        ;;
    esac
  done
  # The daemons of nodes that others would start find no way back to their launcher.
  [ "$bai_nodes" = 1 ] || printf 'export OMPI_MCA_plm_rsh_no_tree_spawn=1\n'
  [ "${bai_uid:-$(id -u)}" = 0 ] || export_word HOME "$AZ_BATCHAI_JOB_TEMP/home"
}

# Tells all that runs in the container; KILL ends the container itself.
signal_container() { # TERM|KILL
  if [ "$1" = KILL ]; then
    engine kill "$bai_container" >/dev/null 2>&1
  else
    engine exec "$bai_container" /bin/sh -c 'kill -TERM -1' >/dev/null 2>&1
  fi
}

# The first of several nodes: its container was opened by `prepare`.
resume_container() {
  [ "$bai_in_container" = yes ] || return 0
  find_engine
  bai_registry_password='' bai_container_open=yes
  { read -r bai_guard <"$bai_dir/guard"; } 2>/dev/null || bai_guard=''
  start_relay
}

# What the other nodes call, on the host: `enter-container SHELL-TEXT` to get in, `end-container` when the job has ended.
write_container_enter() {
  inner_path "$bai_dir"
  {
    printf '#!/bin/sh\nexec %s exec %s /bin/sh %s/enter "$*"\n' "$bai_engine" "$bai_container" "$bai_word"
  } >"$bai_dir/enter-container"
  printf '#!/bin/sh\n! command -v timeout >/dev/null || exec timeout 60 %s rm -f %s\nexec %s rm -f %s\n' \
    "$bai_engine" "$bai_container" "$bai_engine" "$bai_container" >"$bai_dir/end-container"
  printf '%s\n' "$bai_guard" >"$bai_dir/guard"
  write_container_rsh
  mkdir -p "$bai_dir/relay" && chmod 755 "$bai_dir/enter-container" "$bai_dir/end-container" "$bai_dir/rsh" ||
    fail launch-failed 244 "cannot write $bai_dir/enter-container"
}

# An image needs neither ssh nor a key to reach the other nodes: this `rsh` asks the launcher outside, which has both.
write_container_rsh() {
  {
    printf '#!/bin/sh\n'
    write_rsh_words
    cat <<'EOT'
here=${0%/*}/relay
place=$here/$$
rm -rf "$place"
mkdir -p "$place" && mkfifo "$place/out" "$place/err" "$place/code" || exit 255
printf %s "$host" >"$place/host"
printf %s "$text" >"$place/text"
printf '%s\n' "$$" >"$here/asked" || exit 255
cat "$place/out" &
cat "$place/err" >&2 &
code=255
read -r code <"$place/code"
wait
rm -rf "$place"
exit "$code"
EOT
  } >"$bai_dir/rsh"
}

start_relay() {
  mkdir -p "$bai_dir/relay" && rm -f "$bai_dir/relay/asked" && mkfifo -m 600 "$bai_dir/relay/asked" ||
    fail launch-failed 244 "cannot create a fifo in $bai_dir"
  relay </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- &
  bai_relay=$!
}

relay() {
  trap - TERM INT HUP
  exec 7<>"$bai_dir/relay/asked"
  while read -r bai_asked <&7; do
    case $bai_asked in '' | *[!0-9]*) ;; *) relay_command "$bai_dir/relay/$bai_asked" & ;; esac
  done
}

# Only to nodes of the job: what is in a container reaches no other machine with the nodes' key.
relay_command() { # folder of the request
  bai_host=$(cat "$1/host") bai_text=$(sed "s/'/'\\\\''/g" "$1/text")
  {
    case ",${AZ_BATCH_HOST_LIST-},$bai_master," in
      *,"$bai_host",*)
        call_node "$bai_host" enter-container "'$bai_text'"
        ;;
      *)
        printf '%s\n' "rsh: $bai_host is not a node of the job" >&2
        (exit 255)
        ;;
    esac
  } >"$1/out" 2>"$1/err"
  printf '%s\n' "$?" >"$1/code"
}

call_node() { # host script [word of shell]
  ssh -n -o BatchMode=yes -o StrictHostKeyChecking=no -o LogLevel=ERROR -o ConnectTimeout=30 "$1" \
    "exec \"\${AZ_BATCH_NODE_SHARED_DIR:-$bai_fallback}/LS_root/launch/$bai_guid-$bai_attempt/$2\" ${3-}"
}

# Batch ends what runs on the other nodes when this one has ended; their containers are gone before that.
end_other_containers() {
  [ "$bai_verb" = run ] && [ "$bai_nodes" -gt 1 ] || return 0
  set --
  bai_host_index=1
  while [ "$bai_host_index" -lt "$bai_nodes" ]; do
    eval "bai_host=\$H_$bai_host_index"
    call_node "$bai_host" end-container </dev/null >/dev/null 2>&1 &
    set -- "$@" "$!"
    bai_host_index=$((bai_host_index + 1))
  done
  wait "$@"
}

bai_relay=''
kill_relay() {
  bai_children=$bai_relay
  list_tree
  kill -KILL $bai_tree 2>/dev/null
  bai_children='' bai_relay=''
}
