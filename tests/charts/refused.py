"""What is refused, with which sentence."""
import json
import re

import yaml

from chart import CHART, MINIMAL, OPERATOR, ROOT, SHOP, UNDER, check, helm, one, paths_of, pod_of, refusal, sidecar_of, template


@check("each mistake is refused with its remedy")
def _():
    base = {"environment": "Sandbox", "app.image": "a", "credentials.existingSecret": "s"}
    for change, sentence, *more in (
        ({"environment": ""}, "environment: say whom to call: Sandbox, Production or Custom."),
        ({"environment": "Custom"}, "environment: with Custom say where API and token endpoint are: set apiBaseUrl and tokenEndpoint."),
        ({"environment": "Custom", "apiBaseUrl": "https://a.example"}, "environment: with Custom say where API and token endpoint are"),
        (
            {"apiBaseUrl": "https://a.example"},
            "apiBaseUrl, tokenEndpoint: Sandbox has addresses of its own; leave both out, or set environment to Custom.",
        ),
        ({"credentials.existingSecret": ""}, "credentials: none are given; set credentials.existingSecret"),
        (
            {"credentials.existingSecret": "", "credentials.inline.username": "u"},
            "credentials.inline: password and apiKey is missing; give all three",
        ),
        ({"ca.configMap": "a", "ca.secret": "b"}, "ca: configMap and secret are both set; keep one of them."),
        *(
            (
                {f"redis.{key}": "s"},
                f"redis.{key}: it has no effect without Redis. Set redis.existingSecret or redis.connectionString, or leave it out.",
            )
            for key in ("caSecret", "auth.existingSecret", "sentinelAuth.existingSecret", "clientCertificate.existingSecret")
        ),
        *(
            (
                {"redis.connectionString": "r:1", f"redis.{key}.keys.user": "u"},
                f"redis.{key}.keys.user: it has no effect without redis.{key}.existingSecret. Set that too, or leave it out.",
            )
            for key in ("auth", "sentinelAuth")
        ),
        (
            {},
            "nativeSidecar: Kubernetes v1.27.9 has no native sidecars (1.29 and newer have); set nativeSidecar=false for a plain container.",
            "--kube-version",
            "1.27.9",
        ),
        ({}, "chart requires kubeVersion: >=1.25.0-0", "--kube-version", "1.24.0"),
        ({"app.port": "8080"}, "ports.callers, ports.admin and app.port must differ (8080, 9090, 8080)"),
        ({"ports.callers": "9090"}, "ports.callers, ports.admin and app.port must differ (9090, 9090); give ports.callers or ports.admin another."),
        *(
            (
                {"extraEnv[0].name": name, "extraEnv[0].value": "x"},
                f"extraEnv: {name} is a secret and would be in clear text in the pod; set {remedy}.existingSecret.",
            )
            for name, remedy in (
                ("Clik2pay__Password", "credentials"),
                ("Redis__ConnectionString", "redis"),
                ("Redis__User", "redis.auth"),
                ("REDIS__PASSWORD", "redis.auth"),
                ("Redis__SentinelUser", "redis.sentinelAuth"),
                ("Redis__SentinelPassword", "redis.sentinelAuth"),
                ("Sidecar__CallerToken", "callerToken"),
            )
        ),
        (
            {
                "redis.connectionString": "r:1",
                "redis.auth.existingSecret": "s",
                "extraEnv[0].name": "Redis__PasswordFile",
                "extraEnv[0].value": "/x",
            },
            "extraEnv: Redis__PasswordFile is there already; set it by its own value",
        ),
        ({"extraEnv[0].name": "Sidecar__Listen", "extraEnv[0].value": "x"}, "extraEnv: Sidecar__Listen is there already; set it by its own value"),
        (
            {"podMonitor.enabled": "true"},
            "podMonitor.enabled: this cluster has no monitoring.coreos.com/v1; install the Prometheus operator first, or leave it off",
        ),
        ({"serviceMonitor.enabled": "true"}, "serviceMonitor.enabled: this cluster has no monitoring.coreos.com/v1"),
        ({"prometheusRule.enabled": "true"}, "prometheusRule.enabled: this cluster has no monitoring.coreos.com/v1"),
        (
            {"podMonitor.enabled": "true", "serviceMonitor.enabled": "true"},
            "serviceMonitor.enabled: with podMonitor.enabled each sidecar would be scraped and counted twice",
            *OPERATOR,
        ),
        (
            {"prometheusRule.enabled": "true", "prometheusRule.disabled[0]": "Clik2paySidecarTypo"},
            "prometheusRule.disabled: there is no alert Clik2paySidecarTypo; there are Clik2paySidecarTokenNotRefreshed, ",
            *OPERATOR,
        ),
        ({"app.image": ""}, "app.image: name the image of your app"),
        (
            {"app.image": "", "dashboard.enabled": "true", "podDisruptionBudget.enabled": "true"},
            "podDisruptionBudget.enabled: there is no workload of this chart (app.image)",
        ),
    ):
        said = refusal(CHART, *(argument for key, value in {**base, **change}.items() for argument in ("--set", f"{key}={value}")), *more)
        assert sentence in said, f"{change} {more}: {said}"
        if "app.image" not in change and not more:
            said = refusal(SHOP, *(argument for key, value in change.items() for argument in ("--set", f"{UNDER}{key}={value}")))
            assert sentence.partition(" (")[0] in said, f"through the example, {change}: {said}"


