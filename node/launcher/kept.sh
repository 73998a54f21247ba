# What the job was to leave behind: whether storage took it. A container or share that was deleted meanwhile took nothing, and
# a job must not look well then.

# Sets bai_lost to what could not be kept, "" for nothing. Logs come last: what is lost is said in them.
check_outputs() {
  bai_lost='' bai_index=0
  while [ "$bai_index" -lt "$bai_output_count" ]; do
    eval "bai_id=\$O_$bai_index bai_path=\$O_${bai_index}_path bai_storage=\$O_${bai_index}_storage"
    is_kept "$bai_storage" "$bai_path" || lose "output directory $bai_id ($bai_path)"
    bai_index=$((bai_index + 1))
  done
  is_kept "$bai_checkpoint_storage" "$AZ_BATCHAI_CHECKPOINT_DIR" || lose "checkpoints ($AZ_BATCHAI_CHECKPOINT_DIR)"
  [ -z "$bai_lost" ] || log "could not be kept: $bai_lost"
}

check_logs() {
  [ -n "$bai_log" ] || return 0
  is_kept "$bai_log_storage" "$bai_stdouterr" && [ -z "$bai_uncopied" ] ||
    lose "logs ($bai_stdouterr)${bai_uncopied:+:$bai_uncopied}"
}

lose() { bai_lost="$bai_lost${bai_lost:+, }$1"; }

# A directory that the program removed can be made again; one without storage cannot. A container is asked: its listing goes to
# storage, and `sync` waits for what is on its way there.
is_kept() { # blob|share|node path
  [ -d "$2" ] || mkdir -p -- "$2" 2>/dev/null || return 1
  [ "$1" != blob ] || { ls -A -- "$2" && sync -- "$2"; } >/dev/null 2>&1
}

# A path that storage does not reach is gone with the node, or with the run.
tell_unmounted() { # what path
  log "$1 is not on a mounted file share or container: what is in $2 stays on the node and is not listed"
}
