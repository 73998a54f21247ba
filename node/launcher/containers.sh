# The job's container on this node: one, in which the preparation and every process of the job run, by `exec`, or the only process as its
# own first (own-container.sh). The launcher
# stays outside and asks the node's engine by its command line, which docker, podman and nerdctl have in common.
# What the processes read and write has the same path inside and outside. Nothing secret is in a command line or a file: a
# password goes through a pipe, and the variables of a process with its command through the standard input of its shell.
# Why it is so: docs/adr/0032-one-container-per-node-beside-the-launcher.md

bai_in_container=no bai_image='' bai_registry='' bai_registry_user='' bai_registry_password='' bai_shm_size='' bai_reference=''
bai_engine='' bai_container='' bai_container_open=no bai_guard='' bai_failed_image='' bai_container_user='' bai_container_mark='' bai_exported='' bai_self_removal=--rm
# What an Azure node has there, whatever node the container is on: a path that every container of the job knows.
bai_inner_root=/mnt/batch/tasks

plan_container() { # image reference registry user shm-size
  bai_image=$1 bai_reference=$2 bai_registry=$3 bai_registry_user=$4 bai_shm_size=$5
  bai_container=batchai-$bai_guid-$bai_attempt-$bai_node
  [ "${BATCHAI_CONTAINERS-}" = host ] || bai_in_container=yes
}

plan_registry_password() { bai_registry_password=$1; } # with the secrets file

# Not for ever, where the node can tell (macOS has no `timeout`).
engine() {
  if command -v timeout >/dev/null 2>&1; then
    timeout -k 10 "${bai_engine_limit:-120}" $bai_engine "$@"
  else
    $bai_engine "$@"
  fi
}

# The engine's own words in one line, without its warnings and hints at its help.
last_words() { printf '%s\n' "$1" | grep -v -e '^[[:space:]]*$' -e '--help' -e 'level=warning' | tail -n 3 | tr '\n' ' ' | cut -c 1-800 | sed 's/ *$//'; }

container_failed() { # what was said
  bai_failed_image=$bai_image
  fail container-failed 246 "$(last_words "$1")"
}

# Before the preparation: the image is there, the container runs.
open_container() {
  if [ "$bai_in_container" = no ]; then
    [ -z "$bai_image" ] || log "runs on the host and not in a container of $bai_image, as the local cloud was started with --containers=host"
    return 0
  fi
  step container
  find_engine
  remove_old_containers
  find_container_user
  hold_container
  bai_container_open=yes
  true >"$AZ_BATCHAI_ROOT/container"
  name_image
  ! has_own_container || return 0
  start_container
  bai_registry_password=''
  log "container $bai_container runs $bai_image"
}

# BATCHAI_CONTAINER_CLI names it, with its first words; else the first that is there. On a node of its own it is installed.
find_engine() {
  [ -z "$bai_engine" ] || return 0
  bai_engine=${BATCHAI_CONTAINER_CLI-}
  for bai_word in docker podman nerdctl; do
    [ -z "$bai_engine" ] && [ -z "${BATCHAI_NODE_FILES-}" ] && command -v "$bai_word" >/dev/null 2>&1 && bai_engine=$bai_word
  done
  [ -z "$bai_engine" ] || return 0
  [ -z "${BATCHAI_NODE_FILES-}" ] ||
    container_failed "no container engine answers on this machine: install docker or podman, or start the local cloud with --containers=host"
  if command -v apt-get >/dev/null 2>&1; then set -- docker docker.io; else set -- podman podman; fi
  need_program "$@" || container_failed "no container engine is on the node, and $2 cannot be installed: $(need_reason)"
  [ "$1" = podman ] || systemctl start docker >/dev/null 2>&1
  bai_engine=$1
}

# Those of runs that were killed, which could not remove theirs: the file says that there may be some. Nodes that are folders of
# one machine share its engine.
remove_old_containers() {
  [ -e "$AZ_BATCHAI_ROOT/container" ] || return 0
  bai_old=$(engine ps -aq --filter "label=batchai.node=${AZ_BATCH_NODE_ROOT_DIR:-$bai_inner_root}" 2>/dev/null) || return 0
  [ -z "$bai_old" ] || engine rm -f $bai_old >/dev/null 2>&1
}

# Most often the image is on the node, by this name: to ask first would cost each job a call of the engine. Sets bai_found.
name_image() {
  bai_found=$bai_reference
  [ "$bai_registry" != docker.io ] || bai_found=$bai_image
}

# The container did not start by the name that was tried: there is another to try.
find_other_image() {
  bai_tried=$bai_found bai_pulled=no
  bring_image
  [ "$bai_found$bai_pulled" != "${bai_tried}no" ]
}