@check("a plain container is allowed on old clusters and on new ones")
def _():
    for version in ("1.25.0", "1.28.15", "1.34.0"):
        assert sidecar_of(pod_of(template(CHART, *MINIMAL, "--set", "nativeSidecar=false", "--kube-version", version)))[0] == "containers"


@check("a template that is included without the chart's context, or by a chart that does not depend on this one, is refused")
def _():
    umbrella = ROOT / "umbrella"
    (umbrella / "templates").mkdir(parents=True)
    (umbrella / "Chart.yaml").write_text(
        "{apiVersion: v2, name: umbrella, version: 1.0.0, dependencies: [{name: shop, version: 1.0.0, repository: 'file://../examples/helm/shop'}]}"
    )
    answer = helm("dependency", "build", umbrella)
    assert answer.returncode == 0, answer.stderr
    assert pod_of(template(umbrella, "--set", "shop.clik2pay-sidecar.accessLog=true"))

    probe = umbrella / "templates/probe.yaml"
    for text, sentence in (
        (
            '{{ include "clik2pay-sidecar.volumes" .Values }}',
            "clik2pay-sidecar.volumes: include it with the chart's context: `$`, or `.` outside of range and with.",
        ),
        (
            '{{ range list 1 }}{{ include "clik2pay-sidecar.container" . }}{{ end }}',
            "clik2pay-sidecar.container: include it with the chart's context",
        ),
        ('{{ include "clik2pay-sidecar.volumes" . }}', "umbrella does not depend on the chart clik2pay-sidecar under this name"),
    ):
        probe.write_text(text)
        assert sentence in refusal(umbrella), text


@check("a misspelt key is refused by its name, wherever it is, here and under the example")
def _():
    for path in paths_of(json.loads((CHART / "values.schema.json").read_text())):
        misspelt = ".".join([*path, "misspelt"])
        for chart, prefix in ((CHART, ""), (SHOP, UNDER)):
            said = refusal(chart, "--set", f"{prefix}{misspelt}=1")
            assert re.search(r"Additional property misspelt is not allowed|additional propert.*'misspelt'", said), f"{prefix}{misspelt}: {said}"


@check("a value of the wrong kind is refused")
def _():
    for change, named in (
        ("environment=Prod", "environment"),
        ("logFormat=json", "logFormat"),
        ("drainSeconds=-1", "drainSeconds"),
        ("drainSeconds=soon", "drainSeconds"),
        ("stopTimeoutSeconds=3601", "stopTimeoutSeconds"),
        ("startSeconds=0", "startSeconds"),
        ("ports.admin=70000", "admin"),
        ("image.digest=abc", "digest"),
        ("image.registry=ghcr.io/", "registry"),
        ("nativeSidecar=yes", "nativeSidecar"),
        ("podMonitor.interval=often", "interval"),
        ("fullnameOverride=" + "x" * 52, "fullnameOverride"),
        ("apiBaseUrl=https://a.example/v1", "apiBaseUrl"),
        ("extraEnv.A=b", "extraEnv"),
        ("reverseProxy.Roots.a=b", "Roots"),
    ):
        assert named in refusal(CHART, *MINIMAL, "--set", change), change


@check("a null under redis keeps the default or is refused")
def _():
    defaults = yaml.safe_load((CHART / "values.yaml").read_text())["redis"]

    def leaves(node, path):
        for key, value in node.items():
            yield [*path, key], value
            if isinstance(value, dict):
                yield from leaves(value, [*path, key])

    secrets = ("caSecret", "auth.existingSecret", "sentinelAuth.existingSecret", "clientCertificate.existingSecret")
    base = ["connectionString=r:1", "existingSecret=s", *(f"{key}=s" for key in secrets)]
    for chart, prefix, values in ((CHART, "", MINIMAL), (SHOP, UNDER, [])):
        arguments = [*values, *(argument for value in base for argument in ("--set", f"{prefix}redis.{value}"))]
        for path, value in leaves(defaults, ["redis"]):
            key = prefix + ".".join(path)
            with_null = helm("template", "pay", chart, *arguments, "--set-json", f"{key}=null")
            with_default = helm("template", "pay", chart, *arguments, "--set-json", f"{key}={json.dumps(value)}")
            assert with_default.returncode == 0, with_default.stderr
            assert with_null.returncode != 0 or with_null.stdout == with_default.stdout, f"{key}=null renders something else"


@check("values that charts above set for all are allowed")
def _():
    template(CHART, *MINIMAL, "--set", "global.imageRegistry=r")
