# What went into a run and what it left, file by file with its SHA-256, beside the logs: the service makes the job's receipt of it
# (domain/receipt/record.ts). Only where the job asked for it: every file is read. The first node records; what is no file is passed over.

bai_receipt='' bai_receipt_inputs=''

plan_receipt() { # [id of an input directory…]
  bai_receipt=yes
  [ $# -eq 0 ] || bai_receipt_inputs=" $* "
}

begin_receipt() {
  [ -n "$bai_receipt" ] && is_first || return 0
  bai_record=$bai_logs/receipt
  [ ! -e "$bai_stdouterr/receipt" ] || rm -f "$bai_stdouterr/receipt"
  if ! command -v sha256sum >/dev/null 2>&1; then
    log "there will be no receipt: the node has no sha256sum"
    bai_receipt=''
    return 0
  fi
  printf 'run %s %s\n' "$bai_guid" "$bai_attempt" >"$bai_record" || { receipt_failed "cannot write $bai_record" && return 0; }
  [ -z "${bai_found-}" ] || printf 'image %s\n' "$(engine image inspect --format '{{.Id}}' "$bai_found" 2>/dev/null)" >>"$bai_record"
  for bai_name in $bai_inputs; do
    eval "bai_path=\$AZ_BATCHAI_INPUT_$bai_name"
    case ${bai_receipt_inputs:-" $bai_name "} in *" $bai_name "*) record_files input "$bai_name" "$bai_path" ;; esac
  done
}

end_receipt() {
  [ -n "$bai_receipt" ] && is_first || return 0
  bai_index=0
  while [ "$bai_index" -lt "$bai_output_count" ]; do
    eval "bai_name=\$O_$bai_index bai_path=\$O_${bai_index}_path"
    record_files output "$bai_name" "$bai_path"
    bai_index=$((bai_index + 1))
  done
  [ -z "$bai_receipt" ] || printf 'end\n' >>"$bai_record" || receipt_failed "cannot write $bai_record"
}

record_files() { # kind id path
  [ -n "$bai_receipt" ] || return 0
  printf '%s %s\n' "$1" "$2" >>"$bai_record" || { receipt_failed "cannot write $bai_record" && return 0; }
  if [ -d "$3" ]; then
    (cd "$3" && exec find . -type f -exec sha256sum {} +) >>"$bai_record" 2>/dev/null || receipt_failed "cannot read all of $3"
  elif [ -f "$3" ]; then
    (cd "${3%/*}/" && exec sha256sum "./${3##*/}") >>"$bai_record" 2>/dev/null || receipt_failed "cannot read $3"
  fi
}

receipt_failed() { # why
  log "there will be no receipt: $1"
  bai_receipt=''
}
