# What the script is called for.
case ${1-setup} in
  counters) report_counters ;;
  setup)
    load_plan
    authorize_admin
    give_password
    join_peers
    check_peers
    mount_file_systems
    start_counters
    run_setup_task
    ;;
  *) stop "usage: node-setup.sh [counters]" ;;
esac