# An image that is on the node is taken as it is. Sets bai_found. A login is in no file of the user's, and in memory only
# as long as the pull takes. A name without a registry may be that of an image made on the node, unless the job names a registry.
bring_image() {
  set -- "$bai_reference"
  [ "$bai_registry" != docker.io ] || set -- "$bai_image" "$@"
  for bai_found; do # nerdctl finds no fault with an image that is not there, and says nothing
    bai_word=$(engine image inspect --format '{{.Id}}' "$bai_found" 2>/dev/null) && [ -n "$bai_word" ] && return
  done
  open_private_dir || fail launch-failed 244 "cannot create $private_dir"
  log "pulling $bai_reference"
  bai_engine_limit=$bai_step_limit
  bai_said=$(pull_image 2>&1)
  bai_code=$? bai_engine_limit=''
  rm -rf "$private_dir/registry"
  [ "$bai_code" = 0 ] || container_failed "$bai_said"
  bai_pulled=yes
}

pull_image() {
  if [ -n "$bai_registry_user" ] && [ -n "$bai_registry_password" ]; then
    DOCKER_CONFIG=$private_dir/registry
    REGISTRY_AUTH_FILE=$DOCKER_CONFIG/config.json
    export DOCKER_CONFIG REGISTRY_AUTH_FILE
    (umask 077 && mkdir -p "$DOCKER_CONFIG") || return
    printf %s "$bai_registry_password" | engine login --username "$bai_registry_user" --password-stdin "$bai_registry" || return
  fi
  bai_registry_password=''
  engine pull -q "$bai_reference"
}

# Files of the container's root are this user's where it is root, or where the engine runs without root's rights.
find_container_user() {
  bai_container_user=0:0
  bai_uid=$(id -u)
  [ "$bai_uid" != 0 ] || return 0
  case $(engine info 2>/dev/null) in
    *'rootless: false'*) ;;
    *rootless*) return 0 ;;
  esac
  bai_container_user=$bai_uid:$(id -g)
}

# The container ends when nobody holds the pipe `alive` open any more: this process, which whoever ends the task ends.
hold_container() {
  # The pipe was there before the others.
  [ ! -e "$bai_dir/alive" ] || rm -f "$bai_dir/alive" "$bai_dir/up" "$bai_dir/held" "$bai_dir/free" "$bai_dir/ended"
  mkfifo -m 600 "$bai_dir/alive" || fail launch-failed 244 "cannot create a fifo in $bai_dir"
  exec 6<>"$bai_dir/alive"
  (exec sleep 2147483647) </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- &
  bai_guard=$!
  exec 6>&-
}

# Process 1 of the container, with the launch folder as its argument. It gathers what processes leave, and outlives a TERM that
# all get. Where an engine keeps its containers on a machine of its own (macOS), nobody opens the pipe: it waits all the same.
bai_keeper='command -v cat >/dev/null || { echo "the image has no cat" >&2; exit 127; }
{ : >"$1/up" && exec 3<"$1/alive"; } || exit 126
while cat <&3 >/dev/null & wait "$!"; [ "$?" -gt 128 ]; do :; done'

# nerdctl refuses to remove by itself what runs in the background: its container stays until `close_container`, or the node's next run.
start_container() {
  case $(engine --version 2>/dev/null) in nerdctl*) bai_self_removal='' ;; esac
  bai_said=$(run_container -d "$bai_keeper" 2>&1) || {
    bai_words=$bai_said
    find_other_image || container_failed "$bai_words"
    bai_said=$(run_container -d "$bai_keeper" 2>&1) || container_failed "$bai_said"
  }
  bai_tries=100
  while [ ! -e "$bai_dir/up" ]; do
    bai_tries=$((bai_tries - 1))
    case $bai_tries in
      0 | 20 | 40 | 60 | 80 | 95) is_container_up || container_failed "the container ended at once$(foreign_image)" ;;
    esac
    [ "$bai_tries" -gt 0 ] || container_failed "the container does not answer"
    sleep 0.1
  done
}

run_container() { # -d|-i program of its first process
  bai_how=$1 bai_first=$2
  set -- --name "$bai_container" --label "batchai.node=${AZ_BATCH_NODE_ROOT_DIR:-$bai_inner_root}"
  set -- "$@" --label "batchai.launch=$bai_guid-$bai_attempt" --network host --user "$bai_container_user"
  set -- "$@" --security-opt label=disable --stop-timeout 0 --entrypoint /bin/sh
  [ -z "$bai_shm_size" ] || set -- "$@" --shm-size "$bai_shm_size"
  [ ! -e /dev/infiniband ] || set -- "$@" --device /dev/infiniband --cap-add IPC_LOCK --ulimit memlock=-1:-1
  give_gpus
  bai_ifs=$IFS IFS=$nl
  for bai_word in $bai_gpu_options; do set -- "$@" "$bai_word"; done
  list_container_paths
  for bai_path in $bai_paths; do
    bind_words "$bai_path" "$bai_path"
    set -- "$@" --mount "$bai_word"
  done
  IFS=$bai_ifs
  bind_words "${AZ_BATCH_NODE_ROOT_DIR:-$bai_inner_root}" "$bai_inner_root"
  [ "${AZ_BATCH_NODE_ROOT_DIR:-$bai_inner_root}" = "$bai_inner_root" ] || set -- "$@" --mount "$bai_word"
  set -- run "$bai_how" $bai_self_removal --pull=never "$@" "$bai_found" -c "$bai_first" batchai "$bai_dir"
  if [ "$bai_how" = -d ]; then engine "$@"; else exec $bai_engine "$@"; fi
}

