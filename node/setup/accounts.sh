# Who may log in: the admin user by the key that was given for it, and the user that runs the jobs from node to node, so
# that `ssh` between the nodes of a job asks for nothing. Azure Batch makes the accounts (one that it has not made yet
# is made here); keys are put here. The private key of the nodes is the one that Batch gave to the account for it.

# Sets ssh_dir to the user's `.ssh`, which is there then and closed to others.
open_ssh_dir() { # user
  ssh_dir=$(home_of "$1")
  [ -n "$ssh_dir" ] || stop "the node has no user '$1'"
  ssh_dir=$ssh_dir/.ssh
  mkdir -p "$ssh_dir" && chmod 700 "$ssh_dir" || stop "cannot create $ssh_dir"
}

give_ssh_dir() { # user
  [ -n "$setup_files" ] || chown -R "$1:" "$ssh_dir" || stop "cannot give $ssh_dir to $1"
}

authorize() { # public key
  [ -f "$ssh_dir/authorized_keys" ] || : >"$ssh_dir/authorized_keys"
  [ -z "$(tail -c 1 "$ssh_dir/authorized_keys")" ] || echo >>"$ssh_dir/authorized_keys"
  grep -qxF -e "$1" "$ssh_dir/authorized_keys" || printf '%s\n' "$1" >>"$ssh_dir/authorized_keys"
  chmod 600 "$ssh_dir/authorized_keys"
}

authorize_admin() {
  [ -n "$setup_admin_key" ] || return 0
  [ -n "$setup_files" ] || getent passwd "$setup_admin" >/dev/null || useradd -m -s /bin/bash "$setup_admin"
  open_ssh_dir "$setup_admin"
  authorize "$setup_admin_key"
  give_ssh_dir "$setup_admin"
}

# Nodes are known by address only and come and go, so their host keys are not asked about; other hosts are not concerned.
peer_config='# nodes of this Batch AI cluster
Host 10.* 192.168.* 172.16.* 172.17.* 172.18.* 172.19.* 172.2?.* 172.30.* 172.31.* 100.64.* 100.65.* 100.66.* 100.67.* 100.68.* 100.69.* 100.7?.* 100.8?.* 100.9?.* 100.10?.* 100.11?.* 100.120.* 100.121.* 100.122.* 100.123.* 100.124.* 100.125.* 100.126.* 100.127.*
  IdentityFile ~/.ssh/batchai_nodes
  StrictHostKeyChecking no
  UserKnownHostsFile /dev/null
  LogLevel ERROR'

join_peers() {
  [ -n "$setup_public_key" ] || return 0
  setup_user=root
  [ -n "$setup_files" ] || setup_user=$(id -un)
  open_ssh_dir "$setup_user"
  authorize "$setup_public_key"
  (umask 077 && node_key >"$ssh_dir/batchai_nodes.new") &&
    mv -f "$ssh_dir/batchai_nodes.new" "$ssh_dir/batchai_nodes" || stop "cannot write the nodes' key to $ssh_dir"
  if ! grep -q 'nodes of this Batch AI cluster' "$ssh_dir/config" 2>/dev/null; then
    printf '%s\n' "$peer_config" >>"$ssh_dir/config"
    chmod 600 "$ssh_dir/config"
  fi
  give_ssh_dir "$setup_user"
}
