#!/bin/sh
# Runs one launch plan on a compute node: directories, mounts, preparation, processes, exit code. The same file runs on
# Azure and on emulated nodes; it needs a POSIX sh and coreutils, and uses bash for the user's commands when there is one.
# It knows no toolkit and no job: the plan (`launch-plan`, next to this file) says everything, one directive a line.
#
#   launch.sh run       one node: everything. Several: the first node, after every node's `prepare`.
#   launch.sh prepare   several nodes, on each: directories, mounts, preparation; leaves an agent for this node's processes.
#
# Invariant: a user's text is only ever evaluated by the shell that runs the user's commands, never by this one. Variables
# of the user are kept as U_<name> here and exported in the child alone, so that none (PATH, IFS) can disturb the launcher.
set -uf
umask 022

bai_here=${0%/*}
[ "$bai_here" != "$0" ] || bai_here=.
bai_verb=${1-}
bai_start_dir=$PWD
bai_node=${AZ_BATCH_NODE_ID:-node}
bai_user_names='' bai_mounts=0 bai_count=0 bai_outputs='' bai_mounted='' bai_children='' bai_mirror_pid=''
bai_preparation='' bai_has_preparation=no bai_ended=no bai_plan_complete=no bai_log='' bai_early=''
bai_mode=direct bai_stdouterr='' bai_tree=''
nl='
'

# --- words of the log and of the result ------------------------------------------------------------------------------

log() {
  bai_line="$(date -u +%Y-%m-%dT%H:%M:%SZ) $*"
  if [ -n "$bai_log" ]; then printf '%s\n' "$bai_line" >>"$bai_log"; else bai_early="$bai_early$bai_line$nl"; fi
}

# The control plane reads this file when the task failed; `domain/launch/result.ts` is its other end.
write_result() { # outcome exit-code detail
  bai_detail=$3
  case $bai_detail in *"$nl"*) bai_detail=${bai_detail%%"$nl"*} ;; esac
  printf 'outcome %s\nexitCode %s\nnode %s\ndetail %s\nend result\n' "$1" "$2" "$bai_node" "$bai_detail" \
    >"${AZ_BATCH_TASK_WORKING_DIR:-$bai_start_dir}/batchai-result"
}

# --- the plan: one function for every directive ----------------------------------------------------------------------

plan_job() { # version guid attempt nodes workspace experiment job
  [ "$1" = 1 ] || fail launch-failed 244 "this launcher reads launch plans of version 1, not $1"
  bai_guid=$2 bai_attempt=$3 bai_nodes=$4
  AZ_BATCHAI_ROOT=${AZ_BATCH_NODE_SHARED_DIR:?}/LS_root
  AZ_BATCHAI_MOUNT_ROOT=$AZ_BATCHAI_ROOT/mounts
  AZ_BATCHAI_JOB_MOUNT_ROOT=$AZ_BATCHAI_ROOT/jobs/$5/$6/$7/mounts
  AZ_BATCHAI_JOB_TEMP_DIR=$AZ_BATCHAI_ROOT/temp
  AZ_BATCHAI_JOB_TEMP=$AZ_BATCHAI_JOB_TEMP_DIR/$2
  AZ_BATCHAI_MPI_HOST_FILE=$AZ_BATCHAI_JOB_TEMP/hostfile
  bai_dir=$AZ_BATCHAI_ROOT/launch/$2-$3
  count_gpus
  order_hosts
  export AZ_BATCHAI_ROOT AZ_BATCHAI_MOUNT_ROOT AZ_BATCHAI_JOB_MOUNT_ROOT AZ_BATCHAI_JOB_TEMP_DIR AZ_BATCHAI_JOB_TEMP
  export AZ_BATCHAI_MPI_HOST_FILE AZ_BATCHAI_MPI_MASTER_NODE AZ_BATCHAI_NUM_GPUS
}

plan_env() { # name value
  eval "U_$1=\$2"
  bai_user_names="$bai_user_names $1"
}

plan_secret_env() { # name; its value comes with the secrets file
  eval "U_$1=\${U_$1-}"
  bai_user_names="$bai_user_names $1"
}

plan_secret() { eval "U_$1=\$2"; } # name value

plan_key() { # secret-name key
  bai_mount_keys="${bai_mount_keys-}$1 $2$nl"
}

plan_secrets_end() { bai_secrets_complete=yes; }

plan_mount_share() { # relative-path secret account source file-mode directory-mode
  eval "M_${bai_mounts}='share' M_${bai_mounts}_path=\$1 M_${bai_mounts}_secret=\$2 M_${bai_mounts}_account=\$3"
  eval "M_${bai_mounts}_source=\$4 M_${bai_mounts}_options=file_mode=\$5,dir_mode=\$6"
  bai_mounts=$((bai_mounts + 1))
}

plan_mount_blob() { # relative-path secret account container options
  eval "M_${bai_mounts}='blob' M_${bai_mounts}_path=\$1 M_${bai_mounts}_secret=\$2 M_${bai_mounts}_account=\$3"
  eval "M_${bai_mounts}_source=\$4 M_${bai_mounts}_options=\$5"
  bai_mounts=$((bai_mounts + 1))
}

plan_input() { # id path
  eval "AZ_BATCHAI_INPUT_$1=\$2"
  export "AZ_BATCHAI_INPUT_$1"
}

plan_output() { # id path
  eval "AZ_BATCHAI_OUTPUT_$1=\$2"
  export "AZ_BATCHAI_OUTPUT_$1"
  bai_outputs="$bai_outputs$2$nl"
}

plan_stdouterr() { # direct|mirror path
  bai_mode=$1 bai_stdouterr=$2 AZ_BATCHAI_STDOUTERR_DIR=$2
  export AZ_BATCHAI_STDOUTERR_DIR
}

plan_shared_temp() { # path
  AZ_BATCHAI_SHARED_JOB_TEMP=$1
  export AZ_BATCHAI_SHARED_JOB_TEMP
}

plan_preparation() { bai_preparation=$1 bai_has_preparation=yes; }

plan_process() { # node role index required|service stdout stderr interpreter-words command
  eval "P_${bai_count}_node=\$1 P_${bai_count}_name=\$2-\$3 P_${bai_count}_ends=\$4 P_${bai_count}_stdout=\$5"
  eval "P_${bai_count}_stderr=\$6 P_${bai_count}_interpreter=\$7 P_${bai_count}_command=\$8 P_${bai_count}_env=''"
  bai_count=$((bai_count + 1))
}

plan_process_env() { # name value, of the process above
  bai_last=$((bai_count - 1))
  eval "P_${bai_last}_env=\"\$P_${bai_last}_env $1\" P_${bai_last}_env_$1=\$2"
}

plan_end() { bai_plan_complete=yes; }

load_plan() {
  [ -r "$bai_here/launch-plan" ] || fail launch-failed 244 "the launch plan $bai_here/launch-plan is missing"
  . "$bai_here/launch-plan"
  [ "$bai_plan_complete" = yes ] || fail launch-failed 244 "the launch plan is cut off"
  if [ -r "$bai_here/launch-secrets" ]; then
    bai_secrets_complete=no
    . "$bai_here/launch-secrets"
    # The first of several nodes reads it twice: to prepare, and to run.
    [ "$bai_verb" = prepare ] && is_first || rm -f "$bai_here/launch-secrets"
    [ "$bai_secrets_complete" = yes ] || fail launch-failed 244 "the secrets file is cut off"
  fi
}

# --- facts about the node --------------------------------------------------------------------------------------------

is_first() { [ "$bai_nodes" = 1 ] || [ "${AZ_BATCH_IS_CURRENT_NODE_MASTER-}" = true ]; }

count_gpus() {
  AZ_BATCHAI_NUM_GPUS=0
  set +f
  for bai_gpu in /dev/nvidia[0-9]*; do
    [ -e "$bai_gpu" ] && AZ_BATCHAI_NUM_GPUS=$((AZ_BATCHAI_NUM_GPUS + 1))
  done
  set -f
}

# Hosts of the job, the first node's first: H_0, H_1, …
order_hosts() {
  bai_master=${AZ_BATCH_MASTER_NODE-} bai_hosts=''
  bai_master=${bai_master%:*}
  [ "$bai_nodes" -gt 1 ] || bai_master=localhost
  AZ_BATCHAI_MPI_MASTER_NODE=$bai_master
  bai_host_count=1 H_0=$bai_master
  bai_ifs=$IFS IFS=,
  for bai_host in ${AZ_BATCH_HOST_LIST-}; do
    [ "$bai_nodes" -gt 1 ] && [ "$bai_host" != "$bai_master" ] || continue
    eval "H_$bai_host_count=\$bai_host"
    bai_host_count=$((bai_host_count + 1))
  done
  IFS=$bai_ifs
  bai_index=0
  while [ "$bai_index" -lt "$bai_host_count" ]; do
    eval "AZ_BATCHAI_HOST_$bai_index=\$H_$bai_index"
    bai_index=$((bai_index + 1))
  done
  [ "$bai_host_count" = "$bai_nodes" ] ||
    fail launch-failed 244 "the job needs $bai_nodes nodes, AZ_BATCH_HOST_LIST names '${AZ_BATCH_HOST_LIST-}'"
}

write_host_file() {
  bai_slots=$(getconf _NPROCESSORS_ONLN 2>/dev/null) || bai_slots=1
  [ "$AZ_BATCHAI_NUM_GPUS" = 0 ] || bai_slots=$AZ_BATCHAI_NUM_GPUS
  bai_index=0
  while [ "$bai_index" -lt "$bai_nodes" ]; do
    eval "printf '%s slots=%s\\n' \"\$H_$bai_index\" \"$bai_slots\""
    bai_index=$((bai_index + 1))
  done >"$AZ_BATCHAI_MPI_HOST_FILE"
}

# --- directories and mounts ------------------------------------------------------------------------------------------

make_directories() {
  remove_leftovers
  set -- "$AZ_BATCHAI_JOB_TEMP" "$AZ_BATCHAI_JOB_MOUNT_ROOT" "$bai_dir/logs"
  [ -n "${AZ_BATCH_NODE_MOUNTS_DIR-}" ] || set -- "$@" "$AZ_BATCHAI_MOUNT_ROOT"
  mkdir -p "$@" || fail launch-failed 244 "cannot create the job's directories below $AZ_BATCHAI_ROOT"
  if [ -n "${AZ_BATCH_NODE_MOUNTS_DIR-}" ] && [ ! -h "$AZ_BATCHAI_MOUNT_ROOT" ]; then
    ln -s "$AZ_BATCH_NODE_MOUNTS_DIR" "$AZ_BATCHAI_MOUNT_ROOT"
  fi
  bai_log_name=execution.log
  [ "$bai_nodes" = 1 ] || bai_log_name=execution-$bai_node.log
}

# What a run left behind whose node was taken away or killed: a node has one job at a time.
remove_leftovers() {
  [ -d "$AZ_BATCHAI_ROOT/launch" ] || return 0
  set +f
  for bai_old in "$AZ_BATCHAI_ROOT/launch"/*; do
    [ -d "$bai_old" ] && [ "$bai_old" != "$bai_dir" ] || continue
    if [ -r "$bai_old/mounted" ]; then
      while IFS= read -r bai_path; do umount -l "$bai_path" 2>/dev/null; done <"$bai_old/mounted"
    fi
    remove_tree "$bai_old"
  done
  for bai_old in "$AZ_BATCHAI_JOB_TEMP_DIR"/*; do
    [ ! -d "$bai_old" ] || [ "$bai_old" = "$AZ_BATCHAI_JOB_TEMP" ] || remove_tree "$bai_old"
  done
  set -f
}

# Never follows a mount that a user made inside, where `rm` can tell.
remove_tree() {
  rm -rf --one-file-system -- "$1" 2>/dev/null && return
  rm -rf --one-file-system -- "$1/none/such" 2>/dev/null || rm -rf -- "$1"
}

mount_volumes() {
  bai_index=0
  while [ "$bai_index" -lt "$bai_mounts" ]; do
    eval "bai_kind=\$M_$bai_index bai_path=\$M_${bai_index}_path bai_secret=\$M_${bai_index}_secret"
    eval "bai_account=\$M_${bai_index}_account bai_source=\$M_${bai_index}_source bai_options=\$M_${bai_index}_options"
    bai_path=$AZ_BATCHAI_JOB_MOUNT_ROOT/$bai_path
    bai_key=${bai_mount_keys-}
    bai_key=${bai_key#*"$bai_secret "}
    bai_key=${bai_key%%"$nl"*}
    mkdir -p "$bai_path" || fail launch-failed 244 "cannot create the mount point $bai_path"
    log "mounting $bai_kind $bai_source of $bai_account"
    if [ "$bai_kind" = share ]; then mount_share; else mount_blob; fi
    printf '%s\n' "$bai_path" >>"$bai_dir/mounted"
    bai_mounted="$bai_path$nl$bai_mounted"
    bai_index=$((bai_index + 1))
  done
  bai_mount_keys='' bai_key=''
}

mount_share() {
  (umask 077 && printf 'username=%s\npassword=%s\n' "$bai_account" "$bai_key" >"$bai_dir/credentials")
  bai_said=$(mount -t cifs "$bai_source" "$bai_path" -o \
    "vers=3.0,credentials=$bai_dir/credentials,$bai_options,serverino,nobrl" 2>&1)
  bai_code=$?
  rm -f "$bai_dir/credentials"
  [ "$bai_code" = 0 ] || fail file-share-mount-failed 242 "file share $bai_source: $bai_said"
}

mount_blob() {
  (umask 077 && printf '%s\n' 'azstorage:' '  type: block' '  mode: key' "  account-name: '$bai_account'" \
    "  account-key: '$bai_key'" "  container: '$bai_source'" \
    "  endpoint: 'https://$bai_account.blob.core.windows.net'" >"$bai_dir/blobfuse.yaml")
  # The options are words of the user: split at blanks, never evaluated.
  bai_said=$(blobfuse2 mount "$bai_path" --config-file="$bai_dir/blobfuse.yaml" \
    --tmp-path="$bai_dir/cache-$bai_index" -o allow_other $bai_options 2>&1)
  bai_code=$?
  rm -f "$bai_dir/blobfuse.yaml"
  [ "$bai_code" = 0 ] || fail blob-mount-failed 243 "container $bai_source of account $bai_account: $bai_said"
}

unmount_volumes() {
  bai_ifs=$IFS IFS=$nl
  for bai_path in $bai_mounted; do umount "$bai_path" 2>/dev/null || umount -l "$bai_path" 2>/dev/null; done
  IFS=$bai_ifs
  bai_mounted=''
}

# After the mounts: the directories that lie on them.
make_job_directories() {
  set -- "$bai_stdouterr"
  [ -z "${AZ_BATCHAI_SHARED_JOB_TEMP-}" ] || set -- "$@" "$AZ_BATCHAI_SHARED_JOB_TEMP"
  bai_ifs=$IFS IFS=$nl
  for bai_path in $bai_outputs; do set -- "$@" "$bai_path"; done
  IFS=$bai_ifs
  bai_said=$(mkdir -p -- "$@" 2>&1) || fail launch-failed 244 "cannot create a directory of the job: $bai_said"
  case ${HOME-} in
    '' | "${AZ_BATCH_NODE_ROOT_DIR:-/nowhere}"/*) # a folder of the task: gone with it, and another one per node
      HOME=$AZ_BATCHAI_JOB_TEMP/home
      mkdir -p "$HOME"
      export HOME
      ;;
  esac
  write_host_file
  start_logs
}

# Logs go straight to the stdouterr directory, or below the launch directory with a copy every second.
start_logs() {
  bai_logs=$bai_stdouterr
  [ "$bai_mode" = direct ] || bai_logs=$bai_dir/logs
  bai_log=$bai_logs/$bai_log_name
  [ "$bai_verb" = run ] && [ "$bai_nodes" -gt 1 ] || printf %s "$bai_early" >"$bai_log"
  [ "$bai_mode" = direct ] || start_mirror
}

start_mirror() {
  (
    trap 'bai_stop=yes; kill "$bai_nap" 2>/dev/null' TERM
    trap '' INT
    bai_stop=no
    while [ "$bai_stop" = no ]; do
      sleep 1 >/dev/null 2>&1 &
      bai_nap=$!
      wait "$bai_nap"
      copy_logs
    done
  ) </dev/null >/dev/null 2>&1 &
  bai_mirror_pid=$!
}

# Appends what is new; the length of the copy says what is old, so that a restart goes on where it was.
copy_logs() {
  set +f
  for bai_file in "$bai_logs"/*; do
    [ -f "$bai_file" ] || continue
    bai_copy=$bai_stdouterr/${bai_file##*/}
    bai_have=0
    [ ! -f "$bai_copy" ] || bai_have=$(wc -c <"$bai_copy")
    bai_size=$(wc -c <"$bai_file")
    [ "$bai_size" -ge "$bai_have" ] || : >"$bai_copy"
    [ "$bai_size" -eq "$bai_have" ] && [ -f "$bai_copy" ] || tail -c "+$((bai_have + 1))" "$bai_file" >>"$bai_copy"
  done
  set -f
}

