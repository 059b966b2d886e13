"""Checks what platform teams configure: registries, autoscaling, monitors, and ports."""
import json
import re
import shutil

import yaml

from chart import (
    CHART,
    MINIMAL,
    OPERATOR,
    REPOSITORY,
    ROOT,
    SHOP,
    UNDER,
    check,
    error_of,
    everywhere,
    keys_of,
    of_kind,
    one,
    pod_of,
    rendered,
    settings_of,
    sidecar_of,
    template,
)


@check("an autoscaler or replicaCount=null leaves the number of replicas to the cluster, and replicaCount=0 does not")
def _():
    objects = rendered("autoscaling")
    assert "replicas" not in one(objects, "Deployment")["spec"]
    scaler = one(objects, "HorizontalPodAutoscaler")
    name = one(objects, "Deployment")["metadata"]["name"]
    assert scaler["spec"]["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
    assert (scaler["spec"]["minReplicas"], scaler["spec"]["maxReplicas"]) == (2, 60)
    assert scaler["spec"]["metrics"][0]["containerResource"]["container"] in [
        container["name"] for container in pod_of(objects)["spec"]["containers"]
    ], scaler["spec"]["metrics"]
    for value, expected in (("null", None), ("0", 0), ("9", 9)):
        objects = template(CHART, *MINIMAL, "--set", f"replicaCount={value}")
        assert one(objects, "Deployment")["spec"].get("replicas") == expected, value
        assert not of_kind(objects, "HorizontalPodAutoscaler")


@check("invalid values for autoscaling fail with a message that names the remedy")
def _():
    for arguments, expected in (
        ([*MINIMAL, "--set", "autoscaling.enabled=true,autoscaling.maxReplicas=1"], "minReplicas is 2 and maxReplicas is 1."),
        (["--set", "autoscaling.enabled=true,dashboard.enabled=true"], "autoscaling.enabled: this chart has no workload (app.image)."),
    ):
        assert expected in error_of(CHART, *arguments), expected


@check("global.imageRegistry replaces the registry of the sidecar, and global.imagePullSecrets adds Secrets")
def _():
    pod = pod_of(rendered("autoscaling"))
    version = re.search(r"^appVersion: (.+)$", (CHART / "Chart.yaml").read_text(), flags=re.M)[1]
    assert sidecar_of(pod)[2]["image"] == f"mirror.example/clik2pay-sidecar:{version}", sidecar_of(pod)[2]["image"]
    assert pod["spec"]["imagePullSecrets"] == [{"name": "mirror"}, {"name": "registry"}], pod["spec"]["imagePullSecrets"]
    app = pod_of(
        template(SHOP, "--set", f"global.imageRegistry=mirror.example,global.imagePullSecrets[0].name=mirror,{UNDER}image.tag=v1")
    )
    assert sidecar_of(app)[2]["image"] == "mirror.example/clik2pay-sidecar:v1" and app["spec"]["imagePullSecrets"] == [{"name": "mirror"}]


@check("the strategy, the time until a pod counts as available, and the priority class reach the workload")
def _():
    spec = one(rendered("autoscaling"), "Deployment")["spec"]
    assert spec["strategy"] == {"rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 0}}, spec["strategy"]
    assert spec["minReadySeconds"] == 10 and spec["template"]["spec"]["priorityClassName"] == "payments"
    least = one(rendered("minimal"), "Deployment")["spec"]
    assert not {"strategy", "minReadySeconds"} & set(least) and "priorityClassName" not in least["template"]["spec"]


@check("monitors get the timeout, the limit and the relabelings")
def _():
    for kind, endpoints in (("PodMonitor", "podMetricsEndpoints"), ("ServiceMonitor", "endpoints")):
        key = kind[0].lower() + kind[1:]
        values = f"{key}.enabled=true,{key}.scrapeTimeout=10s,{key}.sampleLimit=2000,{key}.metricRelabelings[0].action=drop"
        relabeling = f"{key}.relabelings[0].targetLabel=cluster,{key}.relabelings[0].replacement=east"
        monitor = one(template(CHART, *MINIMAL, *OPERATOR, "--set", values, "--set", relabeling), kind)
        endpoint = monitor["spec"][endpoints][0]
        assert endpoint["scrapeTimeout"] == "10s" and monitor["spec"]["sampleLimit"] == 2000, monitor
        assert endpoint["relabelings"][:-1] == [{"targetLabel": "cluster", "replacement": "east"}], endpoint
        assert endpoint["relabelings"][-1]["targetLabel"] == "job", "A rule after that of the job could change it."
        assert endpoint["metricRelabelings"] == [{"action": "drop"}], endpoint
        least = one(template(CHART, *MINIMAL, *OPERATOR, "--set", f"{key}.enabled=true"), kind)["spec"]
        assert "sampleLimit" not in least and not {"scrapeTimeout", "metricRelabelings"} & set(least[endpoints][0]), least


# Without the protocol, a server-side diff (Argo CD) reports a difference, because the protocol is part of the key of a port.
@everywhere("each port of a container, a Service and a NetworkPolicy has a protocol")
def _(objects):
    for key, value in keys_of(objects):
        if key == "ports":
            assert all("protocol" in port for port in value), value


@check("the NetworkPolicy allows DNS at other ports and destinations, and the Sentinels")
def _():
    egress = one(rendered("autoscaling"), "NetworkPolicy")["spec"]["egress"]
    assert egress[0] == {
        "ports": [{"port": 5353, "protocol": "UDP"}, {"port": 5353, "protocol": "TCP"}],
        "to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "openshift-dns"}}}],
    }, egress[0]
    assert egress[2] == {"ports": [{"port": 6379, "protocol": "TCP"}, {"port": 26379, "protocol": "TCP"}]}, egress[2]


@check("a released chart uses the digest of its image, unless the values contain a tag or another digest")
def _():
    released = ROOT / "released"
    shutil.copytree(CHART, released, dirs_exist_ok=True)
    metadata = yaml.safe_load((released / "Chart.yaml").read_text())
    metadata["annotations"]["imageDigest"] = "sha256:" + "a" * 64
    (released / "Chart.yaml").write_text(yaml.safe_dump(metadata))
    for values, expected in (
        ("", "clik2pay-sidecar@sha256:" + "a" * 64),
        ("image.tag=v1", "clik2pay-sidecar:v1"),
        ("image.digest=sha256:" + "b" * 64, "clik2pay-sidecar@sha256:" + "b" * 64),
        (f"image.tag=v1,image.digest=sha256:{'b' * 64}", "clik2pay-sidecar@sha256:" + "b" * 64),
    ):
        image = sidecar_of(pod_of(template(released, *MINIMAL, "--set", values)))[2]["image"]
        assert image.endswith(expected), f"{values}: {image}"
    workflow = (REPOSITORY / ".github/workflows/release.yml").read_text()
    assert ".annotations.imageDigest = strenv(DIGEST)" in workflow, "The release does not add the digest to Chart.yaml."


@check("with sockets, the app gets the path of its listener and mounts only the folder of its own socket, read-only")
def _():
    pod = pod_of(rendered("socket"))
    sidecar, app = sidecar_of(pod)[2], pod["spec"]["containers"][0]
    settings = settings_of(sidecar)
    assert settings["Sidecar__Listen"] == "http://unix:/run/clik2pay/default/sidecar.sock", settings
    assert settings["Sidecar__Listeners__pop-up__Address"] == "http://unix:/run/clik2pay/pop-up/pop-up.sock", settings
    assert settings["Sidecar__SocketMode"] == "0666", settings
    values = settings_of(app)
    assert (values["CLIK2PAY_BASE_URL"], values["CLIK2PAY_SOCKET"]) == ("http://localhost", "/run/clik2pay/pop-up/pop-up.sock"), values
    mounts = lambda container: [
        (mount["name"], mount["mountPath"], mount["readOnly"]) for mount in container["volumeMounts"] if "socket" in mount["name"]
    ]
    folders = {name: (f"clik2pay-socket-{name}", f"/run/clik2pay/{name}") for name in ("default", "pop-up")}
    assert mounts(sidecar) == [(*folder, False) for folder in folders.values()], sidecar["volumeMounts"]
    assert mounts(app) == [(*folders["pop-up"], True)], app["volumeMounts"]
    for name, _ in folders.values():
        assert {"name": name, "emptyDir": {}} in pod["spec"]["volumes"]
    tcp = pod_of(template(CHART, *MINIMAL, "--set", "listeners.till.port=8082,app.listener=till"))["spec"]["containers"][0]
    assert settings_of(tcp) == {"CLIK2PAY_BASE_URL": "http://127.0.0.1:8082"} and not tcp.get("volumeMounts"), tcp


@check("invalid listeners fail with a message that names the remedy")
def _():
    for values, expected in (
        ("listeners.a.port=1,listeners.a.socket=a.sock", "listeners.a: port and socket are both set. Keep only one of them."),
        ("listeners.a.profile=default", "listeners.a: set port, or socket for a Unix socket."),
        ("app.listener=a", "app.listener: there is no listener a. Use the name of a listener in listeners, or remove this value."),
        ("app.listener=a,listeners.a.address=http://unix:/x/y", "Set its socket instead of address."),
    ):
        assert expected in error_of(CHART, *MINIMAL, "--set", values), f"{values}: {error_of(CHART, *MINIMAL, '--set', values)}"


@check("routes by rollout are an annotation of the pod, which a volume turns into proxy.json")
def _():
    objects = rendered("socket")
    assert not [document for document in of_kind(objects, "ConfigMap") if document["metadata"]["name"].endswith("-routes")]
    for pod in (pod_of(objects), one(objects, "Pod")):
        routes = json.loads(pod["metadata"]["annotations"]["clik2pay-sidecar-routes"])["ReverseProxy"]["Routes"]
        assert routes["payment-requests"]["Match"] == {"Path": "/open/v1/payment-requests/{**rest}"}, routes
        volume = next(volume for volume in pod["spec"]["volumes"] if volume["name"] == "clik2pay-routes")
        field = {"fieldPath": "metadata.annotations['clik2pay-sidecar-routes']"}
        assert volume["downwardAPI"] == {"items": [{"path": "proxy.json", "fieldRef": field}]}, volume


@check("resource attributes come from the downward API and from the values")
def _():
    environment = sidecar_of(pod_of(rendered("socket")))[2]["env"]
    fields = {variable["name"]: variable["valueFrom"]["fieldRef"]["fieldPath"] for variable in environment if "valueFrom" in variable}
    assert fields == {
        "K8S_NAMESPACE_NAME": "metadata.namespace",
        "K8S_NODE_NAME": "spec.nodeName",
        "K8S_POD_NAME": "metadata.name",
        "K8S_POD_UID": "metadata.uid",
    }, fields
    names = [variable["name"] for variable in environment]
    last = names.index("OTEL_RESOURCE_ATTRIBUTES")
    assert all(names.index(name) < last for name in fields), "Kubernetes would not replace the variables."
    attributes = dict(item.split("=") for item in settings_of({"env": environment})["OTEL_RESOURCE_ATTRIBUTES"].split(","))
    assert attributes == {
        "k8s.namespace.name": "$(K8S_NAMESPACE_NAME)",
        "k8s.node.name": "$(K8S_NODE_NAME)",
        "k8s.pod.name": "$(K8S_POD_NAME)",
        "k8s.pod.uid": "$(K8S_POD_UID)",
        "k8s.container.name": "clik2pay-sidecar",
        "service.namespace": "prod",
    }, attributes
