# Counters of the node, sent to an Application Insights component as metrics ("Track" calls of its ingestion endpoint): one
# envelope a counter. An endpoint `file:FOLDER` is a file per node in that folder instead, one envelope a line, without key.

# Leaves the start task: another session, and not one of its processes by the emulator's mark either. It is waited for, as
# what has not left when the start task ends would be ended with it.
start_counters() {
  [ -n "$setup_counters" ] && [ -n "$setup_counters_key" ] || return 0
  setup_detach=''
  ! command -v setsid >/dev/null 2>&1 || setup_detach=setsid
  rm -f "$setup_here/counters.up"
  (
    unset BATCHAI_LAUNCH
    printf '%s %s\n' "$setup_counters_key" "$setup_counters" |
      $setup_detach /bin/sh "$setup_here/node-setup.sh" counters >/dev/null 2>&1 &
  )
  setup_tries=100
  while [ ! -e "$setup_here/counters.up" ] && [ "$setup_tries" -gt 0 ]; do
    sleep 0.1
    setup_tries=$((setup_tries - 1))
  done
}

report_counters() {
  read -r counters_key counters_seconds counters_workspace counters_cluster counters_endpoint || exit 1
  exec </dev/null
  umask 077
  : >"$setup_here/counters.up"
  open_private_dir || exit 1
  counters_body=$private_dir/counters.json # every line of it has the key
  counters_before=$(sample_node)
  while nap_counters; do
    counters_now=$(sample_node)
    counters_time=$(date -u +%Y-%m-%dT%H:%M:%SZ)
    { compare_samples "$counters_before" "$counters_now"; sample_gpus; } | write_envelopes >"$counters_body"
    counters_before=$counters_now
    send_envelopes
    rm -f "$counters_body"
  done
}

# On an emulated node it ends with the emulator, and with the node; on a virtual machine it ends with the machine.
nap_counters() {
  [ -n "${BATCHAI_EMULATOR_PID-}" ] || { sleep "$counters_seconds"; return 0; }
  counters_left=$counters_seconds
  while [ "$counters_left" -gt 0 ]; do
    sleep 1
    [ -d "$setup_here" ] && kill -0 "$BATCHAI_EMULATOR_PID" 2>/dev/null || return 1
    counters_left=$((counters_left - 1))
  done
}

# One line a fact: name and number. Times and bytes only grow; the rates are made of two samples.
sample_node() {
  printf 'at %s\n' "$(date +%s)"
  awk '/^cpu / { for (i = 2; i <= 9; i++) all += $i; printf "cpu %.0f\nidle %.0f\n", all, $5 + $6 }' /proc/stat
  awk '/^MemTotal:/ { printf "memory %.0f\n", $2 * 1024 } /^MemAvailable:/ { printf "available %.0f\n", $2 * 1024 }' /proc/meminfo
  awk -F '[: ]+' 'NR > 2 { sub(/^ +/, ""); split($0, f, /[: ]+/); if (f[1] != "lo") { in_ += f[2]; out += f[10] } }
    END { printf "received %.0f\nsent %.0f\n", in_, out }' /proc/net/dev
  awk '$3 ~ /^(sd[a-z]+|vd[a-z]+|xvd[a-z]+|nvme[0-9]+n[0-9]+)$/ { r += $6; w += $10 }
    END { printf "read %.0f\nwritten %.0f\n", r * 512, w * 512 }' /proc/diskstats
  df -kP "${AZ_BATCH_NODE_ROOT_DIR:-/}" | awk 'NR == 2 { printf "disk %.0f\nfree %.0f\n", $2 * 1024, $4 * 1024 }'
}

compare_samples() { # before now
  printf '%s\n=\n%s\n' "$1" "$2" | awk '
    $1 == "=" { second = 1; next }
    { if (second) b[$1] = $2; else a[$1] = $2 }
    function rate(name, fact,  s) { s = b["at"] - a["at"]; if (s > 0) printf "%s\t%.0f\n", name, (b[fact] - a[fact]) / s }
    END {
      if (b["cpu"] > a["cpu"]) printf "CPU utilization %%\t%.2f\n", 100 * (1 - (b["idle"] - a["idle"]) / (b["cpu"] - a["cpu"]))
      if (b["memory"] > 0) printf "Memory used %%\t%.2f\n", 100 * (1 - b["available"] / b["memory"])
      printf "Memory available bytes\t%.0f\n", b["available"]
      if (b["disk"] > 0) printf "Disk used %%\t%.2f\n", 100 * (1 - b["free"] / b["disk"])
      printf "Disk free bytes\t%.0f\n", b["free"]
      rate("Disk read bytes/s", "read"); rate("Disk written bytes/s", "written")
      rate("Network received bytes/s", "received"); rate("Network sent bytes/s", "sent")
    }'
}

sample_gpus() {
  command -v nvidia-smi >/dev/null 2>&1 || return 0
  nvidia-smi --query-gpu=index,utilization.gpu,memory.used,memory.total --format=csv,noheader,nounits 2>/dev/null |
    awk -F ', *' '$4 > 0 { printf "GPU utilization %%\t%s\t%s\nGPU memory used %%\t%.2f\t%s\n", $2, $1, 100 * $3 / $4, $1 }'
}

# The key is written by the shell itself: it is in no command line and no environment.
write_envelopes() {
  counters_tab=$(printf '\t')
  while IFS=$counters_tab read -r counter_name counter_value counter_gpu; do
    counter_properties="\"workspace\":\"$counters_workspace\",\"cluster\":\"$counters_cluster\",\"node\":\"$AZ_BATCH_NODE_ID\""
    [ -z "$counter_gpu" ] || counter_properties="$counter_properties,\"gpu\":\"$counter_gpu\""
    case $counters_endpoint in file:*) counter_key='' ;; *) counter_key="\"iKey\":\"$counters_key\"," ;; esac
    printf '{"name":"Microsoft.ApplicationInsights.Metric","time":"%s",%s"tags":{"ai.cloud.role":"%s","ai.cloud.roleInstance":"%s"},"data":{"baseType":"MetricData","baseData":{"ver":2,"metrics":[{"name":"%s","value":%s}],"properties":{%s}}}}\n' \
      "$counters_time" "$counter_key" "$counters_workspace/$counters_cluster" "$AZ_BATCH_NODE_ID" "$counter_name" \
      "$counter_value" "$counter_properties"
  done
}

# One sample that could not be sent is lost; the next one follows.
send_envelopes() {
  case $counters_endpoint in
    file:*)
      mkdir -p "${counters_endpoint#file:}" && cat "$counters_body" >>"${counters_endpoint#file:}/$AZ_BATCH_NODE_ID.jsonl"
      ;;
    *)
      if command -v curl >/dev/null 2>&1; then
        curl -sS -m 20 -o /dev/null -H 'Content-Type: application/x-json-stream' --data-binary "@$counters_body" "$counters_endpoint"
      else
        wget -q -T 20 -t 1 -O /dev/null --header 'Content-Type: application/x-json-stream' --post-file="$counters_body" "$counters_endpoint"
      fi
      ;;
  esac
}