stop_mirror() {
  [ -n "$bai_mirror_pid" ] || return 0
  kill "$bai_mirror_pid" 2>/dev/null
  wait "$bai_mirror_pid" 2>/dev/null
  bai_mirror_pid=''
  copy_logs
}

# --- the user's commands ---------------------------------------------------------------------------------------------

# Runs in the child shell: $1 candidates for the interpreter (shell words), $2 the command, $3 the execution log, $4 node.
bai_wrapper='
if [ -n "${BASH_VERSION-}" ] && [ -r "${HOME-}/.bashrc" ]; then PS1="$ "; . "$HOME/.bashrc"; unset PS1; fi
bai_text=$2 bai_log=$3 bai_node=$4
if [ -n "$1" ]; then
  eval "set -- $1"
  AZ_BATCHAI_INTERPRETER=
  for bai_word do
    if command -v "$bai_word" >/dev/null 2>&1; then AZ_BATCHAI_INTERPRETER=$bai_word; break; fi
  done
  if [ -z "$AZ_BATCHAI_INTERPRETER" ]; then
    bai_text="The interpreter $* is not on node $bai_node: install it in jobPreparation, or set pythonInterpreterPath."
    printf "%s\n" "$bai_text" >&2
    printf "%s\n" "$bai_text" >>"$bai_log"
    exit 127
  fi
  export AZ_BATCHAI_INTERPRETER
