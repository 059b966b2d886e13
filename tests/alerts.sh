#!/usr/bin/env bash
# Checks what observability/ gives to Prometheus and Grafana: the rules and their unit tests, that each alert says what to do and is tested for
# firing and for keeping still, and that the dashboard is whole.
# Usage: tests/alerts.sh [FILE]   FILE gets a line "passed|failed|skipped NAME" for each check.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
suite alerts "${1:-}"

check "rules are valid" promtool check rules observability/alerts.yaml
check "rules pass their tests" promtool test rules tests/alerts/alerts.test.yaml

# The configuration that the documentation shows, with the rule file beside it.
cp observability/alerts.yaml "$work/"
awk '/^```yaml/ { inside = 1; next } /^```/ { inside = 0 } inside' docs/observability.md >"$work/prometheus.yaml"
check "the documented configuration is valid" promtool check config "$work/prometheus.yaml"

if ! command -v python3 >/dev/null; then
  tell skipped "alerts, runbook and dashboard (python3 is not installed)"
  end
fi

# Prints a line "passed NAME", or "failed NAME", tab and why, for each check. Python has no YAML of its own; promtool has parsed both files above, so
# here it is enough to read them by the line, in the one layout that they have.
cat >"$work/checks.py" <<'PYTHON'
import json
import re

def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()

def tell(name, mistakes):
    print(f"failed {name}\t{'; '.join(mistakes)}" if mistakes else f"passed {name}")

def check_alerts():
    rules = re.split(r"^ +- alert: *", read("observability/alerts.yaml"), flags=re.M)[1:]
    alerts = {rule.split("\n", 1)[0].strip(): rule for rule in rules}
    sections = [line[3:].strip() for line in read("docs/runbook.md").splitlines() if line.startswith("## ")]
    anchors = {re.sub(r"[^\w\- ]", "", section).lower().replace(" ", "-") for section in sections}

    tested = {}
    for name, expected in re.findall(r"^ +alertname: *(\S+)\n +exp_alerts:(.*)$", read("tests/alerts/alerts.test.yaml"), flags=re.M):
        tested.setdefault(name, set()).add("still" if expected.strip() == "[]" else "firing")

    for name, rule in alerts.items():
        mistakes = []
        if not re.search(r"^ +severity: (critical|warning)$", rule, flags=re.M):
            mistakes.append("no severity, critical or warning")
        for annotation in ("summary", "description"):
            if not re.search(rf"^ +{annotation}: *\S", rule, flags=re.M):
                mistakes.append(f"no {annotation}")
        if not re.search(r"\{\{ \$labels\.(instance|job) \}\}", rule):
            mistakes.append("its description does not say where")
        anchor = re.search(r"^ +runbook_url: docs/runbook\.md#(\S+)$", rule, flags=re.M)
        if not anchor:
            mistakes.append("no runbook_url in docs/runbook.md")
        elif anchor[1] != name.lower():
            mistakes.append(f"its runbook_url is another alert's: {anchor[1]}")
        elif anchor[1] not in anchors:
            mistakes.append(f"docs/runbook.md has no section {name}")
        tell(f"{name} says what it is and what to do", mistakes)

        missing = [what for what in ("firing", "still") if what not in tested.get(name, ())]
        tell(f"{name} is tested firing and still", [f"it is never expected {what}" for what in missing])

    tell("only alerts that exist are tested", [f"there is no {name}" for name in tested if name not in alerts])
    tell("only alerts that exist are in the runbook", [f"there is no {name}" for name in sections if name.startswith("Clik2paySidecar") and name not in alerts])

def check_dashboard():
    try:
        dashboard = json.loads(read("observability/grafana-dashboard.json"))
    except ValueError as e:
        tell("the dashboard is JSON", [str(e)])
        return

    tell("the dashboard is JSON", [])
    variables = {variable["name"]: variable for variable in dashboard["templating"]["list"]}
    mistakes = [f"no variable {name}" for name in ("datasource", "job", "instance") if name not in variables]
    if variables.get("datasource", {}).get("query") != "prometheus":
        mistakes.append("the data source is no Prometheus")
    tell("the dashboard has its variables", mistakes)

    mistakes = []
    panels = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
    for panel in panels:
        title = panel["title"]
        targets = panel.get("targets", [])
        if not targets or not all(target.get("expr") for target in targets):
            mistakes.append(f"{title}: no query")
        if not panel.get("description"):
            mistakes.append(f"{title}: no description")
        if not panel["fieldConfig"]["defaults"].get("unit"):
            mistakes.append(f"{title}: no unit")
        if any(source.get("uid") != "${datasource}" for source in [panel["datasource"], *(target["datasource"] for target in targets)]):
            mistakes.append(f"{title}: another data source")
        for target in targets:
            unknown = set(re.findall(r"\$\{?(\w+)", target["expr"])) - set(variables) - {"__rate_interval", "__range"}
            if unknown:
                mistakes.append(f"{title}: unknown variables {unknown}")
            if 'job=~"$job"' not in target["expr"] or 'instance=~"$instance"' not in target["expr"]:
                mistakes.append(f"{title}: a query that does not heed the variables")
    tell("each panel has queries, a description and a unit", mistakes)

    mistakes = []
    ids = [panel["id"] for panel in dashboard["panels"]]
    if len(set(ids)) != len(ids):
        mistakes.append("two panels have one id")
    places = {}
    for panel in dashboard["panels"]:
        at = panel["gridPos"]
        if at["x"] + at["w"] > 24:
            mistakes.append(f"{panel['title']}: too far to the right")
        for place in ((x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])):
            if places.setdefault(place, panel["title"]) != panel["title"]:
                mistakes.append(f"{panel['title']} covers {places[place]}")
                break
    tell("no panel is in another's way", mistakes)

check_alerts()
check_dashboard()
PYTHON

python3 "$work/checks.py" >"$work/checks" 2>"$work/log" || { cat "$work/log"; tell failed "the checks ended with an error"; }
while IFS=$'\t' read -r check why; do
  if [ -n "$why" ]; then echo "$why"; fi
  tell "${check%% *}" "${check#* }"
done <"$work/checks"

end
