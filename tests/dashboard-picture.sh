#!/usr/bin/env bash
# Creates docs/images/dashboard.png, the picture of the dashboard in the documentation. Does not use Grafana: dashboard.mjs runs
# the queries of the panels on a real Prometheus, and draws the results. Prometheus scrapes two replicas of the demo, which share a token
# through Redis, for 5 min. The lifetime of tokens is 2 min. The provider rejects the token once, and the token endpoint is down once.
# Not part of tests/run.sh. Run the script after a change of the dashboard.
# Requires a build, chromium, node, npm, prometheus, redis-server, curl and python3.
# Usage: tests/dashboard-picture.sh [PICTURE]   The default of PICTURE is docs/images/dashboard.png.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
suite "dashboard picture" ""
picture=${1:-docs/images/dashboard.png}
simulator=http://127.0.0.1:5080
require_commands "The picture is taken" chromium node npm prometheus redis-server curl
require_ports 5080 8080 8081 9090 9091
(cd tests/browser && npm ci --ignore-scripts --no-audit --no-fund >"$work/npm" 2>&1) ||
  { cat "$work/npm"; report failed "npm ci succeeds"; end; }

# traffic: creates and reads payment requests through both replicas. Some requests get a 404 or are refused.
traffic() {
  local i=0 replica
  while :; do
    i=$((i + 1)) replica=$((i % 2))
    curl -s -m 15 -o /dev/null -X POST "http://127.0.0.1:808$replica/open/v1/payment-requests" -H 'content-type: application/json' \
      -d '{"amount":12.5,"type":"ECOMM","payer":{"name":"A. Payer","email":"a@example.com"}}'
    if [ $((i % 7)) = 0 ]; then curl -s -m 15 -o /dev/null "http://127.0.0.1:808$replica/open/v1/payment-requests/unknown"; fi
    if [ $((i % 60)) = 0 ]; then curl -s -m 15 -o /dev/null -H 'Origin: https://example.com' "http://127.0.0.1:808$replica/open/v1/a"; fi
    sleep 0.0$((i / 25 % 9 + 1))
  done
}

faults() { curl -s -m 5 -o /dev/null -X PUT "$simulator/_simulator/faults" -d "$1"; }
revoke() { curl -s -m 5 -o /dev/null -X POST "$simulator/_simulator/revoke-tokens"; }

redis=$(free_port)
start redis "$redis" redis-server --port "$redis" --bind 127.0.0.1 --save '' --dir "$work"
export Redis__ConnectionString=localhost:$redis
start demo http://127.0.0.1:9091/startupz "${TEST_SIDECAR:-src/Clik2pay.Sidecar/bin/Debug/net10.0/clik2pay-sidecar}" demo --replicas 2
faults '{"tokenLifetimeSeconds":120,"apiDelayMs":20}'
revoke

cat >"$work/prometheus.yaml" <<'YAML'
global: { scrape_interval: 2s }
scrape_configs:
  - job_name: clik2pay-sidecar
    static_configs: [ { targets: [ "127.0.0.1:9090", "127.0.0.1:9091" ] } ]
YAML
port=$(free_port)
start prometheus "http://127.0.0.1:$port/-/ready" prometheus --config.file="$work/prometheus.yaml" --storage.tsdb.path="$work/data" \
  --web.listen-address="127.0.0.1:$port"
export -f traffic
start traffic "$port" bash -c traffic

sleep 20 # until the rates have values
began=$(date +%s)
sleep 100
revoke
sleep 60
faults '{"tokenLifetimeSeconds":120,"apiDelayMs":20,"tokenEndpoint":"Down"}'
revoke
sleep 20
faults '{"tokenLifetimeSeconds":120,"apiDelayMs":20}'
sleep 120
check "The picture is taken" node tests/browser/dashboard.mjs "$(command -v chromium)" "http://127.0.0.1:$port" "$began" "$picture"
end