fi
set --
unset bai_log bai_node bai_word
eval "$bai_text"'

# Becomes the user's shell: the job's variables, then those of process $4 ("" for the preparation).
become_shell() { # interpreter-words command log process
  cd "$AZ_BATCHAI_JOB_TEMP" || exit 126
  bai_process=$4
  set -- "$bai_shell" -c "$bai_wrapper" batchai "$1" "$2" "$3" "$bai_node"
  set +uf
  if [ -n "$bai_process" ]; then
    eval "bai_words=\$P_${bai_process}_env"
    for bai_word in $bai_words; do eval "export $bai_word=\"\$P_${bai_process}_env_$bai_word\""; done
  fi
  for bai_word in $bai_user_names; do eval "export $bai_word=\"\$U_$bai_word\""; done
  exec "$@"
}

find_shell() {
  bai_shell=/bin/sh
  for bai_path in /bin/bash /usr/bin/bash /usr/local/bin/bash; do
    if [ -x "$bai_path" ]; then bai_shell=$bai_path && break; fi
  done
}

run_preparation() {
  [ "$bai_has_preparation" = yes ] || return 0
  bai_suffix=''
  is_first || bai_suffix=-$bai_node # all nodes write to one directory
  log "job preparation starts"
  (become_shell '' "$bai_preparation" "$bai_log" '') </dev/null \
    >"$bai_logs/stdout-job_prep$bai_suffix.txt" 2>"$bai_logs/stderr-job_prep$bai_suffix.txt" &
  bai_children=$!
  wait "$bai_children"
  bai_code=$?
  bai_children=''
  log "job preparation exited with $bai_code"
  [ "$bai_code" = 0 ] || fail preparation-failed "$bai_code" "job preparation exited with $bai_code on node $bai_node"
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
  eval "bai_out=\$P_$1_stdout bai_err=\$P_$1_stderr bai_words=\$P_$1_interpreter bai_text=\$P_$1_command"
  (
    trap - TERM INT HUP
    (become_shell "$bai_words" "$bai_text" "$bai_log" "$1") </dev/null >"$bai_logs/$bai_out" 2>"$bai_logs/$bai_err" 3>&-
    printf '%s %s %s\n' "$bai_name" "$?" "$bai_ends" >&3
  ) &
  bai_children="$bai_children $!"
  log "started $bai_name"
}

