// The shim for ssh(1) that is first on the PATH of emulated nodes: runs a command on another emulated node of this
// machine. It needs nothing but /bin/sh and env(1). It reads the registry beside it, see `node-registry.ts`; it makes no
// connection and asks for no credentials.

/** Text of the program. It finds the registry as `nodes/` beside the folder it lies in. */
export const sshScript = `#!/bin/sh
# ssh for emulated nodes: ssh [options] [user@]host [command...]
here=\${0%/*}
nodes=$here/../nodes
host= input=keep command_only=
refuse() { echo "ssh: $1" >&2; exit 255; }
options() {
  OPTIND=1
  while getopts 46AaCfGgKkMNnqsTtVvXxYyB:b:c:D:E:e:F:I:i:J:L:l:m:O:o:P:p:Q:R:S:W:w: option; do
    case $option in
      n) input=none ;;
      V) echo "OpenSSH shim of emulated nodes" >&2; exit 0 ;;
      f|N|D|J|L|R|W|w|M|O|s|G|Q) refuse "option -$option is not supported between emulated nodes" ;;
      \\?) refuse "usage: ssh [options] [user@]host [command...]" ;;
    esac
  done
}
options "$@"
shift $((OPTIND - 1))
[ $# -gt 0 ] || refuse "usage: ssh [options] [user@]host [command...]"
host=$1
shift
case \${1-} in
  --) shift ;;
  -*) options "$@"; shift $((OPTIND - 1)) ;;
esac
host=\${host#ssh://}
host=\${host##*@}
case $host in
  *[!A-Za-z0-9._-]*|.*|"") refuse "'$host' is not the address of an emulated node" ;;
esac
[ -r "$nodes/$host" ] || refuse "could not reach '$host': no emulated node has this address"
[ "$input" = keep ] || exec </dev/null
exec /usr/bin/env -i "BATCHAI_LAUNCH=\${BATCHAI_LAUNCH-}" /bin/sh "$nodes/$host" "$*"
`;
