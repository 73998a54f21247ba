# Visits every node of the job over ssh, as the host file lists them. No password, no host key to confirm. The job's
# variables stay here: a command that needs the service's variables of the other node gets in by $AZ_BATCHAI_ENTER.
echo "started once, on $AZ_BATCH_NODE_ID"
while read -r host _; do
  ssh -n "$host" hostname >/dev/null || exit 1
  echo "$host is $(ssh -n "$host" "$AZ_BATCHAI_ENTER" "'echo \$AZ_BATCH_NODE_ID'")"
done <"$AZ_BATCHAI_MPI_HOST_FILE"