# Other nodes of the job that have required processes: each is told to go, and counts as one required process here.
join_nodes() {
  bai_fallback=$AZ_BATCH_NODE_SHARED_DIR
  case $bai_fallback in *[!A-Za-z0-9/._-]*) bai_fallback='' ;; esac
  bai_host_index=1
  while [ "$bai_host_index" -lt "$bai_nodes" ]; do
    if has_processes "$bai_host_index"; then
      eval "bai_host=\$H_$bai_host_index"
      bai_required=$((bai_required + 1))
      join_node "$bai_host" "$bai_host_index" &
      bai_children="$bai_children $!"
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
  bai_said=$(ssh -n -o BatchMode=yes -o StrictHostKeyChecking=no -o LogLevel=ERROR "$1" \
    "d=\"\${AZ_BATCH_NODE_SHARED_DIR:-$bai_fallback}/LS_root/launch/$bai_guid-$bai_attempt\"; \
    [ -p \"\$d/go\" ] && echo $2 >\"\$d/go\" && read -r c <\"\$d/done\" && echo \"code \$c\"" 2>>"$bai_log" 3>&-)
  case $bai_said in
    *'code '*) bai_code=${bai_said##*code } ;;
    *) bai_code=255 && log "node $2 ($1) cannot be reached over ssh, or its agent is gone" ;;
  esac
  printf 'node-%s %s required\n' "$2" "$bai_code" >&3
}

