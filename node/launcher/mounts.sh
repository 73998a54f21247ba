# File systems of the job. Keys go through files that only root reads, in memory, never through a command line.

mount_volumes() {
  bai_index=0
  [ "$bai_mounts" = 0 ] || open_private_dir || fail launch-failed 244 "cannot create $private_dir"
  while [ "$bai_index" -lt "$bai_mounts" ]; do
    eval "bai_kind=\$M_$bai_index bai_path=\$M_${bai_index}_path bai_secret=\$M_${bai_index}_secret"
    eval "bai_account=\$M_${bai_index}_account bai_source=\$M_${bai_index}_source bai_options=\$M_${bai_index}_options"
    bai_path=$AZ_BATCHAI_JOB_MOUNT_ROOT/$bai_path
    bai_key=${bai_mount_keys-}
    bai_key=${bai_key#*"$bai_secret "}
    bai_key=${bai_key%%"$nl"*}
    bai_mounting=$bai_path
    mkdir -p "$bai_path" || fail launch-failed 244 "cannot create the mount point $bai_path"
    # A command of the user may have a password in it.
    case $bai_kind in
      unmanaged) bai_said='by its command' ;;
      nfs) bai_said=$bai_source ;;
      *) bai_said="$bai_source of $bai_account" ;;
    esac
    log "mounting $bai_kind $bai_said"
    bai_now=''
    mount_"$bai_kind"
    printf '%s\n' "$bai_path" >>"$bai_dir/mounted"
    bai_mounted="$bai_path$nl$bai_mounted" bai_mounting=''
    bai_index=$((bai_index + 1))
  done
  bai_mount_keys='' bai_key=''
}

mount_share() {
  need_program mount.cifs cifs-utils ||
    fail file-share-mount-failed 242 "file share $bai_source: mount.cifs cannot be installed: $(need_reason)"
  (umask 077 && printf 'username=%s\npassword=%s\n' "$bai_account" "$bai_key" >"$private_dir/credentials")
  bai_said=$(mount -t cifs "$bai_source" "$bai_path" -o \
    "vers=3.0,credentials=$private_dir/credentials,$bai_options,serverino,nobrl" 2>&1)
  bai_code=$?
  rm -f "$private_dir/credentials"
  [ "$bai_code" = 0 ] || fail file-share-mount-failed 242 "file share $bai_source: $bai_said"
}

mount_blob() {
  need_program blobfuse2 blobfuse2 fuse3 ||
    fail blob-mount-failed 243 "container $bai_source of account $bai_account: blobfuse2 cannot be installed: $(need_reason)"
  eval "bai_identity=\$M_${bai_index}_identity"
  if [ -z "$bai_identity" ]; then
    bai_mode_line='  mode: key' bai_key_line="  account-key: '$bai_key'"
  else
    bai_mode_line='  mode: msi' bai_key_line="  resid: '$bai_identity'"
  fi
  (umask 077 && printf '%s\n' 'azstorage:' '  type: block' "$bai_mode_line" "  account-name: '$bai_account'" \
    "$bai_key_line" "  container: '$bai_source'" \
    "  endpoint: 'https://$bai_account.blob.core.windows.net'" >"$private_dir/blobfuse.yaml")
  eval "bai_cache_option=\${M_${bai_index}_cache_option:---tmp-path} bai_cache=\$M_${bai_index}_cache"
  if [ -z "$bai_cache" ]; then
    bai_cache=$bai_dir/cache-$bai_index
  else # it takes an empty folder only, which it makes
    mkdir -p -- "$bai_cache" ||
      fail blob-mount-failed 243 "container $bai_source of account $bai_account: cannot create its cache $bai_cache"
    bai_cache=$bai_cache/batchai-$bai_guid-$bai_attempt-$bai_index
    printf '%s\n' "$bai_cache" >>"$bai_dir/caches"
  fi
  # The options are words of the user: split at blanks, never evaluated.
  bai_said=$(blobfuse2 mount "$bai_path" --config-file="$private_dir/blobfuse.yaml" \
    "$bai_cache_option=$bai_cache" $bai_options 2>&1)
  bai_code=$?
  rm -f "$private_dir/blobfuse.yaml"
  [ "$bai_code" = 0 ] || fail blob-mount-failed 243 "container $bai_source of account $bai_account: $bai_said"
}

mount_nfs() {
  need_program mount.nfs4 nfs-common || fail_nfs "mount.nfs4 cannot be installed: $(need_reason)"
  bai_said=$(mount -t nfs -o "$bai_options" "$bai_source" "$bai_path" 2>&1 </dev/null) ||
    fail_nfs "$(last_words "$bai_said")"
}

fail_nfs() { # reason; Azure Files has names, file servers have addresses
  case $bai_source in
    *.file.*:/*) fail file-share-mount-failed 242 "file share $bai_source: $1" ;;
    *) fail launch-failed 244 "file server $bai_source: $1" ;;
  esac
}

mount_unmanaged() {
  bai_name=${bai_path#"$AZ_BATCHAI_JOB_MOUNT_ROOT/"}
  bai_said=$("$bai_shell" -c "$bai_source \"\$0\"" "$bai_path" 2>&1 </dev/null) ||
    fail launch-failed 244 "the mount command of '$bai_name' (unmanagedFileSystems) failed: $(last_words "$bai_said")"
  mountpoint -q "$bai_path" ||
    fail launch-failed 244 "the mount command of '$bai_name' (unmanagedFileSystems) ended well and mounted nothing"
  [ "$bai_options" = ro ] || return 0
  bai_said=$(mount -o remount,bind,ro "$bai_path" 2>&1) && return 0
  umount "$bai_path" 2>/dev/null
  fail launch-failed 244 "'$bai_name' (unmanagedFileSystems) cannot be made read-only: $(last_words "$bai_said")"
}

unmount_volumes() {
  # The one that failed has no mount, but a folder.
  [ -z "${bai_mounting-}" ] || remove_empty "$bai_mounting"
  bai_ifs=$IFS IFS=$nl
  for bai_path in $bai_mounted; do
    bai_said=$(umount "$bai_path" 2>&1) || umount -l "$bai_path" 2>/dev/null ||
      bai_detail="${bai_detail:-done}; could not unmount $bai_path: ${bai_said%%"$nl"*}"
    remove_empty "$bai_path"
  done
  IFS=$bai_ifs
  bai_mounted=''
  [ -z "${bai_dir-}" ] || remove_caches "$bai_dir"
  [ -z "${AZ_BATCHAI_JOB_MOUNT_ROOT-}" ] || remove_empty "$AZ_BATCHAI_JOB_MOUNT_ROOT"
}

# Where the user said that caches go, the node's own disk keeps them otherwise.
remove_caches() { # launch-folder
  [ -r "$1/caches" ] || return 0
  while IFS= read -r bai_path; do rm -rf -- "$bai_path"; done <"$1/caches"
}

# A node lives for many jobs: where nothing is mounted any more no folder stays, nor those above it that are empty then. It fails at the
# first that is not empty, as one always is; where the folder itself was gone, the one above is looked at.
remove_empty() { # folder
  rmdir -p -- "$1" 2>/dev/null || [ ! -d "${1%/*}" ] || rmdir -p -- "${1%/*}" 2>/dev/null || :
}
