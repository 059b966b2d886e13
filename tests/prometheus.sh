#!/usr/bin/env bash
# Two replicas and Redis under a real Prometheus: that it takes the rules, that each query of the dashboard has an answer and each metric a series, that
# no alert fires while all is well, and that one does when the token endpoint is gone. Takes some two and a half minutes, after a build.
# Usage: tests/prometheus.sh [FILE]   FILE gets a line "passed|failed|skipped NAME" for each check.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
suite Prometheus "${1:-}"

program=${TEST_SIDECAR:-src/Clik2pay.Sidecar/bin/Debug/net10.0/clik2pay-sidecar}
simulator=http://127.0.0.1:5080

# A call through replica 0 or 1.
call() {
  curl -s -m 15 -o /dev/null -X POST "http://127.0.0.1:808$1/open/v1/payment-requests" -H 'content-type: application/json' \
    -d '{"amount":12.5,"type":"ECOMM","payer":{"name":"A. Payer","email":"a@example.com"}}'
}

faults() { curl -s -m 5 -o /dev/null -X PUT "$simulator/_simulator/faults" -d "$1"; }

revoke() { curl -s -m 5 -o /dev/null -X POST "$simulator/_simulator/revoke-tokens"; }

# Asks Prometheus until the answer is yes, or the seconds are over; shows the last answer when it is not.
ask() {
  local name=$1 seconds=$2 until=$((SECONDS + $2))
  shift 2
  until python3 "$work/ask.py" "$@" >"$work/answer" 2>&1; do
    if [ "$SECONDS" -ge "$until" ]; then
      cat "$work/answer"
      tell failed "$name"
      return 1
    fi
    sleep 1
  done
  tell passed "$name"
}

need "the replicas under Prometheus" prometheus redis-server curl python3
if [ ! -x "$program" ]; then
  tell failed "$program is not built"
  end
fi
need_ports 5080 8080 8081 9090 9091

redis=$(free_port)
start redis "$redis" redis-server --port "$redis" --bind 127.0.0.1 --save '' --dir "$work"
export Redis__ConnectionString=localhost:$redis
start demo http://127.0.0.1:9091/startupz "$program" demo --replicas 2

# The rules as they are, but for how long they must hold before they fire: nobody waits minutes here. Expressions stay as they are.
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

# Each question ends with exit code 0 for yes; else it prints what is missing.
cat >"$work/ask.py" <<'PYTHON'
import json
import os
import re
import sys
import urllib.error
import urllib.parse
import urllib.request

def get(path, **parameters):
    address = f"{os.environ['PROMETHEUS']}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return json.load(answer)["data"]
    except urllib.error.HTTPError as e:
        sys.exit(f"{parameters}: {e.read().decode()}")

def query(expression):
    return get("query", query=expression)["result"]

def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()

def panel_queries():
    for panel in json.loads(read("observability/grafana-dashboard.json"))["panels"]:
        for target in panel.get("targets", []):
            expression = target["expr"].replace("$__rate_interval", "15s").replace("$__range", "1m")
            yield panel["title"], expression.replace("$job", "clik2pay-sidecar").replace("$instance", ".*")

def rules():
    return [rule for group in get("rules")["groups"] for rule in group["rules"]]

def metrics():
    """All metrics that alerts and dashboard name: in an expression, what begins as ours and the platform's do and is no label."""
    texts = [rule["query"] for rule in rules()] + [expression for _, expression in panel_queries()]
    names = set()
    for text in texts:
        bare = re.sub(r"\b(by|without|on|ignoring|group_left) *\([^)]*\)|\{[^}]*\}|\"[^\"]*\"", "", text)
        names |= set(re.findall(r"\b(?:up|(?:clik2pay_sidecar|http|kestrel|process|dotnet)_\w+)\b", bare))
    return sorted(names)

def ask(question, *arguments):
    match question:
        case "up":
            up = query('up{job="clik2pay-sidecar"}')
            return [] if len(up) == 2 and all(series["value"][1] == "1" for series in up) else [f"{up}"]
        case "rules":
            bad = [f"{rule['name']}: {rule['health']} {rule.get('lastError', '')}" for rule in rules() if rule["health"] != "ok"]
            return bad if rules() else ["there are none"]
        case "metrics":
            return [f"no series: {name}" for name in metrics() if not query(f"count({name})")]
        case "panels":
            # NaN is a quotient of nothing: no answer either.
            return [f"no answer: {title}: {expression}" for title, expression in panel_queries() if all(series["value"][1] == "NaN" for series in query(expression))]
        case "still":
            was = query('count by (alertname) (count_over_time(ALERTS{alertstate="firing"}[5m]))')
            return [f"has fired: {series['metric']}" for series in was] + [f"is {alert['state']}: {alert['annotations']['description']}" for alert in get("alerts")["alerts"]]
        case "firing":
            return [] if any(alert["labels"]["alertname"] == arguments[0] and alert["state"] == "firing" for alert in get("alerts")["alerts"]) else [f"{get('alerts')}"]
        case "over":
            return [f"{alert}" for alert in get("alerts")["alerts"] if alert["labels"]["alertname"] == arguments[0]]
        case "value":
            return [] if any(float(series["value"][1]) == float(arguments[1]) for series in query(arguments[0])) else [f"{query(arguments[0])}"]

mistakes = ask(*sys.argv[1:])
print("\n".join(mistakes))
sys.exit(1 if mistakes else 0)
PYTHON

start prometheus "$PROMETHEUS/-/ready" prometheus --config.file="$work/prometheus.yaml" --storage.tsdb.path="$work/prometheus" \
  --web.listen-address="127.0.0.1:$prometheus" --log.level=warn
ask "both replicas are scraped" 15 up || end

# A wait for the lease, of which there is no series before the first: both replicas need a new token while the token endpoint takes its time.
faults '{"tokenEndpointDelayMs":1000}'
revoke
call 0 &
first=$!
call 1
wait "$first"
faults '{}'

# Some calls for as long as an alert would need to see something, and as the 30 s take in which no further token is dropped for a 401.
for _ in $(seq 45); do
  call 0
  call 1
  sleep 1
done
ask "the rules can be evaluated" 5 rules
ask "each metric of alerts and dashboard has a series" 5 metrics
ask "each query of the dashboard has an answer" 5 panels
ask "no alert has fired or is pending while all is well" 0 still

# A token that lives a minute, and a token endpoint that is gone before its refresh at 45 s.
faults '{"tokenLifetimeSeconds":60}'
revoke
call 0
ask "a token that lives a minute is held" 10 value clik2pay_sidecar_token_lifetime_seconds 60
faults '{"tokenEndpoint":"Down","tokenLifetimeSeconds":60}'
ask "the alert fires when the token endpoint is gone" 100 firing Clik2paySidecarTokenNotRefreshed
faults '{}'
call 0
ask "the alert ends when it is back" 45 over Clik2paySidecarTokenNotRefreshed

end
