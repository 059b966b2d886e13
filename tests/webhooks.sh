#!/usr/bin/env bash
# Runs the listeners and the other blocks of docs/how-to/webhooks.md that follow a comment <!-- run: NAME -->, unchanged. Checks each
# listener with invalid and repeated events (tests/webhooks/contract.py), and with many payment requests and the simulator's faults
# (tests/webhooks/load.py). Requires the Debug build.
# Usage: tests/webhooks.sh [FILE]   FILE receives a line "passed|failed|skipped TITLE" for each check.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
suite webhooks "${1:-}"
guide=docs/how-to/webhooks.md
require_commands "The listeners of $guide work" curl jq python3
require_ports 5080 8080 8091 9090
export Sidecar__DrainSeconds=0 PYTHONDONTWRITEBYTECODE=1
sidecar=${TEST_SIDECAR:-$PWD/src/Clik2pay.Sidecar/bin/Debug/net10.0/clik2pay-sidecar}
if [ ! -x "$sidecar" ]; then
  report failed "The sidecar is built (to build it, run dotnet build)"
  end
fi
payment_requests=1000
uuid='[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'

declare -A files=([python]=webhooks.py [node]=webhooks.mjs [php]=webhooks.php)
languages=()
for language in python node php; do
  title="The $language listener of $guide works"
  if [ "$language" != python ] && ! command -v "$language" >/dev/null; then
    report skipped "$title ($language is not installed)"
  elif [ "$language" = php ] && ! php -r 'exit(extension_loaded("curl") && extension_loaded("pdo_sqlite") ? 0 : 1);'; then
    report skipped "$title (the PHP extension curl or pdo_sqlite is not installed)"
  else
    languages+=("$language")
  fi
done

# The checks use free ports, so they run beside the commands of the guide.
# check_listener LANGUAGE: writes the results of both scripts to a file.
check_listener() {
  local language=$1 script arguments share=$(((payment_requests + ${#languages[@]} - 1) / ${#languages[@]}))
  for script in contract load; do
    arguments=("$language" "$work/$language-$script")
    if [ "$script" = load ]; then arguments+=("$sidecar" "$share"); fi
    mkdir "$work/$language-$script"
    block "$guide" "$language" >"$work/$language-$script/${files[$language]}"
    python3 "tests/webhooks/$script.py" "${arguments[@]}" ||
      echo "failed The $script checks of the $language listener complete (the exit code is $?)"
  done >"$work/$language.checks" 2>&1
}
declare -A checks=()
for language in "${languages[@]}"; do
  set -m
  check_listener "$language" &
  set +m
  started+=($!) checks[$language]=$!
done

# wait_for COMMAND…: waits until the command succeeds, for at most 30 s.
wait_for() {
  for _ in $(seq 300); do
    "$@" && return
    sleep 0.1
  done
  return 1
}

# has_fulfilled COUNT: whether the listener has printed that many fulfillments, of different payment requests.
has_fulfilled() {
  [ "$(grep -cE "^fulfilled $uuid " "$work/listener.log")" = "$1" ] &&
    [ "$(grep -oE "^fulfilled $uuid" "$work/listener.log" | sort -u | wc -l)" = "$1" ]
}

# stop_last: stops the process that was started last.
stop_last() {
  local others=("${started[@]:0:${#started[@]}-1}")
  started=("${started[-1]}")
  stop
  started=("${others[@]}")
}

has_delivered_all() { ! curl -s http://127.0.0.1:5080/_simulator/deliveries | grep -q '"status":"pending"'; }

# check_guide LANGUAGE: follows the guide with one of the listeners.
in_work=(bash -c 'cd "${1%/*}" && . "$1"' run)
check_guide() {
  local language=$1 program=${files[$1]} command
  mkdir "$work/$language"
  block "$guide" "$language" >"$work/$language/$program"
  command=$(sed -n "s/^| \`$program\` | \`\(.*\)\` |\$/\1/p" "$guide")
  start listener 8091 bash -c "cd '$work/$language' && $command"
  report passed "The command '$command' in $guide starts the listener"
  check_block "$guide" create '"paymentLink": "http://127.0.0.1:5080/r/' create.sh "${in_work[@]}"
  check_block "$guide" pay '"status":"PAID"' pay.sh "${in_work[@]}"
  check "The $language listener prints the fulfillment" wait_for has_fulfilled 1
  check_block "$guide" deliveries "^$(jq -r .id "$work/payment-request.json") PAYMENT-COMPLETED delivered: 200\$" deliveries.sh bash
  check_block "$guide" wrong-password '^HTTP/1.[01] 401 ' wrong-password.sh bash
  check_block "$guide" faults '"webhookDuplicatePercent":20' faults.sh bash
  check_block "$guide" twenty "^$uuid\$" twenty.sh bash
  check "The $language listener prints 20 more fulfillments despite the faults" wait_for has_fulfilled 21
  check "The simulator delivers all events to the $language listener" wait_for has_delivered_all
  check_block "$guide" deliveries ' delivered: 200, 200$' deliveries.sh bash
  check_block "$guide" deliveries ' delivered: 503, 200' deliveries.sh bash
  check_block "$guide" no-faults '"webhookDuplicatePercent":0' no-faults.sh bash
  stop_last
}

start_block "$guide" simulate http://127.0.0.1:5080/_simulator/counters
start_block "$guide" run http://127.0.0.1:9090/startupz
block "$guide" credentials >"$work/credentials.sh"
. "$work/credentials.sh"
for language in "${languages[@]}"; do check_guide "$language"; done

for language in "${languages[@]}"; do
  wait "${checks[$language]}"
  report_lines <"$work/$language.checks"
done
end
