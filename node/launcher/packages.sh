# Programs that mounts need and stock images lack: installed when the first job asks for them, so that nodes of others boot
# without that wait. Images upgrade themselves after booting: somebody else's lock on the package manager is waited for.

package_patience_s=300 package_pause_s=5

# On an emulated node the machine is not ours, and shims mount.
need_program() { # program packages…
  need_name=$1
  shift
  [ -z "${BATCHAI_NODE_FILES-}" ] || return 0
  command -v "$need_name" >/dev/null 2>&1 && return 0
  log "installing $* for $need_name"
  need_waited=0 need_source=''
  while :; do
    if need_said=$(install_packages "$@" 2>&1); then
      command -v "$need_name" >/dev/null 2>&1 && return 0
      need_said="$need_name is not among what $* brought"
      return 1
    fi
    case $need_said in
      *[Cc]ould\ not\ get\ lock* | *[Uu]nable\ to\ lock* | *[Uu]nable\ to\ acquire* | *another\ process*)
        [ "$need_waited" -lt "$package_patience_s" ] || return 1
        sleep "$package_pause_s"
        need_waited=$((need_waited + package_pause_s))
        ;;
      *[Uu]nable\ to\ locate*blobfuse2*)
        [ -z "$need_source" ] || return 1
        need_source=added
        need_said=$(add_microsoft_packages 2>&1) || return 1
        ;;
      *) return 1 ;;
    esac
  done
}

install_packages() { # packages
  export DEBIAN_FRONTEND=noninteractive
  if command -v apt-get >/dev/null 2>&1; then
    apt-get -q update && apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=60 install "$@"
  elif command -v dnf >/dev/null 2>&1; then
    dnf -q -y install "$@"
  else
    echo "the node has neither apt-get nor dnf"
    return 1
  fi
}

# Where Microsoft keeps blobfuse2; its HPC images have the source already.
add_microsoft_packages() {
  package_os=$(. /etc/os-release && printf '%s/%s' "$ID" "$VERSION_ID")
  package_url=https://packages.microsoft.com/config/$package_os/packages-microsoft-prod.deb
  package_file=$private_dir/packages-microsoft-prod.deb
  if command -v curl >/dev/null 2>&1; then
    curl -fsSL --retry 3 -m 60 -o "$package_file" "$package_url"
  else
    wget -q -T 60 -t 3 -O "$package_file" "$package_url"
  fi || {
    echo "$package_url cannot be fetched"
    return 1
  }
  dpkg -i "$package_file"
  package_code=$?
  rm -f "$package_file"
  return "$package_code"
}

# The end of what the package manager said, as one line.
need_reason() { printf '%s\n' "$need_said" | grep -v '^$' | tail -n 3 | tr '\n' ' '; }
