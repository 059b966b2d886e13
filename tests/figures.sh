#!/usr/bin/env bash
# Checks the figures of docs/how-to/size.md that do not depend on the machine. Requires the Debug build.
# Usage: tests/figures.sh [FILE]   FILE receives a line "passed|failed|skipped TITLE" for each check.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
suite figures "${1:-}"
require_ports 5080 8080 8081 8082 9090 9091 9092
export Sidecar__DrainSeconds=0

guide=docs/how-to/size.md
sidecar=${TEST_SIDECAR:-$PWD/src/Clik2pay.Sidecar/bin/Debug/net10.0/clik2pay-sidecar}
if [ ! -x "$sidecar" ]; then
  report failed "The sidecar is built (to build it, run dotnet build)"
  end
fi
simulator=http://127.0.0.1:5080

# count NAME: prints one of the simulator's counters.
count() { curl -s "$simulator/_simulator/counters" | sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p"; }
faults() { curl -s -o "$work/faults" -X PUT "$simulator/_simulator/faults" -d "$1"; }

# check_figure FIGURE ACTUAL PERCENT: the row "| FIGURE | NUMBER |" of the guide must be within that many percent of the actual value.
check_figure() {
  local figure is_near title="$guide has the right figure for '$1'"
  figure=$(awk -F ' *[|] *' -v name="$1" '$2 == name { gsub(",", "", $3); print $3 }' "$guide")
  is_near='BEGIN { exit !(a > 0 && (a - b) ^ 2 <= (b * percent / 100) ^ 2) }'
  if [ -n "$figure" ] && awk -v a="$2" -v b="$figure" -v percent="$3" "$is_near"; then
    report passed "$title"
  else
    report failed "$title (documented: ${figure:-none}, actual: $2)"
  fi
}

# make_six_calls PORT: makes six calls with different combinations of method and status. Only the token call combines POST and 200.
make_six_calls() {
  local url=http://127.0.0.1:$1/open/v1/payment-requests id
  id=$(curl -s -X POST "$url" -d '{"amount":12.5,"type":"ECOMM","payer":{"name":"A. Payer","email":"a@example.com"}}' |
    sed -n 's/^{"id":"\([^"]*\)".*/\1/p')
  curl -s -X POST "$url" -d '{}' --next -s "$url/$id" --next -s "$url/none" --next -s -X DELETE "$url/none" \
    --next -s -X POST "$url/none/cancellation" >"$work/response"
}

# scrape PORT KINDS: writes a scrape with that many kinds of calls to $work/scrape. The sidecar caches a scrape for 300 ms.
scrape() {
  for _ in $(seq 100); do
    curl -s "http://127.0.0.1:$1/metrics" >"$work/scrape"
    if [ "$(grep -c '^http_server_request_duration_seconds_count' "$work/scrape")" = "$2" ]; then break; fi
    sleep 0.1
  done
}

# scrape_minimal PORT REQUESTS: the same for the level Minimal, whose histogram has no labels, after that many requests.
scrape_minimal() {
  for _ in $(seq 100); do
    curl -s "http://127.0.0.1:$1/metrics" >"$work/scrape"
    if [ "$(sed -n 's/^http_server_request_duration_seconds_count{} //p' "$work/scrape")" = "${2#0}" ]; then break; fi
    sleep 0.1
  done
}

series() { grep -vc '^#' "$work/scrape"; }

start demo http://127.0.0.1:9090/startupz "$sidecar" demo
scrape 9090 0
check_figure "Series before the first request" "$(series)" 2
make_six_calls 8080
scrape 9090 6
check_figure "Series with six kinds of requests" "$(series)" 2
check_figure "Bytes of a scrape with six kinds of requests" "$(wc -c <"$work/scrape")" 5
stop

Metrics__Level=Minimal start minimal http://127.0.0.1:9090/startupz "$sidecar" demo
scrape_minimal 9090 0
check_figure "Series before the first request, level Minimal" "$(series)" 2
make_six_calls 8080
scrape_minimal 9090 6
check_figure "Series with any number of kinds of requests, level Minimal" "$(series)" 2
check_figure "Bytes of a scrape, level Minimal" "$(wc -c <"$work/scrape")" 5
stop

if command -v redis-server >/dev/null && command -v redis-cli >/dev/null; then
  port=$(free_port)
  start redis "$port" redis-server --port "$port" --save ''
  Redis__ConnectionString=localhost:$port Metrics__Level=Minimal start minimal http://127.0.0.1:9090/startupz "$sidecar" demo
  make_six_calls 8080
  scrape_minimal 9090 6
  check_figure "Series with any number of kinds of requests, level Minimal, with Redis" "$(series)" 5
  stop

  start redis "$port" redis-server --port "$port" --save ''
  Redis__ConnectionString=localhost:$port start fleet http://127.0.0.1:9090/startupz "$sidecar" demo --replicas 3
  most=0
  for replica in 0 1 2; do
    for _ in $(seq 100); do
      if responds "http://127.0.0.1:909$replica/startupz"; then break; fi
      sleep 0.1
    done
    make_six_calls "808$replica"
    scrape "909$replica" 6
    if [ "$(series)" -gt "$most" ]; then most=$(series); fi
  done
  check_figure "Series with six kinds of requests, with Redis" "$most" 5
  check_figure "Token calls when three replicas start with Redis" "$(count tokenRequests)" 0
  redis() { redis-cli -p "$port" "$@"; }
  key=$(redis --scan)
  check_figure "Token in Redis" "$(redis memory usage "$key")" 15 # depends on the rounding of the allocator
  check_equal "The sidecars keep no connection to Redis open" 1 "$(redis info clients | sed -n 's/^connected_clients:\([0-9]*\).*/\1/p')"
  faults '{"tokenEndpoint":"Down"}'
  curl -s -o "$work/response" -X POST "$simulator/_simulator/revoke-tokens" \
    --next -s -o "$work/response" http://127.0.0.1:8080/open/v1/payment-requests/none
  check_figure "Failure note in Redis" "$(redis memory usage "${key%:token}:failure")" 10
  stop
else
  report skipped "$guide has the right figures for Redis (redis-server or redis-cli is not installed)"
fi
end
