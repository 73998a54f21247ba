# What says that a run is to end before its program does: the time that the job may take is over; the service was asked to end it, and
# puts a file where the run's link points, which says what becomes of the run; the node is to be evicted, and its metadata service has an event for it. The watcher (watch.sh)
# looks for them while a program of the job runs, and sends the launcher TERM. Why so: docs/adr/0031-a-run-is-told-before-it-is-ended.md

notice_fetch_s=5
longest_eviction_grace_s=20 # with the word below, of the thirty seconds that Azure gives notice of at least
longest_word_s=4          # until the first node tells the others; the grace comes after it
longest_hold_s=120
bai_metadata=${BATCH_EMULATOR_METADATA_URL:-http://169.254.169.254}

# Only machines that Batch has on loan are evicted.
is_evictable() { [ "$bai_grace" != 0 ] && [ "${AZ_BATCH_NODE_IS_DEDICATED:-true}" = false ]; }

has_notices() { [ -n "$bai_time_limit$bai_stop_url" ] || is_evictable; }

# Seconds on a clock that nobody sets → bai_seconds.
read_seconds() {
  { read -r bai_seconds bai_rest </proc/uptime; } 2>/dev/null || bai_seconds=$(date +%s)
  bai_seconds=${bai_seconds%%.*}
}

# The time of a run of several nodes begins with its first preparation.
begin_notices() {
  no_proxy=${no_proxy:+$no_proxy,}169.254.169.254,127.0.0.1,localhost
  export no_proxy
  bai_round=0 bai_machine=''
  read_seconds
  bai_began=$bai_seconds
  { read -r bai_began <"$bai_dir/began"; } 2>/dev/null || { printf '%s\n' "$bai_began" >"$bai_dir/began"; } 2>/dev/null
}

# Every second at first, then every five, and when the time is over → bai_pause.
pace_notices() {
  bai_round=$((bai_round + 1))
  if [ "$bai_round" -le 10 ]; then bai_pause=1; else bai_pause=5; fi
  [ -n "$bai_time_limit" ] || return 0
  read_seconds
  bai_left=$((bai_began + bai_time_limit - bai_seconds))
  [ "$bai_left" -ge "$bai_pause" ] || bai_pause=$bai_left
  [ "$bai_pause" -ge 1 ] || bai_pause=1
}

# What is found stays so, and is said again: a shell may lose a signal.
look_for_notice() {
  if [ -z "$bai_notice" ]; then
    if is_time_over; then
      bai_notice=time-over
    elif is_asked_to_stop; then
      { read -r bai_notice <"$bai_dir/answer"; } 2>/dev/null
      case $bai_notice in requeued | deallocated | rehearsed) ;; *) bai_notice=stop ;; esac
    elif is_evictable && is_evicted; then
      bai_notice=evicted
    else
      return 0
    fi
    { printf '%s\n' "$bai_notice" >"$bai_dir/notice"; } 2>/dev/null
  fi
  [ "$bai_stop" = yes ] || kill -TERM "$bai_launcher" 2>/dev/null
}

is_time_over() {
  [ -n "$bai_time_limit" ] || return 1
  read_seconds
  [ "$((bai_seconds - bai_began))" -ge "$bai_time_limit" ]
}

is_asked_to_stop() { [ -n "$bai_stop_url" ] && fetch_notice "$bai_stop_url"; }

# An event of the pool's other machines is theirs.
is_evicted() {
  if [ -z "$bai_machine" ]; then
    fetch_notice "$bai_metadata/metadata/instance/compute/name?api-version=2021-02-01&format=text" || return 1
    { read -r bai_machine <"$bai_dir/answer" || [ -n "$bai_machine" ]; } 2>/dev/null || return 1
  fi
  fetch_notice "$bai_metadata/metadata/scheduledevents?api-version=2020-07-01" || return 1
  tr -d ' \t\r\n' <"$bai_dir/answer" 2>/dev/null | tr '}' '\n' | {
    while read -r bai_event || [ -n "$bai_event" ]; do
      case $bai_event in
        *'"EventType":"Preempt"'* | *'"EventType":"Terminate"'*)
          case $bai_event in *"\"$bai_machine\""*) exit 0 ;; esac
          ;;
      esac
    done
    exit 1
  }
}

# True when there is something; it is in the file `answer` then. In the background, so that the end of the run need not wait for it; the
# link is not on the command line.
fetch_notice() { # url
  if command -v curl >/dev/null 2>&1; then
    curl -fs -m "$notice_fetch_s" -H 'Metadata: true' -o "$bai_dir/answer" -K - >/dev/null 2>&1 <<EOF &
url = "$1"
EOF
  else
    wget -q -T "$notice_fetch_s" -t 1 --header 'Metadata: true' -O "$bai_dir/answer" -i - >/dev/null 2>&1 <<EOF &
$1
EOF
  fi
  bai_nap=$!
  [ "$bai_stop" = no ] || kill -KILL "$bai_nap" 2>/dev/null
  wait "$bai_nap" 2>/dev/null
}

# Of the launcher that was sent a signal: why → bai_notice.
read_notice() {
  { read -r bai_notice <"$bai_dir/notice"; } 2>/dev/null || bai_notice=''
  case $bai_notice in
    time-over) bai_said="the job's time of $bai_time_limit seconds is over" ;;
    stop) bai_said='the job was asked to stop' ;;
    rehearsed) bai_said='somebody asked for an eviction of the job' ;;
    requeued | deallocated) bai_said='the cluster shrinks and needs the node back' ;;
    evicted) shorten_grace "node $bai_node" ;;
    *) bai_notice='' bai_said='the job was ended by a signal' ;;
  esac
  log_notice
}

log_notice() { log "$bai_said: its processes get SIGTERM, and after $bai_grace seconds SIGKILL"; }

shorten_grace() { # node
  bai_said="$1 is about to be evicted"
  [ "$bai_grace" -le "$longest_eviction_grace_s" ] || bai_grace=$longest_eviction_grace_s
}

# Of the first of several nodes: another one said that it goes. The run is over on all of them, and its task stays until that one is gone.
heed_eviction() { # node
  bai_notice=evicted
  shorten_grace "node $1 of the job"
  log_notice
}

# Of a node that said that it goes: the first node tells all of them. A program whose peer ended before it was told itself fails, and
# would be taken for the cause.
await_first() {
  bai_tries=$((longest_word_s * 10))
  while [ "$bai_tries" -gt 0 ] && [ ! -e "$bai_dir/told" ]; do
    sleep 0.1
    bai_tries=$((bai_tries - 1))
  done
}

# A run that ended before its node is gone would get the same node again. Batch starts it anew by itself when the node is gone; when
# it stays after all, the service does.
hold_evicted() {
  [ "$bai_notice" = evicted ] || return 0
  trap 'exit 143' TERM INT HUP
  bai_tries=$longest_hold_s
  while [ "$bai_tries" -gt 0 ]; do
    sleep 1
    bai_tries=$((bai_tries - 1))
  done
}
