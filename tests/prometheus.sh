#!/usr/bin/env bash
# Runs two replicas and Redis with a real Prometheus. Checks that Prometheus accepts the rules and the queries of the runbook, that each
# dashboard query has a result, that each metric has a series, that no alert fires in normal operation, and that an alert fires when the
# token endpoint is down. Takes about two and a half minutes after a build.
# Usage: tests/prometheus.sh [FILE]   FILE receives a line "passed|failed|skipped TITLE" for each check.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
suite Prometheus "${1:-}"

program=${TEST_SIDECAR:-src/Clik2pay.Sidecar/bin/Debug/net10.0/clik2pay-sidecar}
simulator=http://127.0.0.1:5080

# call REPLICA: creates a payment request through replica 0 or 1.
call() {
  curl -s -m 15 -o /dev/null -X POST "http://127.0.0.1:808$1/open/v1/payment-requests" -H 'content-type: application/json' \
    -d '{"amount":12.5,"type":"ECOMM","payer":{"name":"A. Payer","email":"a@example.com"}}'
}

faults() { curl -s -m 5 -o /dev/null -X PUT "$simulator/_simulator/faults" -d "$1"; }

revoke() { curl -s -m 5 -o /dev/null -X POST "$simulator/_simulator/revoke-tokens"; }

# check_within SECONDS TITLE CHECK [ARGUMENT]…: a check of checks.py must pass within that time. Shows the last errors if it does not.
check_within() {
  local until=$((SECONDS + $1)) title=$2
  shift 2
  until python3 "$work/checks.py" "$@" >"$work/errors" 2>&1; do
    if [ "$SECONDS" -ge "$until" ]; then
      cat "$work/errors"
      report failed "$title"
      return 1
    fi
    sleep 1
  done
  report passed "$title"
}

require_commands "Prometheus scrapes two replicas and evaluates the alert rules" prometheus redis-server curl python3
if [ ! -x "$program" ]; then
  report failed "$program exists"
  end
fi
require_ports 5080 8080 8081 9090 9091

redis=$(free_port)
start redis "$redis" redis-server --port "$redis" --bind 127.0.0.1 --save '' --dir "$work"
export Redis__ConnectionString=localhost:$redis
# Without a collector, spans are lost, but metrics have exemplars.
export OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://127.0.0.1:9
start demo http://127.0.0.1:9091/startupz "$program" demo --replicas 2

# Reduces the time for which an alert must be pending before it fires, so that the test does not wait for minutes. Expressions are
# unchanged.
sed -E 's/^( +for: ).*/\15s/' observability/alerts.yaml >"$work/alerts.yaml"
cat >"$work/prometheus.yaml" <<YAML
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [ $work/alerts.yaml ]
scrape_configs:
  - job_name: clik2pay-sidecar
    static_configs: [ { targets: [ "127.0.0.1:9090", "127.0.0.1:9091" ] } ]
YAML
prometheus=$(free_port)
export PROMETHEUS=http://127.0.0.1:$prometheus

# Usage: checks.py CHECK [ARGUMENT]…   Exits with 0 if the check passes. Otherwise prints the errors.
cat >"$work/checks.py" <<'PYTHON'
import json
import os
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

def get(path, **parameters):
    address = f"{os.environ['PROMETHEUS']}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
    try:
        with urllib.request.urlopen(address, timeout=10) as response:
            return json.load(response)["data"]
    except urllib.error.HTTPError as e:
        sys.exit(f"{parameters}: {e.read().decode()}")

def query(expression):
    return get("query", query=expression)["result"]

# These metrics have no series: the demo has no callers, and the machine may have no memory limit.
ABSENT = {"clik2pay_sidecar_caller_requests_total", "clik2pay_sidecar_memory_limit_bytes"}

def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()

def panel_queries(has_exemplars=False):
    for panel in json.loads(read("observability/grafana-dashboard.json"))["panels"]:
        for target in panel.get("targets", []):
            if has_exemplars and not target.get("exemplar"):
                continue
            expression = target["expr"].replace("$__rate_interval", "15s").replace("$__range", "1m")
            yield panel["title"], re.sub(r"\$(cluster|namespace|job|pod|instance|profile)\b", ".*", expression)

def runbook_queries():
    return re.findall(r"^```promql\n(.*?)^```", read("docs/runbook.md"), flags=re.M | re.S)

def rules():
    return [rule for group in get("rules")["groups"] for rule in group["rules"]]

