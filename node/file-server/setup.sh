#!/bin/sh
# On the machine of a file server, as root, once: its data disks become one file system at /data, which NFS 4.1 exports. Whatever was
# done stays done when it runs again. What it says is in /var/log/openbatchai-file-server.log; at the end /var/lib/openbatchai/exported is there.
set -eu
root=${FILE_SERVER_ROOT-}
mkdir -p "$root/var/log" "$root/var/lib/openbatchai" "$root/etc/nfs.conf.d"
exec >>"$root/var/log/openbatchai-file-server.log" 2>&1

stop() {
  printf 'file server: %s\n' "$1"
  exit 1
}

# A mirror may not answer at the first moment of a machine, and other programs install things at its first boot.
try() { # command…
  try_left=10
  until "$@"; do
    try_left=$((try_left - 1))
    [ "$try_left" -gt 0 ] || return 1
    sleep "${FILE_SERVER_PAUSE-15}"
  done
}

install_packages() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get -o DPkg::Lock::Timeout=300 update &&
    apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends mdadm xfsprogs nfs-kernel-server
}

# Azure names data disks by their place: below scsi1 on machines with SCSI disks, below data/by-lun on those with NVMe.
data_disks() {
  for disk in "$root"/dev/disk/azure/scsi1/lun* "$root"/dev/disk/azure/data/by-lun/*; do
    case $disk in *-part*) continue ;; esac
    [ ! -e "$disk" ] || readlink -f "$disk"
  done | sort -u
}

# Sets device: the only disk, or one array of all of them.
make_device() {
  disks=$(data_disks)
  [ -n "$disks" ] || stop "the machine has no data disk"
  count=$(printf '%s\n' "$disks" | wc -l)
  if [ "$count" -eq 1 ]; then
    device=$disks
    return
  fi
  device=/dev/md/data
  mdadm --detail "$device" >/dev/null 2>&1 || mdadm --assemble "$device" $disks 2>/dev/null ||
    mdadm --create "$device" --run --level=0 --raid-devices="$count" $disks || stop "the $count disks could not be striped"
  mdadm --detail --scan >"$root/etc/mdadm/mdadm.conf"
  update-initramfs -u
}

# A disk with a file system on it is never formatted.
make_file_system() {
  [ "$(blkid -o value -s TYPE "$device" 2>/dev/null || true)" = xfs ] || mkfs.xfs "$device" ||
    stop "no file system could be made on $device"
  mkdir -p "$root/data"
  uuid=$(blkid -o value -s UUID "$device")
  grep -q " /data xfs " "$root/etc/fstab" ||
    printf 'UUID=%s /data xfs defaults,nofail,x-systemd.device-timeout=120 0 2\n' "$uuid" >>"$root/etc/fstab"
  mountpoint -q "$root/data" || mount "$root/data" || stop "/data could not be mounted"
  # Jobs and people are different users on different machines.
  chmod 0777 "$root/data"
}

# The machine's security group lets in nobody but its network; version 4 needs one port only.
export_data() {
  printf '[nfsd]\nvers2=n\nvers3=n\nvers4=y\nvers4.0=n\nvers4.1=y\nvers4.2=y\nthreads=64\n' >"$root/etc/nfs.conf.d/openbatchai.conf"
  printf '/data *(rw,sync,no_subtree_check,no_root_squash)\n' >"$root/etc/exports"
  # Without the disks nothing is exported, rather than the system's own disk.
  mkdir -p "$root/etc/systemd/system/nfs-server.service.d"
  printf '[Unit]\nRequiresMountsFor=/data\n' >"$root/etc/systemd/system/nfs-server.service.d/openbatchai.conf"
  systemctl daemon-reload
  systemctl enable nfs-server
  systemctl restart nfs-server || stop "the NFS server does not start"
  exportfs -ra || stop "/data could not be exported"
}

try install_packages || stop "the packages mdadm, xfsprogs and nfs-kernel-server could not be installed"
make_device
make_file_system
export_data
: >"$root/var/lib/openbatchai/exported"
