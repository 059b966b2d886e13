"""Checks what platform teams configure: registries, autoscaling, monitors, and ports."""
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
        ([*MINIMAL, "--set", "autoscaling.enabled=true,autoscaling.maxReplicas=1"], "minReplicas is 2 and maxReplicas is 1. Set maxReplicas to"),
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
        template(SHOP, "--set", "global.imageRegistry=mirror.example,global.imagePullSecrets[0].name=mirror", "--set", f"{UNDER}image.tag=v1")
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
        assert endpoint["relabelings"][1:] == [{"targetLabel": "cluster", "replacement": "east"}], endpoint
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
