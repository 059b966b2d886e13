"""Checks that invalid values fail with the expected messages."""
import json
import re

from chart import CHART, HELMS, MINIMAL, OPERATOR, ROOT, SHOP, UNDER, check, helm, one, paths_of, pod_of, error_of, sidecar_of, template

INLINE = dict.fromkeys(("credentials.inline.username", "credentials.inline.password", "credentials.inline.apiKey"), "x")
BLOCKED = {"networkPolicy.enabled": "true", "networkPolicy.appIngress": "false"}


@check("each invalid value fails with a message that names the remedy")
def _():
    base = {"environment": "Sandbox", "app.image": "a", "image.registry": "r", "credentials.existingSecret": "s"}
    for change, expected, *more in (
        ({"environment": ""}, "environment: set Sandbox, Production or Custom."),
        ({"environment": "Custom"}, "environment: Custom requires addresses. Set apiBaseUrl and tokenEndpoint."),
        ({"environment": "Custom", "apiBaseUrl": "https://a.example"}, "environment: Custom requires addresses."),
        (
            {"apiBaseUrl": "https://a.example"},
            "apiBaseUrl, tokenEndpoint: Sandbox has fixed addresses. Remove both values, or set environment to Custom.",
        ),
        ({"credentials.existingSecret": ""}, "credentials: no credentials are set. Set credentials.existingSecret"),
        (
            {"credentials.existingSecret": "", "credentials.inline.username": "u"},
            "credentials.inline: missing password, apiKey. Set all three",
        ),
        (
            {"credentials.directory": "/run/credentials"},
            "credentials: directory and existingSecret are both set. Keep only one of them. If another",
        ),
        ({"ca.volume.csi.driver": "a", "ca.secret": "b"}, "ca: secret and volume are both set. Keep only one of them. If another"),
        (
            {"redis.caSecret": "a", "redis.caDirectory": "/b"},
            "redis: caDirectory and caSecret are both set. Keep only one of them. If another",
        ),
        (
            {"callerToken.existingSecret": "a", "callerToken.directory": "/b"},
            "callerToken: directory and existingSecret are both set. Keep only one of them. If another",
        ),
        (
            {"callerToken.volume.name": "a", "callerToken.volume.csi.driver": "b"},
            "callerToken.volume: set one volume source, such as csi, and no other field.",
        ),
        ({"ca.configMap": "a", "ca.secret": "b"}, "ca: configMap and secret are both set. Keep only one of them. If another"),
        *(
            (
                {f"redis.{key}": "s"},
                f"redis.{key}: this value has no effect without Redis. Set redis.existingSecret or redis.connectionString, or remove",
            )
            for key in ("caSecret", "auth.existingSecret", "sentinelAuth.existingSecret", "clientCertificate.existingSecret")
        ),
        *(
            (
                {"redis.connectionString": "r:1", f"redis.{key}.keys.user": "u"},
                f"redis.{key}.keys.user: this value has no effect without redis.{key}.existingSecret. Set both, or remove this value.",
            )
            for key in ("auth", "sentinelAuth")
        ),
        (
            {},
            "nativeSidecar: Kubernetes v1.27.9 has no native sidecars. Use 1.29 or newer, or set nativeSidecar=false.",
            "--kube-version",
            "1.27.9",
        ),
        ({}, "chart requires kubeVersion: >=1.25.0-0", "--kube-version", "1.24.0"),
        ({"app.port": "8080"}, "ports: ports.callers, ports.admin and app.port are 8080, 9090, 8080. They must differ"),
        ({"app.readinessProbe.httpGet.port": "8080"}, "app.readinessProbe: the app listens on port 8080, which is a port of the"),
        ({"app.env[0].name": "PORT", "app.env[0].value": "9090;9091"}, "app.env: the app listens on port 9090, which is a port of"),
        (
            {"networkPolicy.enabled": "true"},
            "networkPolicy.enabled: the policy covers the whole pod, and would block all traffic to the app. Set app.port to the app's",
        ),
        ({"reverseProxy.Clusters.clik2pay.HttpClient.MaxConnectionsPerServer": "9"}, "reverseProxy: there are no routes, so callers"),
        (
            {**INLINE, "credentials.existingSecret": "", "credentials.keys.password": "username"},
            "credentials.keys: two of the keys are equal. They must differ",
        ),
        ({"ports.callers": "9090"}, "ports: ports.callers, ports.admin and app.port are 9090, 9090. They must differ"),
        *(
            (
                {"extraEnv[0].name": name, "extraEnv[0].value": "x"},
                f"extraEnv: {name} is a secret and would be in clear text in the pod. Set {remedy}.existingSecret instead.",
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
            "extraEnv: Redis__PasswordFile is set twice. Set it once",
        ),
        *(
            (
                {"extraEnv[0].name": name, "extraEnv[0].value": "authorization=x"},
                f"extraEnv: {name} can contain a secret, and would be in clear text in the pod. Put the variable into a Secret, and add it",
            )
            for name in ("OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS")
        ),
        ({"extraEnv[0].name": "Sidecar__Listen", "extraEnv[0].value": "x"}, "extraEnv: Sidecar__Listen is set twice. Set it once"),
        (
            {"podMonitor.enabled": "true"},
            "podMonitor.enabled: the cluster does not have monitoring.coreos.com/v1. Install the Prometheus operator first.",
        ),
        ({"serviceMonitor.enabled": "true"}, "serviceMonitor.enabled: the cluster does not have monitoring.coreos.com/v1."),
        ({"prometheusRule.enabled": "true"}, "prometheusRule.enabled: the cluster does not have monitoring.coreos.com/v1."),
        (
            {"podMonitor.enabled": "true", "serviceMonitor.enabled": "true"},
            "serviceMonitor.enabled: podMonitor.enabled is also set, so each sidecar would be scraped twice.",
            *OPERATOR,
        ),
        *(
            ({"redis.connectionString": text.replace(",", "\\,")}, "redis.connectionString: it contains a password. The pod has a checksum")
            for text in ("r:1,password=x", "r:1, Password = x", "r:1,serviceName=a,sentinelPassword=x", "rediss://u:p@r:1", "redis://:p@r")
        ),
        (
            {**BLOCKED, "redis.connectionString": "s:26379\\,serviceName=a"},
            "redis.connectionString: it names Sentinels, which networkPolicy blocks. Set networkPolicy.sentinelPort, usually to 26379.",
        ),
        *(
            (
                {**BLOCKED, "redis.connectionString": text.replace(",", "\\,"), **change},
                f"redis.connectionString: networkPolicy blocks port 7000. Set networkPolicy.{key} to this port, or add extraEgress.",
            )
            for text, change, key in (
                ("a:6379,b:7000,ssl=true", {}, "redisPort"),
                ("[::1]:7000", {}, "redisPort"),
                ("rediss://a:7000/0", {}, "redisPort"),
                ("a:7000,serviceName=b", {"networkPolicy.sentinelPort": "26379"}, "sentinelPort"),
            )
        ),
        *(
            (
                {f"{key}.enabled": "true", **{f"{key}.{rules}[0].{field}": value for field, value in rule.items()}},
                f"{key}.{rules}[0]: this rule changes the label job, by which the alerts select the sidecars. Use another label, or",
                *OPERATOR,
            )
            for key in ("podMonitor", "serviceMonitor")
            for rules in ("relabelings", "metricRelabelings")
            for rule in (
                {"targetLabel": "job", "replacement": "x"},
                {"action": "labeldrop", "regex": "job|x"},
                {"action": "labelKeep", "regex": "x"},
            )
        ),
        (
            {"prometheusRule.enabled": "true", "prometheusRule.disabled[0]": "Clik2paySidecarTypo"},
            "prometheusRule.disabled: unknown alert Clik2paySidecarTypo. Use names of: Clik2paySidecarTokenNotRefreshed, ",
            *OPERATOR,
        ),
        ({"app.image": ""}, "app.image: set the image of the app"),
        ({"image.registry": ""}, "image.registry: without a registry, nodes pull clik2pay-sidecar from Docker Hub"),
        (
            {"app.image": "", "dashboard.enabled": "true", "podDisruptionBudget.enabled": "true"},
            "podDisruptionBudget.enabled: this chart has no workload (app.image).",
        ),
    ):
        values = {**base, **change}
        message = error_of(CHART, *(argument for key, value in values.items() for argument in ("--set", f"{key}={value}")), *more)
        assert expected in message, f"{change} {more}: {message}"
        of_app = any(key.startswith("app.") and key != "app.port" for key in change) or "networkPolicy.enabled" in change
        if not of_app and not more:
            message = error_of(SHOP, *(argument for key, value in change.items() for argument in ("--set", f"{UNDER}{key}={value}")))
            assert expected.partition(" are ")[0] in message, f"in the example, {change}: {message}"


@check("the NetworkPolicy and a connection string agree, if the ports are allowed")
def _():
    for text, *more in (
        ("a:6379",),
        ("a",),
        ("rediss://a",),
        ("rediss://a:6379/7",),
        ("a:6379,b:6379,connectTimeout=7000",),
        ("::1",),
        ("a:26379,serviceName=b", "networkPolicy.sentinelPort=26379"),
        ("a:7000", "networkPolicy.redisPort=7000"),
        ("a:7000", "networkPolicy.extraEgress[0].ports[0].port=7000"),
    ):
        values = [*(f"{key}={value}" for key, value in BLOCKED.items()), "redis.connectionString=" + text.replace(",", "\\,"), *more]
        template(CHART, *MINIMAL, *(argument for value in values for argument in ("--set", value)), programs=HELMS[:1])


@check("a plain container is allowed on old and new clusters")
def _():
    for version in ("1.25.0", "1.28.15", "1.34.0"):
        assert sidecar_of(pod_of(template(CHART, *MINIMAL, "--set", "nativeSidecar=false", "--kube-version", version)))[0] == "containers"


@check("a template fails without the context of a chart, and in a chart that does not depend on this chart")
def _():
    umbrella = ROOT / "umbrella"
    (umbrella / "templates").mkdir(parents=True)
    (umbrella / "Chart.yaml").write_text(
        "{apiVersion: v2, name: umbrella, version: 1.0.0, dependencies: "
        "[{name: shop, version: 1.0.0, repository: 'file://../examples/helm/shop'}]}"
    )
    result = helm("dependency", "build", umbrella)
    assert result.returncode == 0, result.stderr
    assert pod_of(template(umbrella, "--set", "shop.clik2pay-sidecar.accessLog=true"))

    probe = umbrella / "templates/probe.yaml"
    for text, expected in (
        (
            '{{ include "clik2pay-sidecar.volumes" .Values }}',
            "clik2pay-sidecar.volumes: the argument is not the context of a chart. Use `$`, or `.` outside of range and with.",
        ),
        (
            '{{ range list 1 }}{{ include "clik2pay-sidecar.container" . }}{{ end }}',
            "clik2pay-sidecar.container: the argument is not the context of a chart.",
        ),
        ('{{ include "clik2pay-sidecar.volumes" . }}', "the chart umbrella does not depend on clik2pay-sidecar"),
    ):
        probe.write_text(text)
        assert expected in error_of(umbrella), text


@check("an unknown key fails with its name at every level, in this chart and in the example")
def _():
    for path in paths_of(json.loads((CHART / "values.schema.json").read_text())):
        if path == ["global"]:
            continue  # Other charts of a release have values of their own there.
        unknown = ".".join([*path, "misspelt"])
        for chart, prefix in ((CHART, ""), (SHOP, UNDER)):
            message = error_of(chart, "--set", f"{prefix}{unknown}=1")
            pattern = r"Additional property misspelt is not allowed|additional propert.*'misspelt'"
            assert all(re.search(pattern, text) for text in message), f"{prefix}{unknown}: {message}"


@check("a value with a wrong type or format fails with its name")
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
        ("apiBaseUrl=https://u:p@a.example", "apiBaseUrl"),
        ("tokenEndpoint=https://u:p@a.example/token", "tokenEndpoint"),
        ("profiles.x.tokenEndpoint=https://u@a.example?x", "tokenEndpoint"),
        *(
            (f"prometheusRule.thresholds.{key}=1", key)
            for key in ("unauthorized", "upstreamErrors", "slowCalls", "down", "connections", "memory")
        ),
        ("extraEnv.A=b", "extraEnv"),
        ("reverseProxy.Roots.a=b", "Roots"),
    ):
        assert named in error_of(CHART, *MINIMAL, "--set", change), change


@check("a header of OTLP from a Secret and an @ in the path of the token endpoint are allowed")
def _():
    variable = {"name": "OTEL_EXPORTER_OTLP_HEADERS", "valueFrom": {"secretKeyRef": {"name": "otlp", "key": "headers"}}}
    custom = "environment=Custom,apiBaseUrl=https://a.example,tokenEndpoint=https://a.example/@x/token"
    template(CHART, *MINIMAL, "--set", custom, "--set-json", f"extraEnv={json.dumps([variable])}")


@check("global values of parent charts are allowed")
def _():
    template(CHART, *MINIMAL, "--set", "global.imageRegistry=r")
