# Several nodes: the way in for processes that another node starts here, MPI ranks and the user's own `ssh`.
#   enter SHELL-TEXT
# runs a command with this node's variables of the service, in the job's temp directory. No user's variable is in it: they
# come with the process (MPI passes them on), or not at all. The user's own `mpirun` starts its daemons by `rsh`, which adds
# those of the job's environmentVariables; secrets are in no file, and stay where they are.

# Where a node's shared directory is when its shell does not say: as here.
bai_fallback=${AZ_BATCH_NODE_SHARED_DIR-}
case $bai_fallback in *[!A-Za-z0-9/._-]*) bai_fallback='' ;; esac

write_enter() {
  [ "$bai_nodes" -gt 1 ] || return 0
  bai_word=$bai_dir
  [ "$bai_in_container" = no ] || inner_path "$bai_dir"
  AZ_BATCHAI_ENTER=$bai_word/enter
  export AZ_BATCHAI_ENTER
  # Open MPI 4 and before, Open MPI 5, MPICH, Intel MPI.
  OMPI_MCA_plm_rsh_agent=$bai_word/rsh PRTE_MCA_plm_ssh_agent=$bai_word/rsh
  HYDRA_LAUNCHER_EXEC=$bai_word/rsh I_MPI_HYDRA_BOOTSTRAP_EXEC=$bai_word/rsh
  export OMPI_MCA_plm_rsh_agent PRTE_MCA_plm_ssh_agent HYDRA_LAUNCHER_EXEC I_MPI_HYDRA_BOOTSTRAP_EXEC
  [ "$bai_verb" = prepare ] || return 0
  (
    [ "$bai_in_container" = no ] || command unset HOME TMPDIR
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
  bai_inner_shell=$bai_shell
  [ "$bai_in_container" = no ] || bai_inner_shell='"$(command -v bash || echo /bin/sh)"'
  cat >"$bai_dir/enter" <<EOF
#!/bin/sh
here=\${0%/*}
# A path of the node that sent the process here may be another than this node's.
[ -z "\${AZ_BATCH_NODE_SHARED_DIR-}" ] || here=\$AZ_BATCH_NODE_SHARED_DIR/LS_root/launch/$bai_guid-$bai_attempt
. "\$here/environment" || exit 126
cd "\$AZ_BATCHAI_JOB_TEMP" || exit 126
exec $bai_inner_shell -c "\$*"
EOF
  write_variables
  if [ "$bai_in_container" = yes ]; then write_container_enter; else write_rsh; fi
  chmod 755 "$bai_dir/enter" "$bai_dir/rsh" || fail launch-failed 244 "cannot write $bai_dir/enter"
}

# The user's variables as every process of this node has them, but for the secret ones.
write_variables() {
  (
    umask 077
    set +u
    bai_words=''
    for bai_name in $bai_user_names; do
      case " $bai_secret_names " in *" $bai_name "*) ;; *) bai_words="$bai_words $bai_name" ;; esac
    done
    export_user_variables "$bai_words" >"$bai_dir/variables"
  ) 2>/dev/null
}

# Shell text that gives a process the user's variables.
export_user_variables() { # names
  for bai_name in $1; do
    eval "bai_value=\${T_$bai_name-}" # a word that was quoted when the plan was made
    if [ -n "$bai_value" ]; then eval "bai_value=$bai_value"; else eval "bai_value=\$U_$bai_name"; fi
    export_word "$bai_name" "$bai_value"
  done
}

export_word() { # name value
  quote_word "$2"
  printf 'export %s=%s\n' "$1" "$bai_word"
}

# One word of a shell → bai_word.
quote_word() { # text
  bai_word='' bai_rest=$1 bai_quote="'"
  while :; do
    case $bai_rest in
      *$bai_quote*) bai_word="$bai_word${bai_rest%%$bai_quote*}'\\''" bai_rest=${bai_rest#*$bai_quote} ;;
      *) break ;;
    esac
  done
  bai_word="'$bai_word$bai_rest'"
}

# ssh as MPI calls it, `rsh [options] HOST COMMAND…`: the command begins in the job's environment of that node.
write_rsh() {
  {
    printf '#!/bin/sh\nfallback=%s run=%s\n' "$bai_fallback" "$bai_guid-$bai_attempt"
    write_rsh_words
    cat <<'EOF'
text=$(printf '%s\n' "$text" | sed "s/'/'\\\\''/g")
exec ssh -o BatchMode=yes -o StrictHostKeyChecking=no -o LogLevel=ERROR "$host" \
  "exec \"\${AZ_BATCH_NODE_SHARED_DIR:-$fallback}/LS_root/launch/$run/enter\" '$text'"
EOF
  } >"$bai_dir/rsh"
}

# The host, and the command with the user's variables, of the words that MPI calls its remote shell with.
write_rsh_words() {
  cat <<'EOF'
while :; do
  case ${1-} in
    -[bcDEeFIiJLlmOopQRSWw]) shift 2 || exit 255 ;; # with a value
    -*) shift ;;
    *) break ;;
  esac
done
host=$1
shift
text=". \"\${AZ_BATCHAI_ENTER%/*}/variables\"; $*"
EOF
}
