# The user's commands: the one place where a text of the user is evaluated, in a shell of its own.

# Runs in the child shell: $1 candidates for the interpreter (shell words), $2 the command, $3 the execution log, $4 node.
bai_wrapper='
if [ -n "${BASH_VERSION-}" ] && [ -r "${HOME-}/.bashrc" ]; then PS1="$ "; . "$HOME/.bashrc"; unset PS1; fi
bai_text=$2 bai_log=$3 bai_node=$4
if [ -n "$1" ]; then
  eval "set -- $1"
  AZ_BATCHAI_INTERPRETER=
  for bai_word do
    if command -v "$bai_word" >/dev/null 2>&1; then AZ_BATCHAI_INTERPRETER=$bai_word; break; fi
  done
  if [ -z "$AZ_BATCHAI_INTERPRETER" ]; then
    bai_text="The interpreter $* is not on node $bai_node: install it in jobPreparation, or set pythonInterpreterPath."
    printf "%s\n" "$bai_text" >&2
    printf "%s\n" "$bai_text" >>"$bai_log"
    exit 127
  fi
  export AZ_BATCHAI_INTERPRETER
fi
set --
unset bai_log bai_node bai_word
eval "$bai_text"'

# Becomes the user's shell: the job's variables, then those of process $4 ("" for the preparation).
become_shell() { # interpreter-words command log process
  if [ "$bai_in_container" = yes ]; then
    become_in_container "$@"
    return
  fi
  cd "$AZ_BATCHAI_JOB_TEMP" || exit 126
  bai_process=$4
  set -- "$bai_shell" -c "$bai_wrapper" batchai "$1" "$2" "$3" "$bai_node"
  set +uf
  if [ -n "$bai_process" ]; then
    eval "bai_words=\$P_${bai_process}_env"
    for bai_word in $bai_words; do eval "export $bai_word=\"\$P_${bai_process}_env_$bai_word\""; done
  fi
  for bai_word in $bai_user_names; do
    eval "bai_value=\${T_$bai_word-}" # a word that was quoted when the plan was made
    if [ -n "$bai_value" ]; then eval "export $bai_word=$bai_value"; else eval "export $bai_word=\"\$U_$bai_word\""; fi
  done
  exec "$@"
}

find_shell() {
  bai_shell=/bin/sh
  for bai_path in /bin/bash /usr/bin/bash /usr/local/bin/bash; do
    if [ -x "$bai_path" ]; then bai_shell=$bai_path && break; fi
  done
}

run_preparation() {
  [ "$bai_has_preparation" = yes ] || return 0
  bai_suffix=''
  [ "$bai_nodes" = 1 ] || bai_suffix=-$bai_node # all nodes write to one directory
  log "job preparation starts"
  new_log "stdout-job_prep$bai_suffix.txt"
  new_log "stderr-job_prep$bai_suffix.txt"
  (become_shell '' "$bai_preparation" "$bai_log" '') </dev/null \
    >>"$bai_logs/stdout-job_prep$bai_suffix.txt" 2>>"$bai_logs/stderr-job_prep$bai_suffix.txt" &
  bai_children=$!
  step program
  wait "$bai_children"
  bai_code=$? bai_children='' bai_now=''
  step preparation-log
  log "job preparation exited with $bai_code"
  [ "$bai_code" = 0 ] || fail preparation-failed "$bai_code" "job preparation exited with $bai_code on node $bai_node"
}
