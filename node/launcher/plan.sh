# The plan's directives: one function each. They only store what the plan says.

plan_job() { # version guid attempt nodes workspace experiment job
  [ "$1" = 1 ] || fail launch-failed 244 "this launcher reads launch plans of version 1, not $1"
  bai_guid=$2 bai_attempt=$3 bai_nodes=$4 bai_experiment=$6 bai_job=$7
  AZ_BATCHAI_ATTEMPT=$3 AZ_BATCHAI_ROOT=${AZ_BATCH_NODE_SHARED_DIR:?}/LS_root
  AZ_BATCHAI_MOUNT_ROOT=$AZ_BATCHAI_ROOT/mounts
  AZ_BATCHAI_JOB_MOUNT_ROOT=$AZ_BATCHAI_ROOT/jobs/$5/$6/$7/mounts
  AZ_BATCHAI_JOB_TEMP_DIR=$AZ_BATCHAI_ROOT/temp
  AZ_BATCHAI_JOB_TEMP=$AZ_BATCHAI_JOB_TEMP_DIR/$2
  AZ_BATCHAI_MPI_HOST_FILE=$AZ_BATCHAI_JOB_TEMP/hostfile
  bai_dir=$AZ_BATCHAI_ROOT/launch/$2-$3
  count_gpus
  order_hosts
  export AZ_BATCHAI_ROOT AZ_BATCHAI_MOUNT_ROOT AZ_BATCHAI_JOB_MOUNT_ROOT AZ_BATCHAI_JOB_TEMP_DIR AZ_BATCHAI_JOB_TEMP
  export AZ_BATCHAI_MPI_HOST_FILE AZ_BATCHAI_MPI_MASTER_NODE AZ_BATCHAI_NUM_GPUS AZ_BATCHAI_ATTEMPT
}

