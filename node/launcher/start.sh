#!/bin/sh
# Runs one launch plan on a compute node: directories, mounts, preparation, processes, exit code. The same file runs on
# Azure and on emulated nodes; it needs a POSIX sh and coreutils, and uses bash for the user's commands when there is one.
# It knows no toolkit and no job: the plan (`launch-plan`, next to this file, or in base64 in BATCHAI_LAUNCH_PLAN) says
# everything, one directive a line.
#
#   launch.sh run       one node: everything. Several: the first node, after every node's `prepare`.
#   launch.sh prepare   several nodes, on each: directories, mounts, preparation; leaves an agent for this node's processes.
#
# Invariant: a user's text is only ever evaluated by the shell that runs the user's commands, never by this one. Variables
# of the user are kept as U_<name> here and exported in the child alone, so that none (PATH, IFS) can disturb the launcher.
set -uf
umask 022

bai_here=${0%/*}
[ "$bai_here" != "$0" ] || bai_here=.
bai_verb=${1-}
bai_start_dir=$PWD
bai_node=${AZ_BATCH_NODE_ID:-node}
bai_step_limit=${BATCHAI_STEP_LIMIT_S:-3600}
bai_grace=${BATCHAI_TERMINATION_GRACE_S:-5}
bai_time_limit=${BATCHAI_TIME_LIMIT_S-}
bai_stop_url=${BATCHAI_STOP_URL-}
bai_tracking_url=${BATCHAI_TRACKING_URL-} bai_metrics_url=${BATCHAI_METRICS_URL-} bai_tracking_token=${BATCHAI_TRACKING_TOKEN-}
unset BATCHAI_STEP_LIMIT_S BATCHAI_TERMINATION_GRACE_S BATCHAI_TIME_LIMIT_S BATCHAI_STOP_URL
unset BATCHAI_TRACKING_URL BATCHAI_METRICS_URL BATCHAI_TRACKING_TOKEN
bai_user_names='' bai_secret_names='' bai_mounts=0 bai_count=0 bai_output_count=0 bai_inputs='' bai_mounted='' bai_children='' bai_mirror_pid=''
bai_preparation='' bai_has_preparation=no bai_ended=no bai_plan_complete=no bai_log='' bai_early=''
bai_mode=direct bai_stdouterr='' bai_tree='' bai_now='' bai_second='' bai_up='' bai_collector='' bai_nodes=1
bai_outcome='' bai_program_code='' bai_log_storage=node bai_checkpoint_storage=node bai_lost='' bai_uncopied='' bai_sealed='' bai_aliases=''
bai_forwarder='' bai_on_storage=no bai_watcher='' bai_steps=0 bai_notice='' bai_joins=''
nl='
'
