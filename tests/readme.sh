#!/usr/bin/env bash
# Runs the blocks of README.md that follow a comment <!-- run: NAME -->, unchanged.
# Usage: tests/readme.sh [FILE]   FILE receives a line "passed|failed|skipped TITLE" for each check.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
suite README "${1:-}"
require_ports 5080 6379 8080 8081 8082 9090 9091 9092
export Sidecar__DrainSeconds=0

uuid='[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'

start_block README.md demo http://127.0.0.1:9090/startupz
check_block README.md curl "\"id\":\"$uuid\"" curl.sh bash
check_block README.md with-credentials "\"id\":\"$uuid\"" with-credentials.sh bash
check_block README.md python "^$uuid\$" app.py python3
check_block README.md node "^$uuid\$" app.mjs node
check_block README.md csharp "^$uuid\$" app.cs dotnet run
check_block README.md outage '"code":"token_unavailable"' outage.sh bash
check_block README.md status '^  "product": "clik2pay-sidecar",' status.sh bash
check_block README.md status '^clik2pay_sidecar_own_answers_total\{code="token_unavailable",sent="no"\} 1$' status.sh bash
check_block README.md probes '^There is no access token at the moment' probes.sh bash
stop

start_block README.md simulate http://127.0.0.1:5080/_simulator/counters
block README.md settings >"$work/settings.sh"
. "$work/settings.sh"
check_block README.md check "routes of $PWD/proxy.json" check.sh bash
start_block README.md run http://127.0.0.1:9090/startupz
check_block README.md curl "\"id\":\"$uuid\"" curl.sh bash
check_block README.md replay '^HTTP/1.1 201 Created' replay.sh bash
stop

start_block README.md simulate http://127.0.0.1:5080/_simulator/counters
start_block README.md closed http://127.0.0.1:9090/startupz
check_block README.md through-the-socket "\"id\":\"$uuid\"" through-the-socket.sh bash
stop
rm -r /tmp/clik2pay

start_block README.md simulate http://127.0.0.1:5080/_simulator/counters
start_block README.md credential-files http://127.0.0.1:9090/startupz
check_block README.md wrong-rotation "\"id\":\"$uuid\"" wrong-rotation.sh timeout 60 bash
check_block README.md shutdown '^The sidecar is stopping\.$' shutdown.sh bash
stop
rm -r /tmp/clik2pay-credentials

for name in $(block README.md settings | sed -n 's/^export \([A-Za-z0-9_]*\)=.*/\1/p'); do unset "$name"; done
if command -v redis-server >/dev/null && command -v redis-cli >/dev/null; then
  start_block README.md redis 6379
  start_block README.md fleet http://127.0.0.1:9092/startupz
  check_block README.md shared '"tokenRequests":1,' shared.sh bash
  check_block README.md shared 'clik2pay:\{Custom:[0-9a-f]{32}\}:token$' shared.sh bash
  stop
else
  report skipped "The blocks redis, fleet and shared in README.md succeed (redis-server or redis-cli is not installed)"
fi
end
