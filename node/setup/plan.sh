# The plan's directives: one function each. They only store what the plan says.

plan_env() { # name value
  eval "U_$1=\$2"
  setup_names="$setup_names $1"
}
plan_secret_env() { # name; its value comes with the secrets
  setup_needs_secrets=yes
  eval "U_$1=\${U_$1-}"
  setup_names="$setup_names $1"
}
plan_admin() { # user [public key [password]]; the password itself comes with the secrets
  setup_admin=$1 setup_admin_key=${2-}
  [ "${3-}" != password ] || setup_needs_secrets=yes setup_admin_by_password=yes
}
plan_peers() { setup_public_key=$1; }                    # public key that all nodes of the cluster share
plan_counters() { setup_counters="$1 $2 $3 $4" setup_needs_secrets=yes; } # seconds workspace cluster endpoint
plan_logs() { # direct|mirror folder
  case $2 in
    *'<undefined variable '*)
      setup_dir=${2#*<undefined variable }
      stop "stdOutErrPathPrefix uses the variable ${setup_dir%%>*}, which is not set: set it in environmentVariables"
      ;;
    /mnt/batch/tasks/shared/LS_root/mounts/*) # the mount root's path in the documents of 2018
      setup_dir=$AZ_BATCHAI_MOUNT_ROOT/${2#/mnt/batch/tasks/shared/LS_root/mounts/}
      ;;
    *) setup_dir=$2 ;;
  esac
  setup_mode=$1
}
plan_command() { setup_command=$1 setup_has_task=yes; }
plan_end() { setup_complete=yes; }
secret_env() { eval "U_$1=\$2"; } # name value
secret_admin() { setup_admin_password=$1; }
secret_counters() { setup_counters_key=$1; }
secrets_end() { setup_secrets_complete=yes; }

# The mount root comes first: the plan's paths lie below it.
load_plan() {
  AZ_BATCHAI_ROOT=${AZ_BATCH_NODE_SHARED_DIR:?}/LS_root
  AZ_BATCHAI_MOUNT_ROOT=$AZ_BATCHAI_ROOT/mounts
  export AZ_BATCHAI_ROOT AZ_BATCHAI_MOUNT_ROOT
  mkdir -p "$AZ_BATCHAI_ROOT" || stop "cannot create $AZ_BATCHAI_ROOT"
  if [ -z "${AZ_BATCH_NODE_MOUNTS_DIR-}" ]; then # a pool without mounts
    mkdir -p "$AZ_BATCHAI_MOUNT_ROOT"
  elif [ ! -h "$AZ_BATCHAI_MOUNT_ROOT" ]; then
    ln -s "$AZ_BATCH_NODE_MOUNTS_DIR" "$AZ_BATCHAI_MOUNT_ROOT"
  fi
  if [ -r "$setup_here/node-setup-secrets" ]; then
    setup_sealed=$(cat "$setup_here/node-setup-secrets")
    rm -f "$setup_here/node-setup-secrets"
    open_sealed "$setup_sealed" || stop "the secrets file cannot be opened: $sealed_error"
    setup_secrets_complete=no
    eval "$sealed_text"
    sealed_text='' setup_sealed=''
    [ "$setup_secrets_complete" = yes ] || stop "the secrets file is cut off"
  fi
  [ -r "$setup_here/node-setup-plan" ] || stop "the file node-setup-plan is missing"
  . "$setup_here/node-setup-plan"
  [ "$setup_complete" = yes ] || stop "the file node-setup-plan is cut off"
  # It is deleted once read. A node that starts again without getting it anew must not go on as if there were no secrets.
  [ "$setup_needs_secrets" = no ] || [ "$setup_secrets_complete" = yes ] ||
    stop "the file node-setup-secrets is missing: the node started again without it; reimage or remove the node"
}

stop() { # message
  printf 'node-setup.sh: %s\n' "$1" >&2
  exit 1
}