# Waits until all required processes exited 0, or one failed. Sets bai_code and bai_name.
wait_for_end() {
  (
    trap - TERM INT HUP
    bai_left=$bai_required
    while [ "$bai_left" -gt 0 ]; do
      read -r bai_name bai_code bai_ends <&3 || exit 1
      if [ "$bai_code" != 0 ]; then printf '%s %s\n' "$bai_name" "$bai_code" >"$bai_dir/first" && exit 0; fi
      [ "$bai_ends" = service ] || bai_left=$((bai_left - 1))
    done
    printf 'all 0\n' >"$bai_dir/first"
  ) &
  bai_collector=$!
  wait "$bai_collector"
  read -r bai_name bai_code <"$bai_dir/first" || bai_name=none bai_code=244
}

# --- the end ---------------------------------------------------------------------------------------------------------

# All living descendants of the started processes → bai_tree. By parent, not by group: Batch owns the group.
list_tree() {
  bai_tree=' ' bai_known="$bai_children " bai_more=yes
  bai_table=$(ps -A -o pid= -o ppid= 2>/dev/null) || return 0
  while [ "$bai_more" = yes ]; do
    bai_more=no
    while read -r bai_pid bai_parent; do
      case "$bai_tree" in *" $bai_pid "*) continue ;; esac
      case " $bai_known$bai_tree" in *" $bai_parent "*) bai_tree="$bai_tree$bai_pid " bai_more=yes ;; esac
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
  kill -TERM $bai_tree $bai_children 2>/dev/null
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
  rm -f "$bai_here/launch-secrets"
  if [ "$bai_verb" = run ] && [ -n "${bai_dir-}" ]; then
    cd / && remove_tree "$AZ_BATCHAI_JOB_TEMP"
    [ "$bai_nodes" = 1 ] || [ -z "${AZ_BATCHAI_SHARED_JOB_TEMP-}" ] || remove_tree "$AZ_BATCHAI_SHARED_JOB_TEMP"
    remove_tree "$bai_dir"
  fi
  write_result "$1" "$2" "$3"
  exit "${4:-$2}"
}