def metrics():
    """All metrics in alerts, dashboard and runbook: names with a prefix of the sidecar or the platform that are not labels."""
    texts = [rule["query"] for rule in rules()] + [expression for _, expression in panel_queries()] + runbook_queries()
    names = set()
    for text in texts:
        bare = re.sub(r"\b(by|without|on|ignoring|group_left) *\([^)]*\)|\{[^}]*\}|\"[^\"]*\"", "", text)
        names |= set(re.findall(r"\b(?:up|(?:clik2pay_sidecar|http|kestrel|process|dotnet)_\w+)\b", bare))
    return sorted(names - ABSENT)

def alerts(name):
    return [alert for alert in get("alerts")["alerts"] if alert["labels"]["alertname"] == name]

def is_empty(expression):
    # NaN is the result of 0 / 0, so it does not count as a result.
    return all(series["value"][1] == "NaN" for series in query(expression))

def find_errors(check, *arguments):
    match check:
        case "up":
            up = query('up{job="clik2pay-sidecar"}')
            return [] if len(up) == 2 and all(series["value"][1] == "1" for series in up) else [f"{up}"]
        case "rules":
            bad = [f"{rule['name']}: {rule['health']} {rule.get('lastError', '')}" for rule in rules() if rule["health"] != "ok"]
            return bad if rules() else ["Prometheus has no rules"]
        case "metrics":
            return [f"no series: {name}" for name in metrics() if not query(f"count({name})")]
        case "panels":
            return [f"no result: {title}: {expression}" for title, expression in panel_queries()
                    if not any(name in expression for name in ABSENT) and is_empty(expression)]
        case "exemplars":
            return [f"no exemplar with a trace_id: {title}" for title, expression in panel_queries(has_exemplars=True)
                    if not any("trace_id" in exemplar["labels"] for series in get(
                        "query_exemplars", query=expression, start=time.time() - 300, end=time.time()) for exemplar in series["exemplars"])]
        case "runbook":
            return [] if [query(expression) for expression in runbook_queries()] else ["The runbook has no queries"]
        case "quiet":
            fired = query('count by (alertname) (count_over_time(ALERTS{alertstate="firing"}[5m]))')
            active = get("alerts")["alerts"]
            return [f"has fired: {series['metric']}" for series in fired] + \
                [f"is {alert['state']}: {alert['annotations']['description']}" for alert in active]
        case "firing":
            return [] if any(alert["state"] == "firing" for alert in alerts(arguments[0])) else [f"{get('alerts')}"]
        case "resolved":
            return [f"{alert}" for alert in alerts(arguments[0])]
        case "value":
            results = query(arguments[0])
            return [] if any(float(series["value"][1]) == float(arguments[1]) for series in results) else [f"{results}"]

errors = find_errors(*sys.argv[1:])
print("\n".join(errors))
sys.exit(1 if errors else 0)
PYTHON

start prometheus "$PROMETHEUS/-/ready" prometheus --config.file="$work/prometheus.yaml" --storage.tsdb.path="$work/prometheus" \
  --web.listen-address="127.0.0.1:$prometheus" --enable-feature=exemplar-storage --log.level=warn
check_within 15 "Prometheus scrapes both replicas" up || end

# The metric of lease waits has no series before the first wait. Both replicas need a new token while the token endpoint is slow, so one
# of them waits for the lease.
faults '{"tokenEndpointDelayMs":1000}'
revoke
call 0 &
first=$!
call 1
wait "$first"
faults '{}'

# Calls both replicas for at least 45 s, so that alerts have time to fire. A 401 forces at most one refresh in 30 s, so this time must
# also have passed before the next revocation.
for _ in $(seq 45); do
  call 0
  call 1
  sleep 1
done
check_within 5 "Prometheus evaluates all rules without errors" rules
check_within 5 "Each metric of the alerts, the dashboard and the runbook has a series" metrics
check_within 5 "Prometheus accepts each query of the runbook" runbook
check_within 5 "Each query of the dashboard has a result" panels
check_within 5 "Each query of the dashboard that asks for exemplars finds trace ids" exemplars
check_within 0 "No alert is pending or has fired in normal operation" quiet

# The lifetime of the token is 60 s. The token endpoint goes down before the refresh at 45 s.
faults '{"tokenLifetimeSeconds":60}'
revoke
call 0
check_within 10 "The current token has a lifetime of 60 s" value clik2pay_sidecar_token_lifetime_seconds 60
faults '{"tokenEndpoint":"Down","tokenLifetimeSeconds":60}'
check_within 100 "The alert Clik2paySidecarTokenNotRefreshed fires while the token endpoint is down" firing Clik2paySidecarTokenNotRefreshed
faults '{}'
call 0
check_within 45 "The alert ends when the token endpoint is up again" resolved Clik2paySidecarTokenNotRefreshed

end
