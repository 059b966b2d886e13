"""What must hold of the chart, whatever its values: rendered with helm, asserted on the parsed YAML.

Usage: checks.py [--update] ROOT   ROOT holds charts/ and examples/, with the example's dependencies built.
Prints a line "passed NAME" or "failed NAME" for each check, and before a failure why.
--update renews the golden renders and the table of values in the chart's README.
"""
import base64
import difflib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.request

import yaml

UPDATE = "--update" in sys.argv
ROOT = pathlib.Path(sys.argv[-1])
REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
CHART, SHOP = ROOT / "charts/clik2pay-sidecar", ROOT / "examples/helm/shop"
OPERATOR = ["--api-versions", "monitoring.coreos.com/v1"]
MINIMAL = ["-f", str(CHART / "ci/minimal-values.yaml")]
UNDER = "clik2pay-sidecar."  # where the example has the sidecar's values


def helm(*arguments):
    return subprocess.run(["helm", *map(str, arguments)], capture_output=True, text=True, timeout=60)


def template(chart, *arguments, release="pay"):
    """The rendered objects."""
    answer = helm("template", release, chart, "-n", "prod", *arguments)
    assert answer.returncode == 0, f"helm template {chart} {' '.join(map(str, arguments))}\n{answer.stderr}"
    return [document for document in yaml.safe_load_all(answer.stdout) if document]


def refusal(chart, *arguments):
    """What helm says when it refuses."""
    answer = helm("template", "pay", chart, *arguments)
    assert answer.returncode != 0, f"helm template {' '.join(map(str, arguments))} is not refused"
    return answer.stderr


def of_kind(objects, *kinds):
    return [document for document in objects if document["kind"] in kinds]


def one(objects, kind, suffix=""):
    found = [document for document in of_kind(objects, kind) if document["metadata"]["name"].endswith(suffix)]
    assert len(found) == 1, f"{len(found)} {kind}s …{suffix} in place of one"
    return found[0]


def pod_of(objects):
    return one(objects, "Deployment")["spec"]["template"]


def sidecar_of(pod):
    found = [(place, at, container) for place in ("initContainers", "containers") for at, container in enumerate(pod["spec"].get(place) or []) if container["name"] == "clik2pay-sidecar"]
    assert len(found) == 1, f"{len(found)} sidecars in place of one"
    return found[0]


def settings_of(container):
    names = [variable["name"] for variable in container["env"]]
    assert len(names) == len(set(names)), f"a variable is there twice: {names}"
    return {variable["name"]: variable.get("value") for variable in container["env"]}