on_signal() {
  trap '' TERM INT HUP
  fail ended 143 "the job was ended by a signal"
}

# --- verbs -----------------------------------------------------------------------------------------------------------

prepare_node() {
  make_directories
  log "node $bai_node, $bai_nodes node(s), $AZ_BATCHAI_NUM_GPUS GPU(s), attempt $bai_attempt"
  mount_volumes
  make_job_directories
  run_preparation
}

end_of_processes() {
  wait_for_end
  # After a single process nothing of ours is left; what it left itself, Batch ends with the task.
  [ "$bai_nodes$bai_count" = 11 ] || stop_processes
  if [ "$bai_code" = 0 ]; then bai_said='all processes exited with 0'; else bai_said="$bai_name exited with $bai_code"; fi
  if [ "$bai_code" = 127 ]; then bai_said="$bai_said: a program was not found, see stderr.txt"; fi
}

run() {
  if [ "$bai_nodes" = 1 ]; then prepare_node; else resume_node; fi
  start_processes 0
  [ "$bai_nodes" = 1 ] || join_nodes
  end_of_processes
  finish exited "$bai_code" "$bai_said"
}

# The first of several nodes was prepared by `prepare`.
resume_node() {
  bai_log_name=execution-$bai_node.log
  if [ -r "$bai_dir/mounted" ]; then bai_mounted=$(cat "$bai_dir/mounted")$nl; fi
  make_job_directories
}

prepare() {
  prepare_node
  log "prepared"
  stop_mirror
  is_first || ! has_other_processes && return 0
  rm -f "$bai_dir/go" "$bai_dir/done"
  mkfifo "$bai_dir/go" "$bai_dir/done" || fail launch-failed 244 "cannot create a fifo in $bai_dir"
  agent </dev/null >/dev/null 2>&1 &
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
  trap 'stop_processes; exit 143' TERM INT HUP
  bai_go=''
  while [ -z "$bai_go" ]; do read -r bai_go <"$bai_dir/go" || :; done
  [ "$bai_mode" = direct ] || start_mirror
  start_processes "$bai_go"
  wait_for_end
  log "$bai_name exited with $bai_code"
  [ "$bai_code" = 0 ] || stop_processes
  [ -z "$bai_mirror_pid" ] || copy_logs
  printf '%s\n' "$bai_code" >"$bai_dir/done"
  wait
}

trap on_signal TERM INT HUP
case $bai_verb in
  run | prepare) ;;
  *) printf 'usage: launch.sh run|prepare\n' >&2 && exit 2 ;;
esac
find_shell
load_plan
"$bai_verb"