is_container_up() { [ "$(engine inspect --format '{{.State.Running}}' "$bai_container" 2>/dev/null)" = true ]; }

# Engines start an image of another processor where they can; where they cannot they say little.
foreign_image() {
  bai_word=$(engine image inspect --format '{{.Architecture}}' "$bai_found" 2>/dev/null)
  case $bai_word/$(uname -m) in
    /* | amd64/x86_64 | arm64/aarch64 | arm64/arm64) ;;
    *) printf ': the image is for %s, this node is %s' "$bai_word" "$(uname -m)" ;;
  esac
}

# A value of --mount is fields with commas between; quoted as CSV where that matters. Sets bai_word.
bind_words() { # source target
  case $1$2 in
    *[,\"]*)
      bai_word=$(printf 'type=bind,"source=%s","target=%s"' "$(double_quotes "$1")" "$(double_quotes "$2")")
      ;;
    *) bai_word=type=bind,source=$1,target=$2 ;;
  esac
}

double_quotes() { printf %s "$1" | sed 's/"/""/g'; }

# Folders that the container sees, each at its own path: the node's, what links among its mounts lead to, and the job's
# directories elsewhere. Sets bai_paths.
list_container_paths() {
  bai_paths=${AZ_BATCH_NODE_ROOT_DIR:-$bai_inner_root}$nl
  for bai_path in $(find "${AZ_BATCH_NODE_MOUNTS_DIR:-$AZ_BATCHAI_MOUNT_ROOT}/" "$AZ_BATCHAI_JOB_MOUNT_ROOT/" -xdev -type l 2>/dev/null); do
    add_container_path "$(readlink -f "$bai_path")"
  done
  add_container_path "$bai_stdouterr"
  add_container_path "$AZ_BATCHAI_CHECKPOINT_DIR"
  add_container_path "${AZ_BATCHAI_SHARED_JOB_TEMP-}"
  for bai_word in ${bai_exported:-$(variable_names)}; do
    case $bai_word in
      AZ_BATCHAI_INPUT_* | AZ_BATCHAI_OUTPUT_*)
        eval "bai_path=\$$bai_word"
        add_container_path "$bai_path"
        ;;
    esac
  done
}

add_container_path() { # path
  case $1 in / | '' | [!/]*) return 0 ;; esac
  [ -e "$1" ] || return 0
  while read -r bai_known; do
    [ -n "$bai_known" ] || continue
    case $1/ in "$bai_known"/*) return 0 ;; esac
  done <<EOT
$bai_paths
EOT
  bai_paths=$bai_paths$1$nl
}

variable_names() { awk 'BEGIN { for (name in ENVIRON) print name }' </dev/null; }

# Sets bai_gpu_options, a word a line.
give_gpus() {
  bai_gpu_options=''
  [ "$AZ_BATCHAI_NUM_GPUS" -gt 0 ] || return 0
  bai_gpus=${BATCHAI_NODE_GPUS:-all}
  case $(engine version 2>/dev/null) in
    *[Pp]odman*)
      bai_ifs=$IFS IFS=,
      for bai_word in $bai_gpus; do bai_gpu_options="$bai_gpu_options--device${nl}nvidia.com/gpu=$bai_word$nl"; done
      IFS=$bai_ifs
      ;;
    *)
      [ "$bai_gpus" = all ] || bai_gpus="\"device=$bai_gpus\""
      bai_gpu_options="--gpus$nl$bai_gpus$nl"
      ;;
  esac
}

# A path below the node's folder as every container of the job knows it. Sets bai_word.
inner_path() { # path
  bai_word=$1
  case $1 in "${AZ_BATCH_NODE_ROOT_DIR:-$bai_inner_root}"/*) bai_word=$bai_inner_root/${1#"${AZ_BATCH_NODE_ROOT_DIR:-$bai_inner_root}"/} ;; esac
}

# Nobody holds the pipe open any more.
release_container() { [ -z "$bai_guard" ] || kill -KILL "$bai_guard" 2>/dev/null; }

# The end of every way: nothing of the job runs in it any more.
close_container() {
  [ "$bai_container_open" = yes ] || return 0
  bai_container_open=no
  release_container
  [ -z "$bai_relay" ] || kill_relay
  end_other_containers
  bai_said=$(engine rm -f "$bai_container" 2>&1)
  case $?$bai_said in
    0* | *[Nn]o\ such\ container* | *no\ container\ with* | *already\ in\ progress*) rm -f "$AZ_BATCHAI_ROOT/container" ;;
    *) log "container $bai_container could not be removed: $(last_words "$bai_said")" ;;
  esac
}
