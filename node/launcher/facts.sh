# Facts about the node: whether it is the job's first, its GPUs, the job's hosts.

is_first() { [ "$bai_nodes" = 1 ] || [ "${AZ_BATCH_IS_CURRENT_NODE_MASTER-}" = true ]; }

# A node that is one of several of a machine says which of its GPUs are this node's, in BATCHAI_NODE_GPUS, with commas between.
count_gpus() {
  AZ_BATCHAI_NUM_GPUS=0
  if [ -n "${BATCHAI_NODE_GPUS+told}" ]; then
    bai_ifs=$IFS IFS=,
    for bai_gpu in $BATCHAI_NODE_GPUS; do AZ_BATCHAI_NUM_GPUS=$((AZ_BATCHAI_NUM_GPUS + 1)); done
    IFS=$bai_ifs
    return
  fi
  set +f
  for bai_gpu in /dev/nvidia[0-9]*; do
    [ -e "$bai_gpu" ] && AZ_BATCHAI_NUM_GPUS=$((AZ_BATCHAI_NUM_GPUS + 1))
  done
  set -f
}

# Hosts of the job, the first node's first: H_0, H_1, …
order_hosts() {
  bai_master=${AZ_BATCH_MASTER_NODE-} bai_hosts=''
  bai_master=${bai_master%:*}
  [ "$bai_nodes" -gt 1 ] || bai_master=localhost
  AZ_BATCHAI_MPI_MASTER_NODE=$bai_master
  bai_host_count=1 H_0=$bai_master
  bai_ifs=$IFS IFS=,
  for bai_host in ${AZ_BATCH_HOST_LIST-}; do
    [ "$bai_nodes" -gt 1 ] && [ "$bai_host" != "$bai_master" ] || continue
    eval "H_$bai_host_count=\$bai_host"
    bai_host_count=$((bai_host_count + 1))
  done
  IFS=$bai_ifs
  bai_index=0
  while [ "$bai_index" -lt "$bai_host_count" ]; do
    eval "AZ_BATCHAI_HOST_$bai_index=\$H_$bai_index"
    bai_index=$((bai_index + 1))
  done
  [ "$bai_host_count" = "$bai_nodes" ] ||
    fail launch-failed 244 "the job needs $bai_nodes nodes, AZ_BATCH_HOST_LIST names '${AZ_BATCH_HOST_LIST-}'"
}

# Slots: GPUs, or processors (Linux lists them; elsewhere getconf knows).
write_host_file() {
  bai_slots=0
  set +f
  for bai_cpu in /sys/devices/system/cpu/cpu[0-9]*; do
    [ -e "$bai_cpu" ] && bai_slots=$((bai_slots + 1))
  done
  set -f
  [ "$AZ_BATCHAI_NUM_GPUS" = 0 ] || bai_slots=$AZ_BATCHAI_NUM_GPUS
  [ "$bai_slots" -gt 0 ] || bai_slots=$(getconf _NPROCESSORS_ONLN 2>/dev/null) || bai_slots=1
  bai_index=0
  while [ "$bai_index" -lt "$bai_nodes" ]; do
    eval "printf '%s slots=%s\\n' \"\$H_$bai_index\" \"$bai_slots\""
    bai_index=$((bai_index + 1))
  done >"$AZ_BATCHAI_MPI_HOST_FILE"
}
