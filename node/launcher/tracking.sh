# Where the job's programs report to: by plain requests, in two variables of ours; and by MLflow's protocol, in the two variables that its
# clients know, and no other: one that named a run, or an experiment, would stop scripts that name theirs. A job that sets one of those
# itself reports elsewhere: nothing is added to it.

name_tracking() {
  if [ -n "$bai_metrics_url" ] && [ -n "$bai_tracking_token" ]; then
    AZ_BATCHAI_METRICS_URL=$bai_metrics_url AZ_BATCHAI_METRICS_TOKEN=$bai_tracking_token
    export AZ_BATCHAI_METRICS_URL AZ_BATCHAI_METRICS_TOKEN
  fi
  [ -n "$bai_tracking_url" ] && [ -n "$bai_tracking_token" ] || return 0
  case " $bai_user_names " in *' MLFLOW_TRACKING_'*) return 0 ;; esac
  find_artifact_folder
  # Which start of the processes this is: the first run of each is the job's own. Another node's programs start none of their own.
  bai_launch=-
  ! is_first || bai_launch=${bai_now:-start}-$$
  MLFLOW_TRACKING_URI=$bai_tracking_url/on/$bai_launch/$bai_word/-
  start_forwarder "$MLFLOW_TRACKING_URI" && MLFLOW_TRACKING_URI=http://$bai_host:$bai_port
  MLFLOW_TRACKING_TOKEN=$bai_tracking_token
  export MLFLOW_TRACKING_URI MLFLOW_TRACKING_TOKEN
}

# The first output directory that storage keeps, else the logs' → bai_artifacts, and as words of an address → bai_word; empty where
# storage keeps none.
find_artifact_folder() {
  bai_word='' bai_artifacts='' bai_index=0
  while [ "$bai_index" -lt "$bai_output_count" ] && [ -z "$bai_word" ]; do
    eval "bai_storage=\$O_${bai_index}_storage bai_path=\$O_${bai_index}_path"
    [ "$bai_storage" = node ] || bai_word=$bai_path
    bai_index=$((bai_index + 1))
  done
  [ -n "$bai_word" ] || [ "$bai_log_storage" = node ] || bai_word=$bai_stdouterr
  [ -n "$bai_word" ] || return 0
  bai_artifacts=$bai_word/mlflow bai_word=${bai_word#/}/mlflow
  case $bai_word in
    *[!A-Za-z0-9/._-]* | */-/* | *//*) bai_word=x$(printf '/%s' "$bai_word" | od -An -v -tx1 | tr -d ' \n') ;;
  esac
}
