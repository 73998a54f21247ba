# Logs go straight to the stdouterr directory, or below the launch directory with a copy every second.
start_logs() {
  bai_logs=$bai_stdouterr
  [ "$bai_mode" = direct ] || bai_logs=$bai_dir/logs
  bai_log=$bai_logs/$bai_log_name
  name_report_files
  name_tracking
  if [ "$bai_verb" = prepare ] || [ "$bai_nodes" = 1 ]; then
    new_log "$bai_log_name"
    printf %s "$bai_early" >"$bai_log"
  fi
  [ "$bai_mode" = direct ] || start_mirror
}

# What a program reports of itself goes beside its logs and begins anew with every run. The service reads the first node's files:
# nodes that all say the same would be taken for as many reports.
name_report_files() {
  bai_metrics=metrics.jsonl bai_outputs=outputs.jsonl
  is_first || bai_metrics=metrics-$bai_node.jsonl bai_outputs=outputs-$bai_node.jsonl
  if [ "$bai_verb" = prepare ] || [ "$bai_nodes" = 1 ]; then
    for bai_file in "$bai_metrics" "$bai_outputs"; do
      [ ! -e "$bai_stdouterr/$bai_file" ] || rm -f "$bai_stdouterr/$bai_file"
    done
  fi
  AZ_BATCHAI_METRICS_FILE=$bai_logs/$bai_metrics AZ_BATCHAI_OUTPUTS_FILE=$bai_logs/$bai_outputs
  export AZ_BATCHAI_METRICS_FILE AZ_BATCHAI_OUTPUTS_FILE
}

# A log begins anew with every run; what an earlier run left must not be taken for its beginning. It is appended to, so
# that a program may empty it.
new_log() { # name
  [ ! -e "$bai_stdouterr/$1" ] || rm -f "$bai_stdouterr/$1"
  { true >>"$bai_logs/$1"; } 2>/dev/null || fail launch-failed 244 "cannot write the log $bai_logs/$1"
}

# The same log under another name: one file where the file system can, else a copy that follows every second.
alias_log() { # name other-name
  [ ! -e "$bai_stdouterr/$2" ] || rm -f "$bai_stdouterr/$2"
  ln "$bai_logs/$1" "$bai_logs/$2" 2>/dev/null && return
  bai_aliases="$bai_aliases$1 $2$nl"
}

# It goes on while the file `mirror` is there. The signal only cuts its nap short: a shell loses one that comes before a
# new child has put its traps in order. A file can be removed from a full disk, too.
start_mirror() {
  { true >"$bai_dir/mirror"; } 2>/dev/null
  (
    bai_nap='' bai_round=0
    trap '[ -z "$bai_nap" ] || kill "$bai_nap" 2>/dev/null' TERM
    trap '' INT HUP
    while [ -e "$bai_dir/mirror" ]; do
      # Soon after the start, so that a first line is seen at once; then every second.
      if [ "$bai_round" -lt 5 ]; then bai_round=$((bai_round + 1)) bai_pause=0.2; else bai_pause=1; fi
      sleep "$bai_pause" >/dev/null 2>&1 &
      bai_nap=$!
      wait "$bai_nap"
      [ ! -e "$bai_dir/mirror" ] || copy_logs changed
    done
  ) </dev/null >/dev/null 2>&1 &
  bai_mirror_pid=$!
}

# Of a special built-in (`:`) a redirection that fails would end the shell, hence `true`. Sets bai_uncopied.
copy_logs() { # changed|all
  [ -d "$bai_stdouterr" ] || mkdir -p "$bai_stdouterr" # removed by the program: from the start again
  bai_uncopied=''
  if [ "$bai_mode" = mirror ]; then
    set +f
    for bai_file in "$bai_logs"/*; do copy_log "$1" "$bai_file" "$bai_stdouterr/${bai_file##*/}"; done
    set -f
  fi
  while read -r bai_file bai_copy; do
    [ -z "$bai_copy" ] || copy_log "$1" "$bai_logs/$bai_file" "$bai_stdouterr/$bai_copy"
  done <<EOF
$bai_aliases
EOF
}

# Appends what is new; the length of the copy says what is old. `changed`: only a file that looks newer than its copy.
copy_log() { # changed|all file copy
  if [ ! -f "$2" ]; then
    return 0
  elif [ ! -s "$2" ]; then
    [ -f "$3" ] || true >"$3"
  elif [ ! -s "$3" ]; then
    cat "$2" >"$3"
  elif [ "$1" = all ] || [ "$2" -nt "$3" ]; then
    tail -c "+$(($(wc -c <"$3") + 1))" "$2" >>"$3"
  fi || bai_uncopied="$bai_uncopied ${2##*/}"
}

stop_mirror() {
  [ -n "$bai_mirror_pid" ] || return 0
  rm -f "$bai_dir/mirror" || kill -KILL "$bai_mirror_pid"
  kill -TERM "$bai_mirror_pid" 2>/dev/null
  wait "$bai_mirror_pid" 2>/dev/null
  bai_mirror_pid=''
  copy_logs all 2>/dev/null
}