def strings(node, path=""):
    """Each text in a document, with where it is; keys too."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield path, str(key)
            yield from strings(value, f"{path}.{key}")
    elif isinstance(node, list):
        for at, value in enumerate(node):
            yield from strings(value, f"{path}[{at}]")
    elif isinstance(node, str):
        yield path, node


def keys_of(node):
    if isinstance(node, dict):
        for key, value in node.items():
            yield key, value
            yield from keys_of(value)
    elif isinstance(node, list):
        for value in node:
            yield from keys_of(value)


class Skip(Exception):
    """Why a check cannot be made here."""


CHECKS = []


def check(name):
    return lambda function: CHECKS.append((name, function)) or function


# ---- What holds of every render

RENDERS = {
    **{path.name.removesuffix("-values.yaml"): (CHART, ["-f", path]) for path in sorted((CHART / "ci").glob("*.yaml"))},
    "minimal on 1.29": (CHART, [*MINIMAL, "--kube-version", "1.29.0"]),
    "full on 1.28, a plain container": (CHART, ["-f", CHART / "ci/full-values.yaml", "--kube-version", "v1.28.15-gke.100", "--set", "nativeSidecar=false"]),
    "plain container on 1.25": (CHART, ["-f", CHART / "ci/plain-container-values.yaml", "--kube-version", "1.25"]),
    "the example": (SHOP, []),
    "the example with all that its dependency can add": (SHOP, [argument for value in (
        "redis.connectionString=redis:6379", "callerToken.existingSecret=caller", "reverseProxy.Routes.all.ClusterId=clik2pay",
        "podMonitor.enabled=true", "networkPolicy.enabled=true", "imagePullSecrets[0].name=registry") for argument in ("--set", UNDER + value)]
        + ["--set-json", UNDER + 'podLabels.calls="{{ .Values.environment }}"']),
    "the example with a plain container on 1.27": (SHOP, ["--kube-version", "1.27", "--set", UNDER + "nativeSidecar=false"]),
    "a release of 53 characters": (CHART, ["-f", CHART / "ci/inline-trial-values.yaml", "--set", "redis.connectionString=r:1,reverseProxy.Routes.a.ClusterId=clik2pay,serviceMonitor.enabled=true,dashboard.enabled=true,app.port=80"]),
}
RELEASES = {"a release of 53 characters": "a" * 50 + "-bc"}


def rendered(name):
    chart, arguments = RENDERS[name]
    if name not in rendered.done:
        rendered.done[name] = template(chart, *OPERATOR, *arguments, release=RELEASES.get(name, "pay"))
    return rendered.done[name]


rendered.done = {}


def everywhere(name):
    """A check of each render: it gets the objects, and fails with the name of the render."""
    def register(function):
        def run():
            for render in RENDERS:
                try:
                    function(rendered(render))
                except AssertionError as e:
                    raise AssertionError(f"{render}: {e}") from e
        CHECKS.append((name, run))
        return function
    return register


@everywhere("names are DNS labels of at most 63 characters, and labels are valid")
def _(objects):
    assert objects
    for document in objects:
        name = document["metadata"]["name"]
        assert re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", name), f"{document['kind']} {name}"
    for key, value in keys_of(objects):
        if key in ("labels", "matchLabels", "selector") and isinstance(value, dict):
            for label in value.values():
                assert not isinstance(label, str) or re.fullmatch(r"([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?", label), f"label {label}"


@everywhere("two objects never share kind and name")
def _(objects):
    names = [(document["kind"], document["metadata"]["name"]) for document in objects]
    assert len(names) == len(set(names)), names


@everywhere("selectors match the pods")
def _(objects):
    def matches(selector, labels):
        assert selector, "an empty selector selects everything"
        missing = selector.items() - labels.items()
        assert not missing, f"{missing} is not among {labels}"

    if not of_kind(objects, "Deployment"):
        return
    labels = pod_of(objects)["metadata"]["labels"]
    for document in of_kind(objects, "Deployment", "PodDisruptionBudget", "PodMonitor"):
        matches(document["spec"]["selector"]["matchLabels"], labels)
    for document in of_kind(objects, "NetworkPolicy"):
        matches(document["spec"]["podSelector"]["matchLabels"], labels)
    for document in of_kind(objects, "Service"):
        matches(document["spec"]["selector"], labels)
    for document in of_kind(objects, "ServiceMonitor"):
        selector = document["spec"]["selector"]["matchLabels"]
        selected = [service["metadata"]["name"] for service in of_kind(objects, "Service") if selector.items() <= service["metadata"]["labels"].items()]
        assert selected == [one(objects, "Service", "-admin")["metadata"]["name"]], f"the ServiceMonitor selects {selected}"

    # The pod of helm test must get no traffic of the app, and count for no Deployment.
    test = one(objects, "Pod")["metadata"]["labels"]
    for selector in [document["spec"]["selector"] for document in of_kind(objects, "Service") if not document["metadata"]["name"].endswith("-admin")] + [one(objects, "Deployment")["spec"]["selector"]["matchLabels"]]:
        assert selector.items() - test.items(), f"the test's pod is selected by {selector}"


@everywhere("ports have names of at most 15 characters, and those that are referred to exist")
def _(objects):
    for document in of_kind(objects, "Deployment"):
        spec = document["spec"]["template"]["spec"]
        ports = [port for container in (spec.get("initContainers") or []) + spec["containers"] for port in container.get("ports", [])]
        names = [port["name"] for port in ports]
        assert len(names) == len(set(names)) and all(len(name) <= 15 for name in names), names
        numbers = [port["containerPort"] for port in ports]
        assert len(numbers) == len(set(numbers)), numbers
        for service in of_kind(objects, "Service"):
            for port in service["spec"]["ports"]:
                assert port["targetPort"] in names + numbers, f"Service port {port}"
        for monitor in of_kind(objects, "PodMonitor"):
            assert monitor["spec"]["podMetricsEndpoints"][0]["port"] in names, monitor["spec"]
        for monitor in of_kind(objects, "ServiceMonitor"):
            assert monitor["spec"]["endpoints"][0]["port"] in [port["name"] for port in one(objects, "Service", "-admin")["spec"]["ports"]], monitor["spec"]
        for container in (spec.get("initContainers") or []) + spec["containers"]:
            for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
                if probe in container:
                    assert container[probe]["httpGet"]["port"] in [port["name"] for port in container["ports"]], f"{probe} {container[probe]}"


@everywhere("the sidecar is the first container of its kind: native with restartPolicy Always, or plain with a postStart that waits")
def _(objects):
    for _ in of_kind(objects, "Deployment"):
        place, at, sidecar = sidecar_of(pod_of(objects))
        assert at == 0, f"it is number {at}"
        if place == "initContainers":
            assert sidecar["restartPolicy"] == "Always" and "lifecycle" not in sidecar, sidecar
        else:
            assert "restartPolicy" not in sidecar, sidecar
            command = sidecar["lifecycle"]["postStart"]["exec"]["command"]
            assert command[:3] == ["/clik2pay-sidecar", "wait", "--timeout"] and int(command[3]) == sidecar["startupProbe"]["failureThreshold"], command


@everywhere("each probe asks its path on the administration port")
def _(objects):
    for _ in of_kind(objects, "Deployment"):
        _, _, sidecar = sidecar_of(pod_of(objects))
        port = sidecar["ports"]
        assert len(port) == 1 and settings_of(sidecar)["Sidecar__Admin"] == f"http://*:{port[0]['containerPort']}", port
        for probe, path in {"startupProbe": "/startupz", "readinessProbe": "/readyz", "livenessProbe": "/livez"}.items():
            assert sidecar[probe]["httpGet"] == {"path": path, "port": port[0]["name"]}, sidecar[probe]


@everywhere("callers are served on loopback, and their port is published nowhere")
def _(objects):
    for _ in of_kind(objects, "Deployment"):
        pod = pod_of(objects)
        _, _, sidecar = sidecar_of(pod)
        listen = re.fullmatch(r"http://127\.0\.0\.1:(\d+)", settings_of(sidecar)["Sidecar__Listen"])
        assert listen, settings_of(sidecar)["Sidecar__Listen"]
        assert "Sidecar__AllowRemoteCallers" not in settings_of(sidecar)
        callers = int(listen[1])
        for document in objects:
            for key, value in keys_of(document):
                assert not (key in ("containerPort", "targetPort", "hostPort") and value == callers), f"{document['kind']}: {key} {value}"
            if document["kind"] == "NetworkPolicy":
                for rule in document["spec"]["ingress"]:
                    assert callers not in [port["port"] for port in rule["ports"]], rule
        others = [container for container in pod["spec"]["containers"] if container["name"] != "clik2pay-sidecar"]
        assert all(settings_of(container)["CLIK2PAY_BASE_URL"] == f"http://127.0.0.1:{callers}" for container in others) and others


@everywhere("the sidecar and the test's pod are hardened")
def _(objects):
    containers = [sidecar_of(pod_of(objects))[2] for _ in of_kind(objects, "Deployment")] + [document["spec"]["containers"][0] for document in of_kind(objects, "Pod")]
    for container in containers:
        assert container["securityContext"] == {
            "runAsNonRoot": True, "runAsUser": 1654, "runAsGroup": 1654, "readOnlyRootFilesystem": True, "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]}, "seccompProfile": {"type": "RuntimeDefault"}}, container["securityContext"]
        resources = container["resources"]
        assert set(resources["requests"]) == {"cpu", "memory"} and set(resources["limits"]) == {"memory"}, resources
    for document in objects:
        spec = document.get("spec", {})
        pod = spec.get("template", {}).get("spec") or (spec if document["kind"] == "Pod" else {})
        if pod and document["metadata"].get("labels", {}).get("app") is None:  # the example's pod is its own affair
            assert pod["automountServiceAccountToken"] is False, document["kind"]
        assert not {"hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace"} & set(pod), document["kind"]
        if document["kind"] == "ServiceAccount":
            assert document["automountServiceAccountToken"] is False


@everywhere("secrets are files of folders that are mounted whole, that any user of the container can read")
def _(objects):
    assert not [value for key, value in keys_of(objects) if key == "subPath"], "subPath does not follow a change"
    pods = [pod_of(objects)["spec"] for _ in of_kind(objects, "Deployment")] + [document["spec"] for document in of_kind(objects, "Pod")]
    for spec in pods:
        containers = (spec.get("initContainers") or []) + spec["containers"]
        volumes = {volume["name"]: volume for volume in spec["volumes"]}
        assert len(volumes) == len(spec["volumes"]), "a volume is there twice"
        mounted = {mount["name"] for container in containers for mount in container.get("volumeMounts") or []}
        assert mounted == set(volumes), f"mounted {mounted}, there are {set(volumes)}"
        container = next(container for container in containers if container["name"] in ("clik2pay-sidecar", "check"))
        files = {}
        for mount in container["volumeMounts"]:
            if mount["name"].startswith("clik2pay-"):
                assert mount["readOnly"] is True, mount
            secret = volumes[mount["name"]].get("secret")
            if secret:
                assert secret["defaultMode"] == 0o444, secret
                files |= {f"{mount['mountPath']}/{item['path']}": secret["secretName"] for item in secret["items"]}
        settings = settings_of(container)
        folder = settings["Clik2pay__CredentialsDirectory"]
        wanted = [f"{folder}/{name}" for name in ("username", "password", "api-key")] + [value for name, value in settings.items() if name.endswith("File")]
        assert sorted(wanted) == sorted(files), f"wanted {wanted}, there are {list(files)}"
        for container in containers:
            assert not [variable for variable in container["env"] if "valueFrom" in variable], "a variable out of a Secret"
            for mount in container.get("volumeMounts") or []:
                assert container["name"] in ("clik2pay-sidecar", "check") or mount["name"] in ("clik2pay-caller-token", "scratch"), f"{container['name']} mounts {mount['name']}"
        for secret in set(files.values()):
            ours = [document for document in of_kind(objects, "Secret") if document["metadata"]["name"] == secret]
            assert ours or not re.search("-(credentials|redis)$", secret) or secret in ("clik2pay-credentials",), f"nobody makes {secret}"


@everywhere("what runs as check is what runs as sidecar")
def _(objects):
    for _ in of_kind(objects, "Deployment"):
        sidecar, test = sidecar_of(pod_of(objects))[2], one(objects, "Pod")["spec"]["containers"][0]
        same = ("image", "imagePullPolicy", "workingDir", "env", "envFrom", "volumeMounts", "securityContext")
        assert {key: sidecar.get(key) for key in same} == {key: test.get(key) for key in same}
        assert test["args"] == ["check"] and "args" not in sidecar and "command" not in sidecar
        assert one(objects, "Pod")["metadata"]["annotations"]["helm.sh/hook"] == "test"


@everywhere("the grace period covers the app, the drain and the requests under way")
def _(objects):
    for _ in of_kind(objects, "Deployment"):
        pod = pod_of(objects)
        place, _, sidecar = sidecar_of(pod)
        drain, stop = (int(settings_of(sidecar)[f"Sidecar__{name}"]) for name in ("DrainSeconds", "StopTimeoutSeconds"))
        app = 60 if pod["metadata"]["labels"]["clik2pay-sidecar"] == "shop" else 30  # full-values.yaml, else the default
        least = app + drain + stop if place == "initContainers" else max(app, drain) + stop
        assert pod["spec"]["terminationGracePeriodSeconds"] >= least + 5, f"{pod['spec']['terminationGracePeriodSeconds']} for {app}, {drain} and {stop}"


@check("a plain container serves as long as the app may take to end, a native one ends after the app")
def _():
    for arguments, drain, grace in (([], 0, 55), (["--set", "nativeSidecar=false"], 30, 55), (["--set", "nativeSidecar=false,appStopSeconds=90"], 90, 115),
                                    (["--set", "drainSeconds=7"], 7, 62), (["--set", "drainSeconds=0,nativeSidecar=false"], 0, 55), (["--set", "drainSeconds=70,nativeSidecar=false"], 70, 95), (["--set", "appStopSeconds=0,stopTimeoutSeconds=0"], 0, 5)):
        pod = pod_of(template(CHART, *MINIMAL, *arguments))
        found = int(settings_of(sidecar_of(pod)[2])["Sidecar__DrainSeconds"]), pod["spec"]["terminationGracePeriodSeconds"]
        assert found == (drain, grace), f"{arguments}: {found}"


# ---- Secrets

CANARIES = {"credentials.inline.username": "canary-user", "credentials.inline.password": "canary-password", "credentials.inline.apiKey": "canary-key", "redis.connectionString": "canary-redis:6379"}
INLINE = [argument for key, value in CANARIES.items() for argument in ("--set", f"{key}={value}")]
TRIAL = ["--set", "environment=Sandbox,app.image=a", *INLINE]


def where_is(canary, objects):
    forms = {canary, base64.b64encode(canary.encode()).decode()}
    return [(document["kind"], document["metadata"]["name"]) for document in objects if any(form in text for _, text in strings(document) for form in forms)]


@check("inline secrets are in a Secret, in base64, and nowhere else")
def _():
    for chart, arguments in ((CHART, TRIAL), (SHOP, ["--set", UNDER + "credentials.existingSecret=", *(argument if argument == "--set" else UNDER + argument for argument in INLINE)])):
        objects = template(chart, *arguments)
        for key, canary in CANARIES.items():
            name = "pay-clik2pay-sidecar-" + ("redis" if key.startswith("redis") else "credentials")
            assert where_is(canary, objects) == [("Secret", name)], f"{key} is in {where_is(canary, objects)}"
        secrets = [document["data"] for document in of_kind(objects, "Secret")]
        assert sorted(base64.b64decode(value).decode() for data in secrets for value in data.values()) == sorted(CANARIES.values()), secrets
        assert {key for data in secrets for key in data} == {"username", "password", "api-key", "connection-string"}


@check("with an existing Secret nothing inline is rendered")
def _():
    objects = template(CHART, *TRIAL, "--set", "credentials.existingSecret=mine,redis.existingSecret=myredis")
    assert not of_kind(objects, "Secret")
    assert not [key for key, canary in CANARIES.items() if where_is(canary, objects)]
    names = {volume["name"]: volume["secret"]["secretName"] for volume in pod_of(objects)["spec"]["volumes"]}
    assert names == {"clik2pay-credentials": "mine", "clik2pay-redis": "myredis"}, names


@check("keys and names of Secrets are those that the values name")
def _():
    volume = pod_of(rendered("existing-secret"))["spec"]["volumes"][0]["secret"]
    assert volume["secretName"] == "pay-provider", volume
    assert {item["path"]: item["key"] for item in volume["items"]} == {"username": "CLIK2PAY_USER", "password": "CLIK2PAY_PASSWORD", "api-key": "CLIK2PAY_KEY"}, volume
    objects = template(CHART, *TRIAL, "--set", "credentials.keys.apiKey=KEY")
    assert set(one(objects, "Secret", "-credentials")["data"]) == {"username", "password", "KEY"}


@check("the checksum changes with the connection string of Redis, and with nothing else")
def _():
    def annotations(*arguments):
        return pod_of(template(CHART, *TRIAL, *arguments))["metadata"]["annotations"]
    before = annotations()
    assert len(before) == 1, before
    assert annotations("--set", "redis.connectionString=other:6379") != before
    for same in ("credentials.inline.password=other", "reverseProxy.Routes.a.ClusterId=clik2pay", "replicaCount=7", "commonLabels.a=b", "podMonitor.interval=10s"):
        assert annotations("--set", same) == before, same
    assert "annotations" not in pod_of(template(CHART, *MINIMAL))["metadata"], "there is nothing to watch"


@check("a change of routes or of inline credentials leaves the pods as they are")
def _():
    routes = ["-f", CHART / "ci/routes-values.yaml"]
    for arguments, change in ((routes, "reverseProxy.Routes.read.Match.Path=/open/v1/other"), (TRIAL, "credentials.inline.password=other")):
        before, after = template(CHART, *arguments), template(CHART, *arguments, "--set", change)
        assert before != after and one(before, "Deployment") == one(after, "Deployment"), change


# ---- Settings

@check("each setting reaches the sidecar")
def _():
    settings = settings_of(sidecar_of(pod_of(rendered("full")))[2])
    assert settings == {
        "Clik2pay__Environment": "Production", "Clik2pay__CredentialsDirectory": "/etc/clik2pay-sidecar/credentials", "Clik2pay__Scope": "", "Clik2pay__RefreshAt": "0.6",
        "Redis__ConnectionStringFile": "/etc/clik2pay-sidecar/redis/connection-string", "Redis__CaFile": "/etc/clik2pay-sidecar/redis-ca/ca.crt",
        "Sidecar__CallerTokenFile": "/etc/clik2pay-sidecar/caller-token/caller-token", "Sidecar__Listen": "http://127.0.0.1:8181", "Sidecar__Admin": "http://*:9191",
        "Sidecar__DrainSeconds": "5", "Sidecar__StopTimeoutSeconds": "30", "Sidecar__AllowQuit": "true", "Sidecar__LogFormat": "Text", "Sidecar__AccessLog": "true",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.monitoring.svc:4317", "OTEL_RESOURCE_ATTRIBUTES": "service.namespace=prod"}, settings
    custom = settings_of(sidecar_of(pod_of(rendered("custom-environment")))[2])
    assert (custom["Clik2pay__ApiBaseUrl"], custom["Clik2pay__TokenEndpoint"]) == ("http://simulator.test.svc:5080", "http://simulator.test.svc:5080/oauth2/token"), custom
    least = settings_of(sidecar_of(pod_of(rendered("minimal")))[2])
    assert not [name for name in least if name.startswith(("Redis__", "OTEL_")) or "Token" in name or "AllowQuit" in name or "ApiBaseUrl" in name], least


PROGRAM = REPOSITORY / "src/Clik2pay.Sidecar/bin/Debug/net10.0/clik2pay-sidecar.dll"


def container_of(objects, spec, container):
    """What starts the program as that container would: its folders lie in one of ours. An existing Secret holds "of another Secret" under each key."""
    if not PROGRAM.exists() or not shutil.which("dotnet"):
        raise Skip("the program is not built here: dotnet build")
    folder = pathlib.Path(tempfile.mkdtemp(dir=ROOT))
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    for mount in container["volumeMounts"]:
        place = pathlib.Path(f"{folder}{mount['mountPath']}")
        place.mkdir(parents=True)
        volume = volumes[mount["name"]]
        if "configMap" in volume:
            for name, text in one(objects, "ConfigMap", volume["configMap"]["name"])["data"].items():
                (place / name).write_text(text)
        else:
            secret = [document["data"] for document in of_kind(objects, "Secret") if document["metadata"]["name"] == volume["secret"]["secretName"]]
            for item in volume["secret"]["items"]:
                (place / item["path"]).write_text(base64.b64decode(secret[0][item["key"]]).decode() if secret else "of another Secret")
    settings = {name: value.replace("/etc/clik2pay-sidecar", f"{folder}/etc/clik2pay-sidecar") for name, value in settings_of(container).items()}
    return {"cwd": f"{folder}{container['workingDir']}", "env": {**os.environ, **settings}}


@check("the program takes settings and routes as they are in the pod")
def _():
    # Everything at once, with addresses at which nobody is.
    objects = template(CHART, *TRIAL, "-f", CHART / "ci/routes-values.yaml", "--set", "credentials.existingSecret=,environment=Custom,apiBaseUrl=http://127.0.0.1:9,tokenEndpoint=http://127.0.0.1:9/token",
                       "--set", "redis.connectionString=127.0.0.1:9,callerToken.existingSecret=caller,allowQuit=true,accessLog=true")
    spec = one(objects, "Pod")["spec"]
    place = container_of(objects, spec, spec["containers"][0])
    answer = subprocess.run(["dotnet", PROGRAM, *spec["containers"][0]["args"]], **place, capture_output=True, text=True, timeout=60)
    assert f"Custom, http://127.0.0.1:9/, routes of {place['cwd']}/proxy.json" in answer.stdout, answer.stdout + answer.stderr
    assert answer.returncode == 3 and "FAIL  Redis " in answer.stdout and "FAIL  token endpoint " in answer.stdout, answer.stdout  # looked for, and not there


@check("played with processes: postStart returns when the sidecar has started, probes say yes, the app is served, SIGTERM ends it with 0")
def _():
    def free_port():
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            return s.getsockname()[1]

    simulator, callers, admin = free_port(), free_port(), free_port()
    objects = template(CHART, "-f", CHART / "ci/inline-trial-values.yaml", "-f", CHART / "ci/routes-values.yaml", "--set", "credentials.existingSecret=,environment=Custom,callerToken.existingSecret=caller,nativeSidecar=false,drainSeconds=0",
                       "--set", f"apiBaseUrl=http://127.0.0.1:{simulator},tokenEndpoint=http://127.0.0.1:{simulator}/oauth2/token,ports.callers={callers},ports.admin={admin},reverseProxy.Routes.list.ClusterId=clik2pay,reverseProxy.Routes.list.Match.Path=/open/v1/payment-requests")
    pod = pod_of(objects)
    sidecar, app = sidecar_of(pod)[2], pod["spec"]["containers"][1]
    place = container_of(objects, pod["spec"], sidecar)
    started, log = [], open(ROOT / "sidecar.log", "w+")
    try:
        started.append(subprocess.Popen(["dotnet", PROGRAM, "simulate", "--urls", f"http://127.0.0.1:{simulator}"], stdout=log, stderr=log))
        started.append(subprocess.Popen(["dotnet", PROGRAM], **place, stdout=log, stderr=log))
        post_start = subprocess.run(["dotnet", PROGRAM, *sidecar["lifecycle"]["postStart"]["exec"]["command"][1:]], **place, capture_output=True, text=True, timeout=60)
        assert post_start.returncode == 0, post_start.stderr
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            address = f"http://127.0.0.1:{sidecar['ports'][0]['containerPort']}{sidecar[probe]['httpGet']['path']}"
            assert urllib.request.urlopen(address, timeout=5).status == 200, probe
        token = pathlib.Path(place["env"]["Sidecar__CallerTokenFile"]).read_text()
        call = urllib.request.Request(settings_of(app)["CLIK2PAY_BASE_URL"] + "/open/v1/payment-requests", headers={"Clik2pay-Sidecar-Token": token})
        assert "paymentRequests" in json.load(urllib.request.urlopen(call, timeout=10))
        started[1].terminate()
        assert started[1].wait(30) == 0
    except (AssertionError, OSError, subprocess.TimeoutExpired) as e:
        log.seek(0)
        raise AssertionError(f"{log.read()}\n{e}") from e
    finally:
        for process in started:
            process.kill()
            process.wait()
        log.close()


@check("the app of the chart gets what its values say")
def _():
    pod = pod_of(rendered("full"))
    app = pod["spec"]["containers"][0]
    assert app["image"] == "registry.example/shop:" + yaml.safe_load((CHART / "Chart.yaml").read_text())["appVersion"], app["image"]
    assert (app["command"], app["args"], app["imagePullPolicy"]) == (["/shop"], ["--listen=:8080"], "IfNotPresent")
    assert settings_of(app) == {"CLIK2PAY_BASE_URL": "http://127.0.0.1:8181", "CLIK2PAY_SIDECAR_TOKEN_FILE": "/etc/clik2pay-sidecar/caller-token/caller-token", "TZ": "America/Toronto"}
    assert app["envFrom"] == [{"secretRef": {"name": "pay-shop"}}]
    assert [mount["mountPath"] for mount in app["volumeMounts"]] == ["/etc/clik2pay-sidecar/caller-token", "/tmp"]
    assert app["resources"] and app["startupProbe"] and app["readinessProbe"] and app["livenessProbe"] and app["securityContext"]["runAsNonRoot"]
    spec = one(rendered("full"), "Deployment")["spec"]
    assert spec["replicas"] == 3 and pod["spec"]["serviceAccountName"] == "shop-pods" and pod["spec"]["securityContext"] == {"fsGroup": 2000}
    assert pod["spec"]["imagePullSecrets"] == [{"name": "registry"}] and pod["spec"]["nodeSelector"] == {"kubernetes.io/os": "linux"} and pod["spec"]["affinity"] and pod["spec"]["tolerations"]
    assert pod["spec"]["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"] == {"app.kubernetes.io/instance": "pay"}
    assert (pod["metadata"]["labels"]["cost-centre"], pod["metadata"]["labels"]["team"], pod["metadata"]["annotations"]) == ("pay", "payments", {"example.com/owner": "payments"})
    service = one(rendered("full"), "Service")
    assert service["spec"]["type"] == "LoadBalancer" and service["spec"]["ports"][0]["port"] == 8443 and service["metadata"]["annotations"] == {"example.com/class": "internal"}
    assert one(rendered("full"), "ServiceAccount")["metadata"]["annotations"] == {"example.com/role": "pay"}
    assert one(rendered("full"), "PodDisruptionBudget")["spec"]["maxUnavailable"] == "34%"
    sidecar = sidecar_of(pod)[2]
    assert sidecar["envFrom"] == [{"configMapRef": {"name": "pay-proxy"}}] and {"name": "scratch", "mountPath": "/scratch"} in sidecar["volumeMounts"]
    assert {document["metadata"]["name"] for document in of_kind(rendered("full"), "ConfigMap")} == {"shop-routes", "shop-dashboard", "pay-proxy", "pay-two"}


@check("common labels are on every object")
def _():
    for document in rendered("full"):
        assert document["metadata"].get("labels", {}).get("team") == "payments" or document["metadata"]["name"] in ("pay-proxy", "pay-two"), document["metadata"]


@check("a ServiceAccount is created, named, or the default one")
def _():
    for arguments, created, used in (([], True, "pay-clik2pay-sidecar"), (["--set", "serviceAccount.create=false"], False, "default"), (["--set", "serviceAccount.create=false,serviceAccount.name=mine"], False, "mine")):
        objects = template(CHART, *MINIMAL, *arguments)
        assert bool(of_kind(objects, "ServiceAccount")) == created and pod_of(objects)["spec"]["serviceAccountName"] == used, arguments


@check("the image's name is made of its parts")
def _():
    digest = "sha256:" + "0" * 64
    version = yaml.safe_load((CHART / "Chart.yaml").read_text())["appVersion"]
    for arguments, image in (("image.tag=", f"clik2pay-sidecar:{version}"), ("image.registry=ghcr.io,image.repository=o/c,image.tag=v9", "ghcr.io/o/c:v9"), (f"image.tag=v9,image.digest={digest}", f"clik2pay-sidecar@{digest}")):
        found = sidecar_of(pod_of(template(CHART, *MINIMAL, "--set", arguments)))[2]["image"]
        assert found == image, found
    assert sidecar_of(pod_of(rendered("the example")))[2]["image"] == f"clik2pay-sidecar:{version}", "the example's own version was taken"


@check("routes are JSON in a folder that is the working directory")
def _():
    objects = rendered("routes")
    data = one(objects, "ConfigMap", "-routes")["data"]
    routes = json.loads(data["proxy.json"])
    assert list(data) == ["proxy.json"] and routes == {"ReverseProxy": yaml.safe_load((CHART / "ci/routes-values.yaml").read_text())["reverseProxy"]}, routes
    sidecar = sidecar_of(pod_of(objects))[2]
    mount = next(mount for mount in sidecar["volumeMounts"] if mount["name"] == "clik2pay-routes")
    assert sidecar["workingDir"] == mount["mountPath"], sidecar["workingDir"]
    assert "workingDir" not in sidecar_of(pod_of(rendered("minimal")))[2]


@check("a chart that depends on this one gets no workload, and the same names as its templates use")
def _():
    objects = rendered("the example with all that its dependency can add")
    assert [document["metadata"]["name"] for document in of_kind(objects, "Deployment")] == ["pay"]
    assert not of_kind(objects, "Service", "ServiceAccount", "PodDisruptionBudget")
    spec = pod_of(objects)["spec"]
    assert next(volume for volume in spec["volumes"] if volume["name"] == "clik2pay-routes")["configMap"]["name"] == one(objects, "ConfigMap", "-routes")["metadata"]["name"]
    assert next(volume for volume in spec["volumes"] if volume["name"] == "clik2pay-redis")["secret"]["secretName"] == one(objects, "Secret", "-redis")["metadata"]["name"]
    assert pod_of(objects)["metadata"]["labels"]["calls"] == "Sandbox", "in what is marked tpl, .Values are the sidecar's"
    assert spec["imagePullSecrets"] == [{"name": "registry"}]
    assert one(objects, "Pod")["spec"]["imagePullSecrets"] == [{"name": "registry"}]


@check("the example's app has no credentials and mounts none")
def _():
    app = pod_of(rendered("the example"))["spec"]["containers"][0]
    assert settings_of(app) == {"CLIK2PAY_BASE_URL": "http://127.0.0.1:8080"} and not app.get("volumeMounts"), app


@check("the sidecar is the same for a chart that depends on this one and alone")
def _():
    alone, depending = pod_of(rendered("minimal")), pod_of(rendered("the example"))
    assert sidecar_of(alone)[2] == sidecar_of(depending)[2]
    assert alone["spec"]["volumes"] == depending["spec"]["volumes"]
    assert alone["spec"]["terminationGracePeriodSeconds"] == depending["spec"]["terminationGracePeriodSeconds"]


@check("the manifests of kustomize have the chart's sidecar")
def _():
    for overlay in ("sandbox", "production"):
        path = ROOT / f"rendered/kustomize-{overlay}.yaml"
        if not path.exists():
            raise Skip("not rendered, as kubectl is not installed")
        objects = list(yaml.safe_load_all(path.read_text()))
        pod, ours = pod_of(objects), pod_of(rendered("minimal"))
        place, _, sidecar = sidecar_of(pod)
        wanted = sidecar_of(ours)[2]
        same = ("restartPolicy", "ports", "startupProbe", "readinessProbe", "livenessProbe", "resources", "securityContext")
        assert place == "initContainers" and {key: sidecar[key] for key in same} == {key: wanted[key] for key in same}, overlay
        assert settings_of(sidecar).items() <= settings_of(wanted).items(), settings_of(sidecar)
        settings = one(objects, "ConfigMap")
        assert settings["data"]["Clik2pay__Environment"] == overlay.capitalize() and sidecar["envFrom"] == [{"configMapRef": {"name": settings["metadata"]["name"]}}]
        assert pod["spec"]["terminationGracePeriodSeconds"] == ours["spec"]["terminationGracePeriodSeconds"]
        assert {volume["secret"]["defaultMode"] for volume in pod["spec"]["volumes"]} == {0o444}
        assert not [key for key, _ in keys_of(objects) if key == "subPath"]
        mounts = {mount["name"]: mount["mountPath"] for mount in sidecar["volumeMounts"]}
        assert mounts.keys() == {volume["name"] for volume in pod["spec"]["volumes"]} and mounts["clik2pay-credentials"] == settings_of(sidecar)["Clik2pay__CredentialsDirectory"]
        if "Redis__ConnectionStringFile" in settings["data"]:
            assert settings["data"]["Redis__ConnectionStringFile"] == mounts["clik2pay-redis"] + "/connection-string"
        for secret in of_kind(objects, "Secret"):
            assert secret["metadata"]["name"] == "clik2pay-credentials" and set(secret["data"]) == {"username", "password", "api-key"}, secret


# ---- Monitoring and network

ALERTS = {rule["alert"]: rule for group in yaml.safe_load((REPOSITORY / "observability/alerts.yaml").read_text())["groups"] for rule in group["rules"]}


def rules_of(objects):
    return {rule["alert"]: rule for group in one(objects, "PrometheusRule")["spec"]["groups"] for rule in group["rules"]}


@check("all alerts are in the PrometheusRule, word for word")
def _():
    assert len(ALERTS) == 14, len(ALERTS)
    rules = rules_of(template(CHART, *OPERATOR, "--set", "prometheusRule.enabled=true"))
    assert rules == ALERTS
    assert all("{{ $labels." in rule["annotations"]["description"] for rule in rules.values())


@check("alerts get the runbook's address and labels, and can be left out")
def _():
    rules = rules_of(rendered("pod-monitor"))
    assert set(ALERTS) - set(rules) == {"Clik2paySidecarRequestsRefused"} and set(rules) < set(ALERTS)
    for name, rule in rules.items():
        assert rule["annotations"]["runbook_url"] == f"https://git.example/clik2pay-sidecar/blob/main/docs/runbook.md#{name.lower()}", rule["annotations"]
        assert rule["labels"] == {**ALERTS[name]["labels"], "team": "payments"} and rule["expr"] == ALERTS[name]["expr"]
    assert one(rendered("pod-monitor"), "PrometheusRule")["metadata"]["labels"]["release"] == "kube-prometheus-stack"
    without = template(CHART, *OPERATOR, "--set", "prometheusRule.enabled=true,prometheusRule.disabled={Clik2paySidecarRedisUnavailable,Clik2paySidecarForeignValueInRedis}")
    assert all(group["rules"] for group in one(without, "PrometheusRule")["spec"]["groups"]), "a group without rules"


@check("monitors scrape /metrics under a job that the alerts find, each release its own")
def _():
    pattern = re.search(r'up\{job=~"([^"]+)"', ALERTS["Clik2paySidecarDown"]["expr"])[1]
    for arguments, job in (([], "pay-clik2pay-sidecar"), (["--set", "fullnameOverride=till"], "till-clik2pay-sidecar")):
        for kind, endpoints in (("PodMonitor", "podMetricsEndpoints"), ("ServiceMonitor", "endpoints")):
            key = kind[0].lower() + kind[1:]
            monitor = one(template(CHART, *MINIMAL, *OPERATOR, "--set", f"{key}.enabled=true,{key}.interval=15s,{key}.labels.release=prom", *arguments), kind)
            endpoint = monitor["spec"][endpoints][0]
            assert (endpoint["path"], endpoint["interval"], monitor["metadata"]["labels"]["release"]) == ("/metrics", "15s", "prom")
            assert endpoint["relabelings"] == [{"targetLabel": "job", "replacement": job}] and re.fullmatch(pattern, job), endpoint


@check("the dashboard is the repository's, with the label that Grafana looks for")
def _():
    dashboard = one(rendered("monitoring-only"), "ConfigMap", "-dashboard")
    assert json.loads(dashboard["data"]["clik2pay-sidecar.json"]) == json.loads((REPOSITORY / "observability/grafana-dashboard.json").read_text())
    assert dashboard["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert one(rendered("pod-monitor"), "ConfigMap", "-dashboard")["metadata"]["annotations"] == {"grafana_folder": "Payments"}
    assert {document["kind"] for document in rendered("monitoring-only")} == {"ConfigMap", "PrometheusRule"}


@check("the NetworkPolicy lets out DNS, 443 and Redis, and in the app and the administration port")
def _():
    policy = one(rendered("network-policy"), "NetworkPolicy")["spec"]
    peer = lambda name: [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}]
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert policy["ingress"] == [
        {"ports": [{"port": 3000, "protocol": "TCP"}], "from": peer("ingress")},
        {"ports": [{"port": 9090, "protocol": "TCP"}], "from": peer("monitoring")}], policy["ingress"]
    assert policy["egress"] == [
        {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]},
        {"ports": [{"port": 443, "protocol": "TCP"}]},
        {"ports": [{"port": 6380, "protocol": "TCP"}], "to": peer("cache")},
        {"to": [{"podSelector": {"matchLabels": {"app": "database"}}}], "ports": [{"port": 5432, "protocol": "TCP"}]}], policy["egress"]
    least = one(template(CHART, *MINIMAL, "--set", "networkPolicy.enabled=true"), "NetworkPolicy")["spec"]
    assert [port["port"] for rule in least["ingress"] for port in rule["ports"]] == [9090]
    assert [port["port"] for rule in least["egress"] for port in rule["ports"]] == [53, 53, 443]
    more = one(template(CHART, *MINIMAL, "--set", "networkPolicy.enabled=true,networkPolicy.extraIngress[0].from[0].podSelector.matchLabels.a=b,networkPolicy.providerTo[0].ipBlock.cidr=10.0.0.0/8"), "NetworkPolicy")["spec"]
    assert more["ingress"][1:] == [{"from": [{"podSelector": {"matchLabels": {"a": "b"}}}]}] and more["egress"][1]["to"] == [{"ipBlock": {"cidr": "10.0.0.0/8"}}]


# ---- What is refused

@check("each mistake is refused with its remedy")
def _():
    base = {"environment": "Sandbox", "app.image": "a", "credentials.existingSecret": "s"}
    for change, sentence, *more in (
        ({"environment": ""}, "environment: say whom to call: Sandbox, Production or Custom."),
        ({"environment": "Custom"}, "environment: with Custom say where API and token endpoint are: set apiBaseUrl and tokenEndpoint."),
        ({"environment": "Custom", "apiBaseUrl": "https://a.example"}, "environment: with Custom say where API and token endpoint are"),
        ({"apiBaseUrl": "https://a.example"}, "apiBaseUrl, tokenEndpoint: Sandbox has addresses of its own; leave both out, or set environment to Custom."),
        ({"credentials.existingSecret": ""}, "credentials: none are given; set credentials.existingSecret"),
        ({"credentials.existingSecret": "", "credentials.inline.username": "u"}, "credentials.inline: password and apiKey is missing; give all three"),
        ({"redis.caSecret": "ca"}, "redis.caSecret: it has no effect without a Redis; set redis.existingSecret, or leave it out."),
        ({}, "nativeSidecar: Kubernetes v1.27.9 has no native sidecars (1.29 and newer have); set nativeSidecar=false for a plain container.", "--kube-version", "1.27.9"),
        ({}, "chart requires kubeVersion: >=1.25.0-0", "--kube-version", "1.24.0"),
        ({"app.port": "8080"}, "ports.callers, ports.admin and app.port must differ (8080, 9090, 8080)"),
        ({"ports.callers": "9090"}, "ports.callers, ports.admin and app.port must differ (9090, 9090); give ports.callers or ports.admin another."),
        ({"podMonitor.enabled": "true"}, "podMonitor.enabled: this cluster has no monitoring.coreos.com/v1; install the Prometheus operator first, or leave it off"),
        ({"serviceMonitor.enabled": "true"}, "serviceMonitor.enabled: this cluster has no monitoring.coreos.com/v1"),
        ({"prometheusRule.enabled": "true"}, "prometheusRule.enabled: this cluster has no monitoring.coreos.com/v1"),
        ({"podMonitor.enabled": "true", "serviceMonitor.enabled": "true"}, "serviceMonitor.enabled: with podMonitor.enabled each sidecar would be scraped and counted twice", *OPERATOR),
        ({"prometheusRule.enabled": "true", "prometheusRule.disabled[0]": "Clik2paySidecarTypo"}, "prometheusRule.disabled: there is no alert Clik2paySidecarTypo; there are Clik2paySidecarTokenNotRefreshed, ", *OPERATOR),
        ({"app.image": ""}, "app.image: name the image of your app"),
        ({"app.image": "", "dashboard.enabled": "true", "podDisruptionBudget.enabled": "true"}, "podDisruptionBudget.enabled: there is no workload of this chart (app.image)"),
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
    (umbrella / "Chart.yaml").write_text("{apiVersion: v2, name: umbrella, version: 1.0.0, dependencies: [{name: shop, version: 1.0.0, repository: 'file://../examples/helm/shop'}]}")
    answer = helm("dependency", "build", umbrella)
    assert answer.returncode == 0, answer.stderr
    assert pod_of(template(umbrella, "--set", "shop.clik2pay-sidecar.accessLog=true"))

    probe = umbrella / "templates/probe.yaml"
    for text, sentence in (
        ('{{ include "clik2pay-sidecar.volumes" .Values }}', "clik2pay-sidecar.volumes: include it with the chart's context: `$`, or `.` outside of range and with."),
        ('{{ range list 1 }}{{ include "clik2pay-sidecar.container" . }}{{ end }}', "clik2pay-sidecar.container: include it with the chart's context"),
        ('{{ include "clik2pay-sidecar.volumes" . }}', "umbrella does not depend on the chart clik2pay-sidecar under this name"),
    ):
        probe.write_text(text)
        assert sentence in refusal(umbrella), text


def paths_of(schema):
    """The path of each object of the schema that names its keys."""
    def walk(node, path):
        if "properties" in node:
            yield path
            for key, value in node["properties"].items():
                yield from walk(value, [*path, key])
    return list(walk(schema, []))


@check("a misspelt key is refused by its name, wherever it is, here and under the example")
def _():
    for path in paths_of(json.loads((CHART / "values.schema.json").read_text())):
        misspelt = ".".join([*path, "misspelt"])
        for chart, prefix in ((CHART, ""), (SHOP, UNDER)):
            said = refusal(chart, "--set", f"{prefix}{misspelt}=1")
            assert re.search(r"Additional property misspelt is not allowed|additional propert.*'misspelt'", said), f"{prefix}{misspelt}: {said}"


@check("a value of the wrong kind is refused")
def _():
    for change, named in (("environment=Prod", "environment"), ("logFormat=json", "logFormat"), ("drainSeconds=-1", "drainSeconds"), ("drainSeconds=soon", "drainSeconds"), ("stopTimeoutSeconds=3601", "stopTimeoutSeconds"), ("startSeconds=0", "startSeconds"), ("ports.admin=70000", "admin"), ("image.digest=abc", "digest"),
                          ("image.registry=ghcr.io/", "registry"), ("nativeSidecar=yes", "nativeSidecar"), ("podMonitor.interval=often", "interval"), ("fullnameOverride=" + "x" * 52, "fullnameOverride"), ("apiBaseUrl=https://a.example/v1", "apiBaseUrl"), ("extraEnv.A=b", "extraEnv"), ("reverseProxy.Roots.a=b", "Roots")):
        assert named in refusal(CHART, *MINIMAL, "--set", change), change


@check("values that charts above set for all are allowed")
def _():
    template(CHART, *MINIMAL, "--set", "global.imageRegistry=r")


# ---- What is said

@check("NOTES.txt says what was installed, and warns")
def _():
    def notes(chart, *arguments):
        answer = helm("install", "pay", chart, "-n", "prod", "--dry-run=client", *arguments)
        if "cluster unreachable" in answer.stderr.lower():
            raise Skip("this helm shows them only with a cluster")
        assert answer.returncode == 0, answer.stderr
        assert "\nNOTES:\n" in answer.stdout, "there are none"
        return answer.stdout.split("\nNOTES:\n")[1]

    least = notes(CHART, *MINIMAL)
    assert "runs registry.example/shop:1.0 with a Clik2pay sidecar beside it (a native sidecar), for Sandbox." in least and "helm test pay -n prod --logs" in least, least
    assert "-l clik2pay-sidecar=pay-clik2pay-sidecar" in least and "WARNING" not in least, least
    trial = notes(CHART, *TRIAL)
    assert "WARNING: the credentials are in the values of this release" in trial and not [canary for canary in CANARIES.values() if canary in trial], trial
    assert "The NetworkPolicy covers the whole pod, and app.port is not set" in notes(CHART, *MINIMAL, "--set", "networkPolicy.enabled=true")
    only = notes(CHART, "--set", "dashboard.enabled=true")
    assert "Installed are a dashboard, and no sidecar" in only and "helm test" not in only, only


# ---- What is written twice is the same

def compare(path, wanted):
    if UPDATE:
        path.parent.mkdir(exist_ok=True)
        path.write_text(wanted)
    found = path.read_text() if path.exists() else ""
    if found != wanted:
        difference = list(difflib.unified_diff(found.splitlines(), wanted.splitlines(), str(path.relative_to(REPOSITORY)), "as it is now", lineterm=""))
        raise AssertionError("\n".join(difference[:80]) + "\nIf that is what you want: tests/charts.sh --update")


@check("the chart has the project's version, and the example depends on it")
def _():
    version = re.search(r"<Version>(.+)</Version>", (REPOSITORY / "Directory.Build.props").read_text())[1]
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert (chart["version"], chart["appVersion"]) == (version, version), chart
    assert yaml.safe_load((SHOP / "Chart.yaml").read_text())["dependencies"][0]["version"] == version


def documented():
    """Key, default and comment of each `# -- ` in values.yaml."""
    text = (CHART / "values.yaml").read_text()
    values, stack, comment = yaml.safe_load(text), [], None
    for line in text.splitlines():
        if line.strip().startswith("# -- "):
            comment = line.strip()[5:]
        elif match := re.match(r"( *)([A-Za-z]\w*):", line):
            stack = [*stack[:len(match[1]) // 2], match[2]]
            if comment:
                value = values
                for key in stack:
                    value = value[key]
                yield ".".join(stack), value, comment
            comment = None


@check("every value has a say")
def _():
    schema = json.loads((CHART / "values.schema.json").read_text())
    candidates = {
        "boolean": [True, False],
        "integer": [7],
        "number": [0.5],
        "string": ["x", "https://x.example", "7s", "7%", "sha256:" + "7" * 64],
        "object": [{"x": "y"}, {"Routes": {"x": {}}}],
        "array": [[{"name": "x"}], ["Clik2paySidecarDown"], [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}]],
    }

    def values_for(key):
        *path, name = key.split(".")
        node = next_of(schema, path)["properties"][name]
        node = schema["definitions"][node["$ref"].rpartition("/")[2]] if "$ref" in node else node
        kinds = node.get("type", [])
        return node.get("enum") or [value for kind in ([kinds] if isinstance(kinds, str) else kinds) for value in candidates.get(kind, [])]

    def differs(key):
        for render, before in renders.items():
            if any(text(*RENDERS[render][1], "--set-json", f"{key}={json.dumps(value)}") not in ("", before) for value in values_for(key)):
                return True
        return False

    def text(*arguments):
        return helm("template", "pay", CHART, *OPERATOR, *arguments).stdout

    renders = {render: text(*RENDERS[render][1]) for render in ("full", "inline-trial", "custom-environment", "service-monitor", "redis-inline")}
    assert all(renders.values())
    mute = [key for key, _, _ in documented() if not differs(key)]
    assert not mute, f"nothing changes with {mute}"


@check("every value is commented, in the schema and in the README's table")
def _():
    def leaves(node, path=()):
        for key, value in node.items():
            yield from leaves(value, (*path, key)) if isinstance(value, dict) and value else [".".join((*path, key))]

    values = yaml.safe_load((CHART / "values.yaml").read_text())
    rows = list(documented())
    keys = {key for key, _, _ in rows}
    for leaf in leaves(values):
        assert any(leaf == key or leaf.startswith(key + ".") for key in keys), f"{leaf} has no comment `# -- `"

    schema = json.loads((CHART / "values.schema.json").read_text())
    named = {".".join([*path, key]) for path in paths_of(schema) for key in next_of(schema, path)["properties"]}
    missing = {key for key in keys if key not in named}
    assert not missing, f"not in the schema: {missing}"
    extra = {key for key in named if key not in keys and not any(other.startswith(key + ".") or key.startswith(other + ".") for other in keys)} - {"global"}
    assert not extra, f"in the schema only: {extra}"

    table = "".join(f"| `{key}` | {default(value)} | {comment.replace('|', chr(92) + '|')} |\n" for key, value, comment in rows)
    readme = REPOSITORY / "charts/clik2pay-sidecar/README.md"
    head, _, rest = readme.read_text().partition("| key | default | |\n|---|---|---|\n")
    tail = rest[rest.index("\n\n") + 1:] if "\n\n" in rest else ""
    compare(readme, f"{head}| key | default | |\n|---|---|---|\n{table}{tail}")


def next_of(schema, path):
    for key in path:
        schema = schema["properties"][key]
    return schema


def default(value):
    if value in ("", None, [], {}):
        return ""
    return f"`{json.dumps(value)}`" if not isinstance(value, dict) else "see values.yaml"


@check("the README shows the example's template as it is, but for its comments")
def _():
    template = "".join(line for line in (SHOP / "templates/deployment.yaml").read_text().splitlines(keepends=True) if not re.match(r" *\{\{- /\*", line))
    shown = (CHART / "README.md").read_text().partition("<!-- same: shop -->\n```yaml\n")[2].partition("```")[0]
    assert shown == template, "\n".join(difflib.unified_diff(template.splitlines(), shown.splitlines(), "example", "README", lineterm=""))


@check("the guide's table of times is what the chart computes")
def _():
    guide = (REPOSITORY / "docs/kubernetes.md").read_text()
    for arguments, column in (([], 0), (["--set", "nativeSidecar=false"], 1)):
        pod = pod_of(template(CHART, *MINIMAL, *arguments))
        settings = settings_of(sidecar_of(pod)[2])
        for row, value in (("terminationGracePeriodSeconds", pod["spec"]["terminationGracePeriodSeconds"]), ("drainSeconds", settings["Sidecar__DrainSeconds"]), ("stopTimeoutSeconds", settings["Sidecar__StopTimeoutSeconds"])):
            cells = re.search(rf"^\| `{row}`[^|]*\|([^|]*)\|([^|]*)\|$", guide, flags=re.M)
            assert str(value) in re.findall(r"\d+", cells[1 + column]), f"{row}: {cells[1 + column]} is not {value}"


def golden(name, objects):
    documents = [yaml.safe_dump(document, sort_keys=True, width=140) for document in sorted(objects, key=lambda document: (document["kind"], document["metadata"]["name"]))]
    compare(REPOSITORY / "tests/charts/golden" / f"{name}.yaml", "---\n".join(documents))


# By content, not by byte: versions of helm quote and sort in their own ways. Dashboard and alerts have checks of their own.
@check("golden: minimal")
def _():
    golden("minimal", rendered("minimal"))


@check("golden: full")
def _():
    golden("full", [document for document in rendered("full") if document["kind"] != "PrometheusRule" and not document["metadata"]["name"].endswith("-dashboard")])


@check("golden: the example")
def _():
    golden("shop", rendered("the example"))


@check("golden: the example with a plain container")
def _():
    golden("shop-plain", rendered("the example with a plain container on 1.27"))


for name, function in CHECKS:
    try:
        function()
        print(f"passed {name}")
    except Skip as e:
        print(f"skipped {name} ({e})")
    except Exception as e:  # a missing key is a failed check too
        print(e if isinstance(e, AssertionError) else f"{type(e).__name__}: {e}")
        print(f"failed {name}")
