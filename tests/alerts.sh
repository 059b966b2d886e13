#!/usr/bin/env bash
# Checks the alert rules and the Grafana dashboard in observability/: the rules are valid and pass their unit tests, each alert has a
# runbook section and unit tests that expect it to fire and not to fire, and the dashboard passes the checks in charts/tools/dashboard.mjs.
# Also checks the queries of the runbook and the configurations in docs/how-to/monitor.md.
# Usage: tests/alerts.sh [FILE]   FILE receives a line "passed|failed|skipped TITLE" for each check.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
suite alerts "${1:-}"

check "The alert rules are valid" promtool check rules observability/alerts.yaml

# Each group of rules in a file of its own, so that a unit test evaluates only the rules that it tests.
awk -v folder="$work" '
  /^groups:/ { next }
  /^  - name: clik2pay-sidecar-/ { file = folder "/" substr($3, length("clik2pay-sidecar-") + 1) ".rules.yaml"; print "groups:" >file }
  file { print >file }' observability/alerts.yaml

# expand FILE: prints unit tests with 60 series for each series of replica-N, from replica-0 to replica-59. SHIFT becomes the number of
# the replica modulo 5.
expand() {
  awk '
    /^ +- series:/ { series = 1; block = "" }
    !series { print; next }
    { block = block $0 "\n" }
    /^ +values:/ {
      series = 0
      for (n = 0; n < (block ~ /replica-N/ ? 60 : 1); n++) {
        copy = block
        gsub(/replica-N/, "replica-" n, copy)
        gsub(/SHIFT/, n % 5, copy)
        printf "%s", copy
      }
    }' "$1"
}
for file in tests/alerts/*.test.yaml; do
  name=$(basename "$file" .test.yaml)
  expand "$file" >"$work/$name.test.yaml"
  if [ "$name" != thresholds ]; then
    check "The alert rules pass the unit tests in $file" promtool test rules "$work/$name.test.yaml"
  fi
done

# The documented configurations expect the rule file in the same folder.
guide=docs/how-to/monitor.md
cp observability/alerts.yaml "$work/"
# check_with "COMMAND…" TITLE FUNCTION: runs the function in a subshell if the commands are installed.
check_with() {
  local command
  for command in $1; do
    if ! command -v "$command" >/dev/null; then
      report skipped "$2 ($command is not installed)"
      return
    fi
  done
  check "$2" eval "($3)"
}

# configuration NAME: prints the block after <!-- prometheus: NAME -->.
configuration() { awk -v mark="<!-- prometheus: $1 -->" '$0 == mark { found = 1 } found && /^```/ { if (n++) exit; next } n' "$guide"; }

configuration machine >"$work/machine.yaml"
check "The configuration for a machine in $guide is valid" promtool check config "$work/machine.yaml"

# Some builds of promtool lack the discovery of Kubernetes, so its labels come from static targets: the sidecar and the application of a
# pod.
configuration kubernetes | sed '/kubernetes_sd_configs:/,/role: pod/c\
    static_configs:\
      - targets: ["10.0.0.7:9090"]\
        labels:\
          __meta_kubernetes_pod_container_port_name: clik2pay-admin\
          __meta_kubernetes_pod_phase: Running\
          __meta_kubernetes_namespace: shop\
          __meta_kubernetes_pod_name: pay-1\
          __meta_kubernetes_pod_label_clik2pay_sidecar: pay-clik2pay-sidecar\
      - targets: ["10.0.0.7:3000"]\
        labels: { __meta_kubernetes_pod_container_port_name: http }' >"$work/kubernetes.yaml"
check "The configuration for Kubernetes in $guide is valid" promtool check config "$work/kubernetes.yaml"
discover() {
  promtool check service-discovery --timeout=3s "$work/kubernetes.yaml" clik2pay-sidecar | tee "$work/targets.json"
  jq -e '[.[].labels | select(length > 0) | [.instance, .job, .namespace, .pod]]
    == [["10.0.0.7:9090", "clik2pay-sidecar/pay-clik2pay-sidecar", "shop", "pay-1"]]' "$work/targets.json"
}
check_with "promtool jq" "The configuration for Kubernetes in $guide keeps the sidecar's port, and sets job, namespace and pod" discover

# The runbook's queries as recording rules, because this is how promtool checks a query.
awk 'BEGIN { print "groups:\n  - name: runbook\n    rules:" }
  /^```promql$/ { inside = 1; printf "      - record: runbook:query%d\n        expr: |\n", ++count; next }
  /^```$/ { inside = 0 }
  inside { print "          " $0 }' docs/runbook.md >"$work/queries.yaml"
check "The queries of the runbook are valid" promtool check rules "$work/queries.yaml"

# Renders the chart with the values of the guide.
render_monitoring() {
  tests/charts/tools/install.sh || return
  PATH=$PWD/tests/charts/tools/bin/v35:$PATH
  block "$guide" operator >"$work/operator.sh"
  cp -r charts examples "$work/"
  cd "$work" || return
  bash operator.sh
  helm dependency build examples/helm/shop
  helm template monitoring charts/clik2pay-sidecar --api-versions monitoring.coreos.com/v1 -f monitoring.yaml >rendered.yaml
  helm template pay examples/helm/shop --api-versions monitoring.coreos.com/v1 -f app.yaml >>rendered.yaml
  grep -E '^kind: (PrometheusRule|PodMonitor)$|^    release: kube-prometheus-stack$|^    grafana_dashboard: "1"$' rendered.yaml | tee found
  diff <(sort found) <(sort <<'YAML'
kind: PodMonitor
kind: PrometheusRule
    grafana_dashboard: "1"
    release: kube-prometheus-stack
    release: kube-prometheus-stack
YAML
  )
}
check_with "npm node" "The chart accepts the values in $guide, and sets their labels" render_monitoring

# Renders the chart with the thresholds of the test, and tests the rules of the PrometheusRule.
render_thresholds() {
  tests/charts/tools/install.sh || return
  local values
  values=$(sed -n 's/^# thresholds: //p' tests/alerts/thresholds.test.yaml)
  tests/charts/tools/bin/v35/helm template monitoring charts/clik2pay-sidecar --api-versions monitoring.coreos.com/v1 \
    -s templates/prometheusrule.yaml --set prometheusRule.enabled=true --set-json "prometheusRule.thresholds=$values" |
    sed '1,/^spec:$/d; s/^  //' >"$work/thresholds.rules.yaml"
  promtool check rules "$work/thresholds.rules.yaml" && promtool test rules "$work/thresholds.test.yaml"
}
check_with "npm node" "The chart's rules with other thresholds pass their unit tests" render_thresholds

require_commands "The alerts and the runbook are consistent" python3

# Prints a line for each check: "passed TITLE", or "failed TITLE", a tab and the errors. Python's standard library has no YAML parser.
# promtool has parsed the YAML files, so it is enough to match their lines here.
cat >"$work/checks.py" <<'PYTHON'
import re
from glob import glob

def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()

def report(title, errors):
    print(f"failed {title}\t{'; '.join(errors)}" if errors else f"passed {title}")

def check_alerts():
    rules = re.split(r"^ +- alert: *", read("observability/alerts.yaml"), flags=re.M)[1:]
    alerts = {rule.split("\n", 1)[0].strip(): rule for rule in rules}
    runbook = {text.split("\n", 1)[0].strip(): text for text in re.split(r"^## ", read("docs/runbook.md"), flags=re.M)[1:]}
    sections = list(runbook)
    anchors = {re.sub(r"[^\w\- ]", "", section).lower().replace(" ", "-") for section in sections}

    kinds = ("firing", "quiet", "with 60 replicas", "with two clusters")
    tested = {}
    for test in re.split(r"^  - name: ", "\n".join(map(read, sorted(glob("tests/alerts/*.test.yaml")))), flags=re.M)[1:]:
        for name, expected in re.findall(r"^ +alertname: *(\S+)\n +exp_alerts:((?:.*\n {10,})*.*)$", test, flags=re.M):
            states = tested.setdefault(name, set())
            states.add("quiet" if expected.strip() == "[]" else "firing")
            if "replica-N" in test:
                states.add("with 60 replicas")
            if len(set(re.findall(r'cluster="(\w+)"', test))) > 1:
                states.add("with two clusters")

    for name, rule in alerts.items():
        errors = []
        if not re.search(r"^ +severity: (critical|warning)$", rule, flags=re.M):
            errors.append("its severity is neither critical nor warning")
        for annotation in ("summary", "description"):
            if not re.search(rf"^ +{annotation}: *\S", rule, flags=re.M):
                errors.append(f"it has no {annotation}")
        for label in ("$labels.job", "$labels.namespace", "$labels.cluster"):
            if label not in rule:
                errors.append(f"its description does not contain {label}")
        anchor = re.search(r"^ +runbook_url: docs/runbook\.md#(\S+)$", rule, flags=re.M)
        if not anchor:
            errors.append("it has no runbook_url in docs/runbook.md")
        elif anchor[1] != name.lower():
            errors.append(f"its runbook_url has the anchor of another alert: {anchor[1]}")
        elif anchor[1] not in anchors:
            errors.append(f"docs/runbook.md has no section {name}")
        grouped = re.findall(r"\b(?:by|on) \(([^)]*)\)", rule)
        recorded = re.search(r"\bjob(_\w+)?:clik2pay_", rule)
        if any(not labels.startswith("cluster, namespace, job") for labels in grouped) or not grouped and not recorded:
            errors.append("it does not group by cluster, namespace and job")
        report(f"{name} has a severity, texts, a runbook section, and one alert for each fleet", errors)

        missing = [kind for kind in kinds if kind not in tested.get(name, ())]
        report(f"{name} has unit tests: {', '.join(kinds)}", [f"no test is {kind}" for kind in missing])

    report("The unit tests name only alerts that exist", [f"{name} does not exist" for name in tested if name not in alerts])
    unknown = [name for name in sections if name.startswith("Clik2paySidecar") and name not in alerts]
    report("The runbook names only alerts that exist", [f"{name} does not exist" for name in unknown])

    parts = ["Meaning", "Effect on callers", "Query", "Diagnose", "Fix", "Escalate"]
    errors = [f"{name}: the parts are {found}" for name, text in runbook.items() if name in alerts
              and (found := re.findall(r"^\*\*([\w ]+)\.\*\*", text, flags=re.M)) != parts]
    report("Each section of the runbook about an alert has the same parts", errors)
    errors = [f"{name} has no query" for name, text in runbook.items() if name in alerts and "\n```promql\n" not in text]
    report("Each section of the runbook about an alert has a query", errors)

    # A unit test compares the reference with the metrics of the sidecar.
    known = set(re.findall(r"^\| `(\w+)` \|", read("docs/reference/metrics-traces-logs.md"), flags=re.M)) | {"up"}
    queries = "\n".join(re.findall(r"^```promql\n(.*?)^```", read("docs/runbook.md"), flags=re.M | re.S))
    errors = [f"{name} does not exist" for name in metrics_in(queries) if not {name, re.sub("_(count|sum)$", "", name)} & known]
    report("The queries of the runbook use only metrics that exist", errors)

    text = read("docs/runbook.md")
    titles = set(re.findall(r'"title": "([^"]+)"', read("observability/grafana-dashboard.json")))
    prose = re.sub(r"\s+", " ", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))
    panels = re.findall(r'"([A-Z][^"]+)"', prose)
    report("The runbook names only panels that the dashboard has", [f"{panel} does not exist" for panel in panels if panel not in titles])

def metrics_in(text):
    bare = re.sub(r"\b(by|without|on|ignoring|group_left) *\([^)]*\)|\{[^}]*\}|\"[^\"]*\"", "", text)
    return sorted(set(re.findall(r"\b(?:up|(?:clik2pay_sidecar|http|kestrel|process|dotnet)_\w+)\b", bare)))

check_alerts()
PYTHON

if ! python3 "$work/checks.py" >"$work/checks" 2>"$work/log"; then
  cat "$work/log"
  report failed "The checks of the alerts complete"
fi
while IFS=$'\t' read -r result errors; do
  if [ -n "$errors" ]; then echo "$errors"; fi
  report "${result%% *}" "${result#* }"
done <"$work/checks"

require_commands "The dashboard is valid" npm node flock
check "The modules that check the dashboard are installed" tests/charts/tools/install.sh
report_lines < <(node tests/charts/tools/dashboard.mjs "$work/dashboard.json" || echo "failed The checks of the dashboard complete")
check "The queries of the dashboard are valid" promtool check rules "$work/dashboard.json"

end
