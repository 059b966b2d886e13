"""Checks monitors, dashboard and NetworkPolicy."""
import json
import re

from chart import CHART, MINIMAL, OPERATOR, REPOSITORY, check, one, rendered, template


@check("monitors scrape /metrics under a job that the alerts select, with a name of its own for each release")
def _():
    pattern = re.search(r'up\{job=~"([^"]+)"', (REPOSITORY / "observability/alerts.yaml").read_text())[1]
    for arguments, job in (([], "pay-clik2pay-sidecar"), (["--set", "fullnameOverride=till"], "till-clik2pay-sidecar")):
        for kind, endpoints in (("PodMonitor", "podMetricsEndpoints"), ("ServiceMonitor", "endpoints")):
            key = kind[0].lower() + kind[1:]
            values = f"{key}.enabled=true,{key}.interval=15s,{key}.labels.release=prom"
            monitor = one(template(CHART, *MINIMAL, *OPERATOR, "--set", values, *arguments), kind)
            endpoint = monitor["spec"][endpoints][0]
            assert (endpoint["path"], endpoint["interval"], monitor["metadata"]["labels"]["release"]) == ("/metrics", "15s", "prom")
            assert endpoint["relabelings"] == [{"targetLabel": "job", "replacement": job}], endpoint
            assert re.fullmatch(pattern, job), job


@check("the dashboard equals the one in observability/, and has the label that Grafana selects")
def _():
    dashboard = one(rendered("monitoring-only"), "ConfigMap", "-dashboard")
    expected = json.loads((REPOSITORY / "observability/grafana-dashboard.json").read_text())
    assert json.loads(dashboard["data"]["clik2pay-sidecar.json"]) == expected
    assert dashboard["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert one(rendered("pod-monitor"), "ConfigMap", "-dashboard")["metadata"]["annotations"] == {"grafana_folder": "Payments"}
    assert {document["kind"] for document in rendered("monitoring-only")} == {"ConfigMap", "PrometheusRule"}


@check("the dashboard links to the runbook, and has no links without its address")
def _():
    def render(address):
        objects = template(CHART, "--set", f"dashboard.enabled=true,prometheusRule.runbookBaseUrl={address}")
        return json.loads(one(objects, "ConfigMap", "-dashboard")["data"]["clik2pay-sidecar.json"])

    linked, unlinked = render("https://git.example/fork/"), render("")
    addresses = [variable["query"] for variable in linked["templating"]["list"] if variable["name"] == "runbook"]
    assert addresses == ["https://git.example/fork"], addresses
    assert linked["links"] and [panel for panel in linked["panels"] if panel.get("links")]
    assert not [part for part in [unlinked, *unlinked["panels"]] if "links" in part]


@check("the NetworkPolicy allows egress to DNS, 443 and Redis, and ingress to the app and the administration port")
def _():
    policy = one(rendered("network-policy"), "NetworkPolicy")["spec"]
    peer = lambda name: [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}]
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert policy["ingress"] == [
        {"ports": [{"port": 3000, "protocol": "TCP"}], "from": peer("ingress")},
        {"ports": [{"port": 9090, "protocol": "TCP"}], "from": peer("monitoring")},
    ], policy["ingress"]
    assert policy["egress"] == [
        {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]},
        {"ports": [{"port": 443, "protocol": "TCP"}]},
        {"ports": [{"port": 6380, "protocol": "TCP"}], "to": peer("cache")},
        {"to": [{"podSelector": {"matchLabels": {"app": "database"}}}], "ports": [{"port": 5432, "protocol": "TCP"}]},
    ], policy["egress"]
    closed = "networkPolicy.enabled=true,networkPolicy.appIngress=false,app.port=3000"
    least = one(template(CHART, *MINIMAL, "--set", closed), "NetworkPolicy")["spec"]
    assert [port["port"] for rule in least["ingress"] for port in rule["ports"]] == [9090]
    assert [port["port"] for rule in least["egress"] for port in rule["ports"]] == [53, 53, 443]
    more = one(
        template(
            CHART,
            *MINIMAL,
            "--set",
            "networkPolicy.enabled=true,networkPolicy.extraIngress[0].from[0].podSelector.matchLabels.a=b",
            "--set",
            "networkPolicy.providerTo[0].ipBlock.cidr=10.0.0.0/8",
        ),
        "NetworkPolicy",
    )["spec"]
    assert more["ingress"][1:] == [{"from": [{"podSelector": {"matchLabels": {"a": "b"}}}]}], more["ingress"]
    assert more["egress"][1]["to"] == [{"ipBlock": {"cidr": "10.0.0.0/8"}}], more["egress"]
