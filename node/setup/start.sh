#!/bin/sh
# Makes a compute node ready, whenever it is added or rebooted: mount root, accounts, counters, the user's setup task. The
# same file runs on Azure and on emulated nodes; it needs a POSIX sh, coreutils and awk. The plan (`node-setup-plan`, next
# to this file) says what to do, one directive a line; `node-setup-secrets`, sealed, holds the values that no plan may hold.
#
#   node-setup.sh            the start task; its exit code decides whether the node is used
#   node-setup.sh counters   stays and reports the node's counters; settings and key come on standard input
#
# A node that is only a folder of a bigger machine says so with BATCHAI_NODE_FILES, the folder that stands for `/` there.
# Invariant: outside of that folder nothing of the bigger machine is touched, no account of it changed.
set -uf
umask 022

setup_here=${0%/*}
[ "$setup_here" != "$0" ] || setup_here=.
setup_files=${BATCHAI_NODE_FILES-}
setup_complete=no setup_needs_secrets=no setup_secrets_complete=no setup_names='' setup_command='' setup_has_task=no setup_admin='' setup_admin_key=''
setup_admin_by_password=no setup_admin_password=''
setup_public_key='' setup_counters='' setup_counters_key=''
nl='
'
