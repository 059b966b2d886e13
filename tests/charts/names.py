"""Checks names and texts that YAML reads as numbers or booleans, and labels and annotations that are set in several places."""
import re

from chart import (
    CHART,
    MINIMAL,
    OPERATOR,
    SHOP,
    UNDER,
    check,
    error_of,
    json_arguments,
    of_kind,
    one,
    pod_of,
    settings_of,
    sidecar_of,
    template,
)

MORE = "podMonitor.enabled=true,autoscaling.enabled=true,podDisruptionBudget.enabled=true"
RELEASES = ("42", "1e10", "no", "true", "0x1f")
TOKENS = {"tokens": {"existingSecret": "42", "keys": ["1e10"]}, "operations": ["read"]}
CREDENTIALS = {"existingSecret": "no", "keys": {"username": "42", "password": "1e10", "apiKey": "no"}}
TEXTS = {
    "nameOverride": "42",
    "commonLabels": {"a": "no", "b": "1e3"},
    "podLabels": {"c": "4{{ 2 }}", "{{ 4 }}2": "true"},
    "podAnnotations": {"d": "{{ 42 }}", "e": "1_000"},
    "credentials": CREDENTIALS,
    "profiles": {name: {"environment": "Sandbox", "credentials": CREDENTIALS} for name in ("42", "no")},
    "listeners": {"1e3": {"port": 8082, "profile": "42"}},
    "callers": {"42": {**TOKENS, "profiles": ["no"]}, "true": {**TOKENS, "tokens": {"existingSecret": "true"}}},
    "redis": {"existingSecret": "0x1f", "key": "42", "caSecret": "1e3"},
    "redis.auth": {"existingSecret": "{{ 42 }}", "keys": {"user": "1", "password": "2"}},
    "ca": {"configMap": "42"},
    "extraEnv": [{"name": "A", "value": "4{{ 2 }}"}],
    "serviceAccount": {"name": "42", "annotations": {"a": "{{ true }}"}},
    "app.caller": "42",
    "app.args": ["{{ 42 }}", "no"],
    "app.env": [{"name": "B", "value": "{{ true }}"}],
    "networkPolicy": {"enabled": True, "appIngress": False},
}


# `template` fails for names, labels, annotations and settings that are not strings.
@check("releases, names and texts that YAML reads as numbers or booleans stay strings")
def _():
    for release in RELEASES:
        objects = template(CHART, *MINIMAL, *OPERATOR, *json_arguments(TEXTS), "--set", MORE, release=release)
        assert one(objects, "Deployment")["metadata"]["labels"]["app.kubernetes.io/instance"] == release
        pod = pod_of(objects)
        assert pod["metadata"]["labels"].items() >= {"a": "no", "c": "42", "42": "true"}.items(), pod["metadata"]
        assert settings_of(sidecar_of(pod)[2])["A"] == "42" and pod["spec"]["containers"][0]["args"] == ["42", "no"]
        template(SHOP, *json_arguments(TEXTS, UNDER), release=release)
    # The release contains the name of the chart, so the name of the release is that of the objects.
    for release, name in (("1e10", "e"), ("no", "o")):
        objects = template(CHART, *MINIMAL, *OPERATOR, "--set", f"{MORE},nameOverride={name}", release=release)
        assert one(objects, "HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]["name"] == release


@check("a Service whose name would begin with a digit is refused")
def _():
    for values in ({"app.port": 3000}, {"serviceMonitor.enabled": True}):
        arguments = [*MINIMAL, *OPERATOR, *json_arguments(values)]
        expected = "fullnameOverride: the name of the Service 42-clik2pay-sidecar would begin with a digit, which Kubernetes refuses."
        assert expected in error_of(CHART, *arguments, release="42")
        assert of_kind(template(CHART, *arguments, "--set", "fullnameOverride=pay-42", release="42"), "Service")


# `template` fails for keys that are written twice.
@check("a label or annotation that is set in several places is written once, with the more specific value")
def _():
    key = "team.example/owner"
    labels = {key: "specific"}
    places = {name: {"enabled": True, "labels": labels} for name in ("podMonitor", "prometheusRule", "dashboard")}
    common = {"commonLabels": {key: "common", "helm.sh/chart": "x"}, "redis.connectionString": "r:1"}
    values = {**common, "podLabels": labels, **places, "app.port": 3000}
    objects = template(CHART, *MINIMAL, *OPERATOR, *json_arguments(values))
    specific = ("PodMonitor", "PrometheusRule", "ConfigMap", "Pod")
    found = {document["kind"]: document["metadata"]["labels"].get(key) for document in objects}
    assert found == {kind: "specific" if kind in specific else "common" for kind in found}, found
    assert pod_of(objects)["metadata"]["labels"][key] == "specific"
    monitor = {"podMonitor.enabled": False, "serviceMonitor": {"enabled": True, "labels": labels}}
    objects = template(CHART, *MINIMAL, *OPERATOR, *json_arguments({**values, **monitor}))
    assert one(objects, "ServiceMonitor")["metadata"]["labels"][key] == "specific"


@check("labels that selectors depend on, and the chart's own annotation, are refused")
def _():
    for place in ("commonLabels", "podLabels", "podMonitor.labels", "serviceMonitor.labels", "prometheusRule.labels", "dashboard.labels"):
        for label in ("app.kubernetes.io/name", "app.kubernetes.io/instance", "clik2pay-sidecar", "clik2pay-sidecar-release"):
            if place in ("commonLabels", "podLabels") or label.startswith("clik2pay-sidecar"):
                message = error_of(CHART, *MINIMAL, *json_arguments({place: {label: "x"}}))
                assert f"{place}: the chart sets the label {label}, because selectors depend on it." in message, message
    # Also if only the rendered name is that of a label.
    for chart, values, prefix in ((CHART, MINIMAL, ""), (SHOP, [], UNDER)):
        message = error_of(chart, *values, *json_arguments({"podLabels": {'{{ "clik2pay-sidecar" }}': "x"}}, prefix))
        assert "podLabels: the chart sets the label clik2pay-sidecar" in message, message
        for annotation in ("checksum/clik2pay-redis", "clik2pay-sidecar-routes"):
            message = error_of(chart, *values, *json_arguments({"podAnnotations": {annotation: "x"}}, prefix))
            assert f"podAnnotations: the chart sets {annotation}." in message, message


# Helm uses the last one without a message.
@check("no named template is defined twice")
def _():
    text = "".join(path.read_text() for path in (CHART / "templates").rglob("*") if path.is_file())
    names = re.findall(r'define "([^"]+)"', text)
    assert len(names) == len(set(names)), sorted({name for name in names if names.count(name) > 1})
