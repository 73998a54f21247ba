# A forwarder between the job's programs and the service: it answers at once, whatever the service does, keeps what they log on the
# node's disk, and sends it on. Why, and when programs report straight to the service instead: docs/adr/0041-a-forwarder-answers-on-the-node.md

forwarder_end_s=15  # for what is unsent when the programs have ended well; the node is the job's no longer than it needs to be
forwarder_hurry_s=3 # before an eviction, or when somebody waits

# → bai_host and bai_port; false where there is none.
start_forwarder() { # address of the service
  [ -z "$bai_forwarder" ] && is_first && { [ "$bai_verb" = run ] || return 1; } && may_be_python && ! has_proxy || return 1
  bai_host=127.0.0.1
  [ "$bai_nodes" = 1 ] || bai_host=$H_0 # ranks on other nodes are given the first one's variables
  bai_python=/usr/bin/python3
  [ -x "$bai_python" ] || bai_python=$(command -v python3) || return 1
  bai_forward=$AZ_BATCHAI_ROOT/tracking/$bai_guid
  remove_other_spools
  (umask 077 && mkdir -p "$bai_forward") 2>/dev/null && write_forwarder "$bai_forward" 2>/dev/null || return 1
  rm -f "$bai_forward/port" "$bai_forward/end"
  mkfifo "$bai_forward/port" 2>/dev/null || return 1
  (
    trap - TERM INT HUP
    set +u
    cd / || exit 1
    BATCHAI_FORWARD_TO=$1 BATCHAI_FORWARD_TOKEN=$bai_tracking_token BATCHAI_FORWARD_ARTIFACTS=$bai_artifacts
    BATCHAI_FORWARD_OWN=j${#bai_experiment}-$bai_experiment-$bai_job BATCHAI_FORWARD_EXPERIMENT=$bai_experiment
    BATCHAI_FORWARD_EARLIER=$bai_stdouterr/mlflow-unsent.jsonl BATCHAI_FORWARD_OUTPUTS=$(output_folders)
    export BATCHAI_FORWARD_TO BATCHAI_FORWARD_TOKEN BATCHAI_FORWARD_ARTIFACTS BATCHAI_FORWARD_OWN
    export BATCHAI_FORWARD_EXPERIMENT BATCHAI_FORWARD_EARLIER BATCHAI_FORWARD_OUTPUTS
    exec "$bai_python" -I -S "$bai_forward/listen.py" "$bai_forward" "$bai_host"
  ) </dev/null >"$bai_forward/port" 2>/dev/null 3>&- 4>&- 5>&- &
  bai_forwarder=$!
  read -r bai_port <"$bai_forward/port"
  [ -z "$bai_port" ] || return 0
  wait "$bai_forwarder" 2>/dev/null
  bai_forwarder=''
  return 1
}

# Where files for TensorBoard are looked for, a line each.
output_folders() {
  bai_index=0
  while [ "$bai_index" -lt "$bai_output_count" ]; do
    eval "printf '%s\\n' \"\$O_${bai_index}_path\""
    bai_index=$((bai_index + 1))
  done
}

# An interpreter takes a moment of every job: not of one whose commands cannot have a client of MLflow's in them.
may_be_python() {
  bai_index=0
  while [ "$bai_index" -lt "$bai_count" ]; do
    eval "bai_words=\$P_${bai_index}_interpreter bai_text=\$P_${bai_index}_command"
    [ -z "$bai_words" ] || return 0
    case $bai_text in *py* | *.sh* | *mlflow* | *torchrun* | *accelerate* | *make*) return 0 ;; esac
    bai_index=$((bai_index + 1))
  done
  return 1
}

# Clients would ask a proxy for this node's loopback address.
has_proxy() {
  [ -z "${http_proxy-}${HTTP_PROXY-}${all_proxy-}${ALL_PROXY-}" ] || return 0
  case " $bai_user_names " in *[Pp][Rr][Oo][Xx][Yy]*) return 0 ;; esac
  return 1
}

# A node has one job at a time, and nobody comes for what others left.
remove_other_spools() {
  [ -d "$AZ_BATCHAI_ROOT/tracking" ] || return 0
  set +f
  for bai_old in "$AZ_BATCHAI_ROOT/tracking"/*; do
    [ "$bai_old" = "$bai_forward" ] || [ ! -d "$bai_old" ] || remove_trees "$bai_old"
  done
  set -f
}

# When the programs have ended: it sends what it has, and what it could not send goes to the logs.
stop_forwarder() {
  [ -n "$bai_forwarder" ] || return 0
  bai_seconds=$forwarder_hurry_s
  [ "$bai_outcome" != exited ] || bai_seconds=$forwarder_end_s
  { printf '%s\n' "$bai_seconds" >"$bai_forward/end"; } 2>/dev/null
  kill -USR1 "$bai_forwarder" 2>/dev/null
  wait "$bai_forwarder" 2>/dev/null
  bai_forwarder=''
  if [ -s "$bai_forward/said" ]; then
    while IFS= read -r bai_line_said; do log "$bai_line_said"; done <<EOF
$(head -n 20 "$bai_forward/said")
EOF
  fi
  [ ! -s "$bai_forward/unsent.jsonl" ] || cp "$bai_forward/unsent.jsonl" "$bai_logs/mlflow-unsent.jsonl" ||
    { log "what is unsent stays on the node: the log folder does not take it" && return 0; }
  remove_trees "$bai_forward"
}
