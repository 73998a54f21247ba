# Several nodes: the way in for processes that another node starts here, MPI ranks and the user's own `ssh`.
#   enter SHELL-TEXT
# runs a command with this node's variables of the service, in the job's temp directory. No user's variable is in it: they
# come with the process (MPI passes them on), or not at all.

write_enter() {
  [ "$bai_nodes" -gt 1 ] || return 0
  AZ_BATCHAI_ENTER=$bai_dir/enter
  export AZ_BATCHAI_ENTER
  [ "$bai_verb" = prepare ] || return 0
  (
    for bai_name in $(awk 'BEGIN { for (name in ENVIRON) print name }' </dev/null); do
      case $bai_name in
        AZ_BATCH* | *[!A-Za-z0-9_]* | _) ;;
        HOME | TMPDIR) case " $bai_user_names " in *" $bai_name "*) command unset "$bai_name" ;; esac ;;
        *) command unset "$bai_name" ;;
      esac
    done
    [ -z "${BASH_VERSION-}" ] || set -o posix # in words that any sh reads
    export -p
  ) >"$bai_dir/environment" 2>/dev/null
  cat >"$bai_dir/enter" <<EOF
#!/bin/sh
here=\${0%/*}
# A path of the node that sent the process here may be another than this node's.
[ -z "\${AZ_BATCH_NODE_SHARED_DIR-}" ] || here=\$AZ_BATCH_NODE_SHARED_DIR/LS_root/launch/$bai_guid-$bai_attempt
. "\$here/environment" || exit 126
cd "\$AZ_BATCHAI_JOB_TEMP" || exit 126
exec $bai_shell -c "\$*"
EOF
  chmod 755 "$bai_dir/enter" || fail launch-failed 244 "cannot write $bai_dir/enter"
}
