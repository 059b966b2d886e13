#!/usr/bin/env bash
# Runs the listeners in examples/webhooks, and the blocks of docs/how-to/webhooks.md that follow a comment <!-- run: NAME -->, unchanged.
# Checks each listener with invalid and repeated events (tests/webhooks/contract.py), and with many payment requests and the simulator's
# faults (tests/webhooks/load.py). Requires the Debug build.
# Usage: tests/webhooks.sh [FILE]   FILE receives a line "passed|failed|skipped TITLE" for each check.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
suite webhooks "${1:-}"
guide=docs/how-to/webhooks.md samples=examples/webhooks
require_commands "The listeners in $samples work" curl jq python3
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
  title="The $language listener in $samples works"
  if [ "$language" != python ] && ! command -v "$language" >/dev/null; then
    report skipped "$title ($language is not installed)"
  elif [ "$language" = php ] && ! php -r 'exit(extension_loaded("curl") && extension_loaded("pdo_sqlite") ? 0 : 1);'; then
    report skipped "$title (the PHP extension curl or pdo_sqlite is not installed)"
  else
    languages+=("$language")
  fi
done

# The checks use free ports, so they run in parallel with the commands of the guide.
# check_listener LANGUAGE: writes the results of both scripts to a file.
check_listener() {
  local language=$1 script arguments share=$(((payment_requests + ${#languages[@]} - 1) / ${#languages[@]}))
  for script in contract load; do
    arguments=("$language" "$work/$language-$script")
    if [ "$script" = load ]; then arguments+=("$sidecar" "$share"); fi
    mkdir "$work/$language-$script"
    cp "$samples/${files[$language]}" "$work/$language-$script"
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

# wait_for COMMAND…: waits until the command succeeds, for at most about two minutes.
wait_for() {
  for _ in $(seq 1200); do
    "$@" && return
    sleep 0.1
  done
  return 1
}

# has_fulfilled COUNT FILE: whether the file has that many IDs, and the listener has printed one fulfillment for each ID. A repeated
# event for an earlier listener can still arrive, so the listener can also print other fulfillments.
has_fulfilled() {
  [ "$(sort -u "$2" | wc -l)" = "$1" ] &&
    diff <(sort "$2") <(grep -oE "^fulfilled $uuid " "$work/listener.log" | cut -d ' ' -f 2 | grep -xFf "$2" | sort)
}

has_delivered_all() {
  curl -sf http://127.0.0.1:5080/_simulator/deliveries |
    jq -e '.deliveries | length > 0 and all(.status == "delivered")' >/dev/null
}

# check_delivery PATTERN: the block of the guide that lists the deliveries must print a line that matches. Waits for the line, because a
# listener prints a fulfillment before it responds, and because the simulator can still repeat an event after its first delivery.
check_delivery() {
  wait_for lists_delivery "$1"
  check_block "$guide" deliveries "$1" deliveries.sh bash
}
lists_delivery() { block "$guide" deliveries | bash | grep -E "$1" >/dev/null; }

# pay_twenty: pays 20 payment requests, and prints their IDs.
pay_twenty() {
  local id
  for _ in $(seq 20); do
    id=$(curl -s http://127.0.0.1:8080/open/v1/payment-requests -H 'content-type: application/json' \
      -d '{"amount":12.5,"type":"ECOMM","payer":{"name":"A. Payer","email":"a@example.com"}}' | jq -r .id)
    curl -s -o /dev/null -X POST "http://127.0.0.1:5080/_simulator/payment-requests/$id/pay"
    echo "$id"
  done
}

# check_guide LANGUAGE: follows the guide with one of the listeners. The listener stores its state in the current folder, so the third
# terminal of the guide is in a copy of the folder examples.
check_guide() {
  local language=$1 program=${files[$1]} command ids
  mkdir -p "$work/$language/$samples"
  cp "$samples/$program" "$work/$language/$samples"
  # The table in the README contains the command, for example "| `webhooks.py` | `python3 webhooks.py` | …".
  command=$(sed -n "s/^| \`$program\` | \`\([^\`]*\)\` |.*/\1/p" "$samples/README.md")
  start listener 8091 bash -c "cd '$work/$language' && . '$work/credentials.sh' && $command"
  report passed "The command '$command' in $samples/README.md starts the listener"
  check_block "$guide" pay "^$uuid PAID\$" pay.sh bash
  cut -d ' ' -f 1 "$work/pay.log" >"$work/paid.log"
  check "The $language listener prints the fulfillment" wait_for has_fulfilled 1 "$work/paid.log"
  check_delivery "^$(<"$work/paid.log") PAYMENT-COMPLETED delivered: 200\$"
  check_block "$guide" wrong-password '^401$' wrong-password.sh bash
  check_block "$guide" faults '"webhookDuplicatePercent":20' faults.sh bash
  pay_twenty >"$work/twenty.log"
  check "The $language listener prints 20 more fulfillments despite the faults" wait_for has_fulfilled 20 "$work/twenty.log"
  check "The simulator delivers all events to the $language listener" wait_for has_delivered_all
  # The simulator also lists the deliveries to the earlier listeners.
  ids=$(paste -sd '|' "$work/twenty.log")
  check_delivery "^($ids) PAYMENT-[A-Z]+ delivered: .*200, (503, )*200"
  check_delivery "^($ids) PAYMENT-[A-Z]+ delivered: .*503, (503, )*200"
  check "The simulator clears the faults" curl -sf -X DELETE http://127.0.0.1:5080/_simulator/faults
  stop_last
}

start_block "$guide" simulate http://127.0.0.1:5080/_simulator/counters
start_block "$guide" run http://127.0.0.1:9090/startupz
block "$guide" credentials >"$work/credentials.sh"
for language in "${languages[@]}"; do check_guide "$language"; done

for language in "${languages[@]}"; do
  wait "${checks[$language]}"
  report_lines <"$work/$language.checks"
done
end
