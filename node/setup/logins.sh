# Whether this machine's ssh server lets in whom the accounts are for: images differ in what they allow root and passwords. The
# server itself is asked, and where it would refuse it is told otherwise: for these users only, and for the jobs' user only from
# private addresses. A machine without an ssh server is used all the same; it can run jobs of one node.

private_ranges=10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10

has_sshd() {
  setup_sshd=$setup_files/usr/sbin/sshd
  [ -x "$setup_sshd" ]
}

say() { # what does not stop the node; Batch keeps it with the start task's output
  printf 'node-setup.sh: %s\n' "$1" >&2
}

# Rules of a `Match` block hold instead of what the rest of the configuration says. Where folders of rules are not read, the block
# goes to the end of the file itself, where nothing can follow that would belong to it.
let_in() { # name line...
  setup_config=$setup_files/etc/ssh/sshd_config setup_rules=$setup_files/etc/ssh/sshd_config.d/00-batchai-$1.conf
  shift
  if grep -qis '^[[:space:]]*include.*/sshd_config\.d/' "$setup_config"; then
    mkdir -p "${setup_rules%/*}" && printf '%s\n' "$@" >"$setup_rules" || stop "cannot write $setup_rules"
  elif ! grep -qxF -e "$1" "$setup_config" 2>/dev/null; then
    printf '\n' >>"$setup_config" && printf '%s\n' "$@" >>"$setup_config" || stop "cannot write $setup_config"
  fi
  setup_said=$("$setup_sshd" -t 2>&1) || stop "the ssh server of this image does not take its configuration any more: $setup_said"
  "$setup_files/usr/bin/systemctl" reload ssh >/dev/null 2>&1 ||
    "$setup_files/usr/bin/systemctl" reload sshd >/dev/null 2>&1 ||
    { setup_said=$(cat "$setup_files/run/sshd.pid" 2>/dev/null) && kill -HUP "$setup_said"; } ||
    say "the ssh server could not be asked to read its configuration again"
}

# The password that was given for the admin user. Batch gives it to the account, too, and does not promise that the account logs in by it.
give_password() {
  [ "$setup_admin_by_password" = yes ] || return 0
  setup_chpasswd=$setup_files/usr/sbin/chpasswd
  if [ -z "$setup_files" ] || [ -x "$setup_chpasswd" ]; then
    printf '%s:%s\n' "$setup_admin" "$setup_admin_password" | "$setup_chpasswd" ||
      stop "cannot set the password of the user '$setup_admin'"
  fi
  setup_admin_password=''
  has_sshd || return 0
  passwords_allowed && return 0
  let_in admin "Match User $setup_admin" '  PasswordAuthentication yes'
  passwords_allowed || say "the ssh server of this image lets nobody in by password: give the admin user a public key"
}

passwords_allowed() {
  "$setup_sshd" -T -C "user=$setup_admin,host=client,addr=203.0.113.1" 2>/dev/null | grep -qix 'passwordauthentication yes'
}

# From this node to itself, as a job goes from node to node: what the first job of several nodes would find out.
check_peers() {
  [ -n "$setup_public_key" ] || return 0
  if ! has_sshd; then
    [ -n "$setup_files" ] || say "the image has no ssh server: jobs of several nodes cannot run on it"
    return 0
  fi
  setup_address=$(private_address)
  if [ -z "$setup_address" ]; then
    say "the node has no private address: whether nodes can log in to each other is not known"
    return 0
  fi
  peer_login && return 0
  let_in peers "Match User $setup_user Address $private_ranges" '  PermitRootLogin prohibit-password' '  PubkeyAuthentication yes'
  peer_login && return 0
  stop "the ssh server of this image does not let '$setup_user' in from node to node ($setup_said): allow it to log in by key (PermitRootLogin prohibit-password, AllowUsers), or take another image"
}

private_address() {
  for setup_one in $(hostname -I 2>/dev/null); do
    case $setup_one in
      10.* | 192.168.* | 172.1[6-9].* | 172.2[0-9].* | 172.3[01].* | 100.6[4-9].* | 100.[7-9][0-9].* | 100.1[01][0-9].* | 100.12[0-7].*)
        printf '%s\n' "$setup_one"
        return
        ;;
    esac
  done
}

# A server that is only starting is waited for.
peer_login() {
  for setup_try in 1 2 3 4 5; do
    setup_said=$(ssh -n -o BatchMode=yes -o ConnectTimeout=10 "$setup_user@$setup_address" true 2>&1) && return 0
    case $setup_said in
      *refused* | *reset* | *closed* | *'timed out'*) sleep 2 ;;
      *) return 1 ;;
    esac
  done
  return 1
}
