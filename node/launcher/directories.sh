# Directories of the job, and what runs before it left on the node.

make_directories() {
  remove_leftovers
  set -- "$AZ_BATCHAI_JOB_TEMP" "$AZ_BATCHAI_JOB_MOUNT_ROOT" "$bai_dir/logs"
  [ -n "${AZ_BATCH_NODE_MOUNTS_DIR-}" ] || set -- "$@" "$AZ_BATCHAI_MOUNT_ROOT"
  # Once more: an agent of the job before may just be removing its empty folders beside these.
  mkdir -p "$@" 2>/dev/null || mkdir -p "$@" || fail launch-failed 244 "cannot create the job's directories below $AZ_BATCHAI_ROOT"
  if [ -n "${AZ_BATCH_NODE_MOUNTS_DIR-}" ] && [ ! -h "$AZ_BATCHAI_MOUNT_ROOT" ]; then
    ln -s "$AZ_BATCH_NODE_MOUNTS_DIR" "$AZ_BATCHAI_MOUNT_ROOT"
  fi
  bai_log_name=execution.log
  [ "$bai_nodes" = 1 ] || bai_log_name=execution-$bai_node.log
}

# What earlier runs left behind that were killed, also an earlier start of this one: a node has one job at a time.
remove_leftovers() {
  [ -d "$AZ_BATCHAI_ROOT/launch" ] || return 0
  set +f
  bai_killed=no
  for bai_old in "$AZ_BATCHAI_ROOT/launch"/*; do
    [ -d "$bai_old" ] || continue
    bai_killed=yes
    if [ -r "$bai_old/mounted" ]; then
      while IFS= read -r bai_path; do umount -l "$bai_path" 2>/dev/null; done <"$bai_old/mounted"
    fi
    remove_caches "$bai_old"
    remove_trees "$bai_old"
  done
  for bai_old in "$AZ_BATCHAI_JOB_TEMP_DIR"/*; do
    [ ! -d "$bai_old" ] || remove_trees "$bai_old"
  done
  set -f
  # The folders of their mounts, as far as they are empty.
  [ "$bai_killed" = no ] || [ ! -d "$AZ_BATCHAI_ROOT/jobs" ] ||
    find "$AZ_BATCHAI_ROOT/jobs" -xdev -depth -type d -exec rmdir {} + 2>/dev/null
  return 0
}

# Never follows a mount that a user made inside, where `rm` can tell.
remove_trees() { # paths
  rm -rf --one-file-system -- "$@" 2>/dev/null && return
  rm -rf --one-file-system -- "$1/none/such" 2>/dev/null || rm -rf -- "$@"
}

# After the mounts: the directories that lie on them.
make_job_directories() {
  set -- "$bai_stdouterr" "$AZ_BATCHAI_CHECKPOINT_DIR"
  [ -z "${AZ_BATCHAI_SHARED_JOB_TEMP-}" ] || set -- "$@" "$AZ_BATCHAI_SHARED_JOB_TEMP"
  bai_index=0
  while [ "$bai_index" -lt "$bai_output_count" ]; do
    eval "set -- \"\$@\" \"\$O_${bai_index}_path\""
    bai_index=$((bai_index + 1))
  done
  case ${HOME-} in
    '' | "${AZ_BATCH_NODE_ROOT_DIR:-/nowhere}"/*) # a folder of the task: gone with it, and another one per node
      HOME=$AZ_BATCHAI_JOB_TEMP/home
      export HOME
      set -- "$@" "$HOME"
      ;;
  esac
  bai_said=$(mkdir -p -- "$@" 2>&1) || fail launch-failed 244 "cannot create a directory of the job: $bai_said"
  write_host_file
  start_logs
  tell_unmounted_paths
}

# Once a run: the first node says it when it prepares.
tell_unmounted_paths() {
  is_first && { [ "$bai_verb" = prepare ] || [ "$bai_nodes" = 1 ]; } || return 0
  [ "$bai_log_storage" != node ] || tell_unmounted stdOutErrPathPrefix "$bai_stdouterr"
  [ "$bai_checkpoint_storage" != node ] || tell_unmounted AZ_BATCHAI_CHECKPOINT_DIR "$AZ_BATCHAI_CHECKPOINT_DIR"
  bai_index=0
  while [ "$bai_index" -lt "$bai_output_count" ]; do
    eval "bai_id=\$O_$bai_index bai_path=\$O_${bai_index}_path bai_storage=\$O_${bai_index}_storage"
    [ "$bai_storage" != node ] || tell_unmounted "output directory $bai_id" "$bai_path"
    bai_index=$((bai_index + 1))
  done
}
