"""Checks the PrometheusRule: the alerts of observability/alerts.yaml, and the values that change them."""
import json

import yaml

from chart import CHART, OPERATOR, REPOSITORY, check, error_of, json_arguments, one, rendered, template

GROUPS = yaml.safe_load((REPOSITORY / "observability/alerts.yaml").read_text())["groups"]


def alerts_in(groups):
    return {rule["alert"]: rule for group in groups for rule in group["rules"] if "alert" in rule}


def groups_with(**values):
    objects = template(CHART, *OPERATOR, *json_arguments({"enabled": True, **values}, "prometheusRule."))
    return one(objects, "PrometheusRule")["spec"]["groups"]


def alerts_with(**values):
    return alerts_in(groups_with(**values))


ALERTS = alerts_in(GROUPS)
REPOSITORY_URL = "https://git.example/clik2pay-sidecar/blob/main"


def linked(rule):
    """The rule with the absolute link that the chart gives it."""
    url = f"{REPOSITORY_URL}/{rule['annotations']['runbook_url']}"
    return {**rule, "annotations": {**rule["annotations"], "runbook_url": url}}


@check("the PrometheusRule contains all rules unchanged, except for the absolute link to the runbook")
def _():
    expected = [{**group, "rules": [linked(rule) if "alert" in rule else rule for rule in group["rules"]]} for group in GROUPS]
    assert groups_with(runbookBaseUrl=REPOSITORY_URL) == expected
    assert groups_with(runbookBaseUrl=REPOSITORY_URL + "/") == expected


@check("the release sets the address of the runbook in the chart")
def _():
    workflow = (REPOSITORY / ".github/workflows/release.yml").read_text()
    assert """yq --inplace '.prometheusRule.runbookBaseUrl = (strenv(URL) + "/blob/v" + strenv(VERSION))'""" in workflow


# A relative link leads nowhere in Alertmanager, Grafana or a pager.
@check("alerts have no relative link to the runbook")
def _():
    for name, rule in alerts_with().items():
        assert rule == {**ALERTS[name], "annotations": {k: v for k, v in ALERTS[name]["annotations"].items() if k != "runbook_url"}}


@check("alerts get labels, and can be left out")
def _():
    rules = alerts_in(one(rendered("pod-monitor"), "PrometheusRule")["spec"]["groups"])
    assert set(ALERTS) - set(rules) == {"Clik2paySidecarRequestsRefused"} and set(rules) < set(ALERTS)
    for name, rule in rules.items():
        assert rule == {**linked(ALERTS[name]), "labels": {**ALERTS[name]["labels"], "team": "payments"}}
    assert one(rendered("pod-monitor"), "PrometheusRule")["metadata"]["labels"]["release"] == "kube-prometheus-stack"
    groups = groups_with(disabled=["Clik2paySidecarRedisUnavailable", "Clik2paySidecarForeignValueInRedis"])
    assert [group["name"] for group in groups] == [group["name"] for group in GROUPS if group["name"] != "clik2pay-sidecar-redis"]


@check("ruleLabels can replace the severity of all alerts, and severities that of some")
def _():
    assert {rule["labels"]["severity"] for rule in alerts_with(ruleLabels={"severity": "sev3"}).values()} == {"sev3"}
    severities = {"critical": "page", "Clik2paySidecarDown": "sev1", "Clik2paySidecarNotReady": "none"}
    for labels, warning in (({}, "warning"), ({"severity": "sev3"}, "sev3")):
        for name, rule in alerts_with(ruleLabels=labels, severities=severities).items():
            default = ALERTS[name]["labels"]["severity"]
            expected = severities.get(name, "page" if default == "critical" else warning)
            assert rule["labels"] == {"severity": expected}, (name, rule["labels"])


@check("an unknown name in severities is refused")
def _():
    error = error_of(CHART, *OPERATOR, "--set", "prometheusRule.enabled=true,prometheusRule.severities.Clik2paySidecarTypo=page")
    assert "prometheusRule.severities: unknown key Clik2paySidecarTypo. Use critical, warning, or names of: Clik2paySidecarToken" in error


@check("each threshold replaces its number in all expressions, and nothing else")
def _():
    defaults = yaml.safe_load((REPOSITORY / "charts/clik2pay-sidecar/values.yaml").read_text())["prometheusRule"]["thresholds"]
    original = json.dumps(groups_with())
    for name, default in defaults.items():
        if name == "slowSeconds":
            value = 2.5
            expected = original.replace("5|5.0", "2.5|2.5.0").replace("longer than 5 seconds", "longer than 2.5 seconds")
        else:
            value = 7 if isinstance(default, int) else 0.0125
            expected = original.replace(f"{default} # thresholds.{name}", f"{value} # thresholds.{name}")
        assert expected != original, f"{name}: no expression contains {default}"
        assert json.dumps(groups_with(thresholds={name: value})) == expected, name
