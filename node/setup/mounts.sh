# File systems that the user mounts by a command of their own, at every boot before the setup task. Azure Batch mounts the others.

setup_mounts=0

plan_mount() { # relative-path command [ro]
  eval "M_${setup_mounts}_path=\$1 M_${setup_mounts}_command=\$2 M_${setup_mounts}_mode=\${3-}"
  setup_mounts=$((setup_mounts + 1))
}

mount_file_systems() {
  setup_index=0
  while [ "$setup_index" -lt "$setup_mounts" ]; do
    eval "setup_name=\$M_${setup_index}_path setup_text=\$M_${setup_index}_command setup_mode=\$M_${setup_index}_mode"
    mount_file_system "$AZ_BATCHAI_MOUNT_ROOT/$setup_name"
    setup_index=$((setup_index + 1))
  done
}

mount_file_system() { # path
  mkdir -p "$1" || stop "cannot create the mount point $1"
  ! mountpoint -q "$1" || return 0
  setup_said=$(sh -c "$setup_text \"\$0\"" "$1" 2>&1 </dev/null) ||
    stop "the mount command of '$setup_name' (unmanagedFileSystems) failed: $setup_said"
  mountpoint -q "$1" || stop "the mount command of '$setup_name' (unmanagedFileSystems) ended well and mounted nothing: $setup_said"
  [ "$setup_mode" = ro ] || return 0
  setup_said=$(mount -o remount,bind,ro "$1" 2>&1) && return 0
  umount "$1" 2>/dev/null # or the next boot would take it as it is
  stop "'$setup_name' (unmanagedFileSystems) cannot be made read-only: $setup_said"
}