plan_env() { # name value [shell word that gives the value in a process]
  eval "U_$1=\$2"
  [ $# -lt 3 ] || eval "T_$1=\$3"
  bai_user_names="$bai_user_names $1"
}

plan_secret_env() { # name; its value comes with the secrets file
  eval "U_$1=\${U_$1-}"
  bai_secret_names="$bai_secret_names $1"
  bai_user_names="$bai_user_names $1"
}

plan_secret() { eval "U_$1=\$2"; } # name value

plan_key() { # secret-name key
  bai_mount_keys="${bai_mount_keys-}$1 $2$nl"
}

plan_secrets_end() { bai_secrets_complete=yes; }

plan_mount_share() { # relative-path secret account source file-mode directory-mode [ro]
  eval "M_${bai_mounts}='share' M_${bai_mounts}_path=\$1 M_${bai_mounts}_secret=\$2 M_${bai_mounts}_account=\$3"
  eval "M_${bai_mounts}_source=\$4 M_${bai_mounts}_options=file_mode=\$5,dir_mode=\$6\${7:+,ro}"
  bai_mounts=$((bai_mounts + 1)) bai_on_storage=yes
}

plan_mount_blob() { # relative-path secret account container options [cache-option cache-folder [identity]]
  eval "M_${bai_mounts}='blob' M_${bai_mounts}_path=\$1 M_${bai_mounts}_secret=\$2 M_${bai_mounts}_account=\$3"
  eval "M_${bai_mounts}_source=\$4 M_${bai_mounts}_options=\$5 M_${bai_mounts}_cache_option=\${6-} M_${bai_mounts}_cache=\${7-} M_${bai_mounts}_identity=\${8-}"
  bai_mounts=$((bai_mounts + 1)) bai_on_storage=yes
}

plan_mount_nfs() { # relative-path source options
  eval "M_${bai_mounts}='nfs' M_${bai_mounts}_path=\$1 M_${bai_mounts}_secret='' M_${bai_mounts}_account=''"
  eval "M_${bai_mounts}_source=\$2 M_${bai_mounts}_options=\$3"
  bai_mounts=$((bai_mounts + 1))
}

plan_mount_unmanaged() { # relative-path command [ro]
  eval "M_${bai_mounts}='unmanaged' M_${bai_mounts}_path=\$1 M_${bai_mounts}_secret='' M_${bai_mounts}_account=''"
  eval "M_${bai_mounts}_source=\$2 M_${bai_mounts}_options=\${3-}"
  bai_mounts=$((bai_mounts + 1)) bai_on_storage=yes
}

# Sets bai_path. The documents of 2018 also name the mount root by the path it had on their nodes.
place() { # what path
  bai_path=$2
  case $bai_path in
    *'<undefined variable '*)
      bai_path=${bai_path#*<undefined variable }
      fail launch-failed 244 "the path of $1 uses the variable ${bai_path%%>*}, which is not set: set it in environmentVariables"
      ;;
    /mnt/batch/tasks/shared/LS_root/mounts/*)
      bai_path=$AZ_BATCHAI_MOUNT_ROOT/${bai_path#/mnt/batch/tasks/shared/LS_root/mounts/}
      ;;
  esac
}

plan_input() { # id path
  place "input directory $1" "$2"
  eval "AZ_BATCHAI_INPUT_$1=\$bai_path"
  export "AZ_BATCHAI_INPUT_$1"
  bai_inputs="$bai_inputs $1"
}

plan_output() { # id path blob|share|node
  place "output directory $1" "$2"
  eval "AZ_BATCHAI_OUTPUT_$1=\$bai_path O_$bai_output_count=\$1 O_${bai_output_count}_path=\$bai_path"
  eval "O_${bai_output_count}_storage=\$3"
  [ "$3" = node ] || bai_on_storage=yes
  export "AZ_BATCHAI_OUTPUT_$1"
  bai_output_count=$((bai_output_count + 1))
}

plan_stdouterr() { # path blob|share|node
  place stdOutErrPathPrefix "$1"
  bai_stdouterr=$bai_path bai_log_storage=$2 AZ_BATCHAI_STDOUTERR_DIR=$bai_path
  if [ "$2" = blob ]; then bai_mode=mirror; fi
  [ "$2" = node ] || bai_on_storage=yes
  export AZ_BATCHAI_STDOUTERR_DIR
}

plan_checkpoints() { # path blob|share|node
  place stdOutErrPathPrefix "$1"
  AZ_BATCHAI_CHECKPOINT_DIR=$bai_path bai_checkpoint_storage=$2
  export AZ_BATCHAI_CHECKPOINT_DIR
}

plan_shared_temp() { # path
  place AZ_BATCHAI_SHARED_JOB_TEMP "$1"
  AZ_BATCHAI_SHARED_JOB_TEMP=$bai_path
  export AZ_BATCHAI_SHARED_JOB_TEMP
}

plan_preparation() { bai_preparation=$1 bai_has_preparation=yes; }

# A machine with several nodes says so in their environment: there a port must be one node's alone.
plan_endpoint() { # name node port port-on-shared-machine
  bai_port=$3
  [ -z "${BATCHAI_NODES_SHARE_MACHINE-}" ] || bai_port=$4
  eval "AZ_BATCHAI_ENDPOINT_$1=\$H_$2:\$bai_port"
}

plan_process() { # node role index required|service stdout stderr interpreter-words command
  eval "P_${bai_count}_node=\$1 P_${bai_count}_name=\$2-\$3 P_${bai_count}_ends=\$4 P_${bai_count}_stdout=\$5"
  eval "P_${bai_count}_stderr=\$6 P_${bai_count}_interpreter=\$7 P_${bai_count}_command=\$8 P_${bai_count}_env=''"
  eval "P_${bai_count}_out_alias='' P_${bai_count}_err_alias=''"
  bai_count=$((bai_count + 1))
}

plan_process_alias() { # stdout stderr, of the process above
  bai_last=$((bai_count - 1))
  eval "P_${bai_last}_out_alias=\$1 P_${bai_last}_err_alias=\$2"
}

plan_process_env() { # name value, of the process above
  bai_last=$((bai_count - 1))
  eval "P_${bai_last}_env=\"\$P_${bai_last}_env $1\" P_${bai_last}_env_$1=\$2"
}

plan_end() { bai_plan_complete=yes; }

# Short ones come with the task, in base64; what a user's process gets has nothing of it.
load_plan() {
  if [ -n "${BATCHAI_LAUNCH_PLAN-}" ]; then
    # Not by a pipe: that would be two more processes.
    bai_said=$(
      base64 -d <<EOF
$BATCHAI_LAUNCH_PLAN
EOF
    ) || fail launch-failed 244 "the launch plan in BATCHAI_LAUNCH_PLAN cannot be read"
    unset BATCHAI_LAUNCH_PLAN
    eval "$bai_said"
  else
    [ -r "$bai_here/launch-plan" ] || fail launch-failed 244 "the launch plan $bai_here/launch-plan is missing"
    . "$bai_here/launch-plan"
  fi
  [ "$bai_plan_complete" = yes ] || fail launch-failed 244 "the launch plan is cut off"
  load_secrets
}
