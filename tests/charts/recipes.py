"""Checks the values for meshes, OpenShift and Argo CD, and the umbrella chart, in their files and in the guides that show them."""
import re
import shutil

import yaml

from chart import (
    CHART,
    OPERATOR,
    REPOSITORY,
    ROOT,
    SHOP,
    UNDER,
    check,
    json_arguments,
    keys_of,
    of_kind,
    one,
    pod_of,
    rendered,
    sidecar_of,
    template,
)

GUIDES = REPOSITORY / "docs/how-to"
UMBRELLA = ROOT / "examples/helm/umbrella"


def block(page, mark):
    """Returns the YAML after a mark such as `manifest: application`."""
    text = (GUIDES / page).read_text().partition(f"<!-- {mark} -->\n```yaml\n")[2].partition("```")[0]
    assert text, f"{page} has no block {mark}"
    return yaml.safe_load(text)


@check("the guides show the values files without their first comment")
def _():
    found = 0
    for page in ("service-mesh.md", "openshift.md", "argo-cd.md"):
        for path, shown in re.findall(r"<!-- same: (\S+) -->\n```yaml\n(.*?)```", (GUIDES / page).read_text(), flags=re.S):
            wanted = re.sub(r"\A(#.*\n)+", "", (REPOSITORY / path).read_text())
            assert shown == wanted, f"{page} does not show {path}"
            found += 1
    assert found == 4, found


@check("meshes do not intercept the port of probes and metrics, and their proxy is a native sidecar")
def _():
    for render, exclude, native in (
        ("istio", "traffic.sidecar.istio.io/excludeInboundPorts", "sidecar.istio.io/nativeSidecar"),
        ("linkerd", "config.linkerd.io/skip-inbound-ports", "config.beta.linkerd.io/proxy-enable-native-sidecar"),
    ):
        pod = pod_of(rendered(render))
        sidecar, annotations = sidecar_of(pod)[2], pod["metadata"]["annotations"]
        assert annotations[exclude] == str(sidecar["ports"][0]["containerPort"]) and annotations[native] == "true", annotations
        # With the gate `token`, the pod could wait for a proxy that starts later.
        assert sidecar["startupProbe"]["httpGet"]["path"] == "/livez", sidecar["startupProbe"]


@check("the ServiceEntry for Istio, and the guide, contain the hosts of Clik2pay")
def _():
    addresses = (REPOSITORY / "src/Clik2pay.Sidecar/Provider/ProviderAddresses.cs").read_text()
    hosts = {name: re.findall(r"https://([a-z0-9.-]+)", line) for name, line in re.findall(r"\.(Production|Sandbox) => (.+)", addresses)}
    entry = one(rendered("istio"), "ServiceEntry")
    assert entry["spec"]["hosts"] == hosts["Production"], entry
    guide = (GUIDES / "service-mesh.md").read_text()
    assert all(f"`{host}`" in guide for host in hosts["Sandbox"]), hosts


@check("the values for ambient mode allow the tunnel and the probes")
def _():
    values = block("service-mesh.md", "values: ambient mode")
    policy = one(template(SHOP, *json_arguments(values, UNDER)), "NetworkPolicy")["spec"]
    tunnel = {"ports": [{"port": 15008, "protocol": "TCP"}]}
    assert tunnel in policy["ingress"] and tunnel in policy["egress"], policy
    assert {"from": [{"ipBlock": {"cidr": "169.254.7.127/32"}}]} in policy["ingress"], policy


def no_user(objects):
    users = [key for key, _ in keys_of(objects) if key in ("runAsUser", "runAsGroup", "fsGroup", "supplementalGroups")]
    assert not users, users
    # Any user can read the files.
    modes = [value for key, value in keys_of(objects) if key == "defaultMode"]
    assert modes and set(modes) == {0o444}, modes
    for document in of_kind(objects, "Deployment"):
        for container in sidecar_of(document["spec"]["template"])[2], *document["spec"]["template"]["spec"]["containers"]:
            context = container["securityContext"]
            assert context["runAsNonRoot"] is True and context["capabilities"] == {"drop": ["ALL"]}, context


@check("on OpenShift, no container sets a user, also in a chart that depends on this chart")
def _():
    no_user(rendered("openshift"))
    values = block("openshift.md", "values: dependency")
    user = f"{UNDER}securityContext.runAs"
    no_user(template(SHOP, "--set", f"{user}User=null,{user}Group=null"))
    file = ROOT / "openshift.yaml"
    file.write_text(yaml.safe_dump(values))
    no_user(template(SHOP, "-f", file))
    # In the values.yaml of the parent.
    parent = ROOT / "openshift-parent"
    shutil.copytree(SHOP, parent)
    defaults = yaml.safe_load((parent / "values.yaml").read_text())
    defaults["clik2pay-sidecar"] |= values["clik2pay-sidecar"]
    (parent / "values.yaml").write_text(yaml.safe_dump(defaults))
    no_user(template(parent))


@check("the Route for OpenShift leads to the Service of the app")
def _():
    route, service = one(rendered("openshift"), "Route"), one(rendered("openshift"), "Service")
    assert route["spec"]["to"]["name"] == service["metadata"]["name"], route
    assert route["spec"]["port"]["targetPort"] in [port["name"] for port in service["spec"]["ports"]], service


@check("in the umbrella chart, each app has its own credentials, names and monitor, and its autoscaler owns the replicas")
def _():
    values = yaml.safe_load(block("argo-cd.md", "manifest: application")["spec"]["source"]["helm"]["values"])
    file = ROOT / "application.yaml"
    file.write_text(yaml.safe_dump(values))
    objects = template(UMBRELLA, *OPERATOR, "-f", file, release="payments")
    names = [(document["kind"], document["metadata"]["name"]) for document in objects]
    assert len(names) == len(set(names)), names
    for app in ("shop", "till"):
        deployment = one(objects, "Deployment", f"-{app}")
        pod = deployment["spec"]["template"]
        secrets = {volume["secret"]["secretName"] for volume in pod["spec"]["volumes"]}
        assert secrets == {f"clik2pay-{app}"} and "replicas" not in deployment["spec"], deployment
        label = pod["metadata"]["labels"]["clik2pay-sidecar"]
        assert label == f"payments-{app}-clik2pay-sidecar", label
        monitor = one(objects, "PodMonitor", f"{app}-clik2pay-sidecar")
        assert monitor["spec"]["selector"]["matchLabels"] == {"clik2pay-sidecar": label, "clik2pay-sidecar-release": "payments"}, monitor
        scaler = one(objects, "HorizontalPodAutoscaler", f"-{app}")["spec"]
        assert scaler["scaleTargetRef"]["name"] == deployment["metadata"]["name"], scaler
        measured = scaler["metrics"][0]["containerResource"]["container"]
        assert measured in [container["name"] for container in pod["spec"]["containers"] if "cpu" in container["resources"]["requests"]]
    assert "runAsUser" not in sidecar_of(one(objects, "Deployment", "-till")["spec"]["template"])[2]["securityContext"]


@check("the umbrella chart depends on the version of this chart")
def _():
    version = yaml.safe_load((CHART / "Chart.yaml").read_text())["version"]
    assert yaml.safe_load((UMBRELLA / "app/Chart.yaml").read_text())["dependencies"][0]["version"] == version


@check("Argo CD finds no difference after a sync: each port has a protocol, and no field is null")
def _():
    for objects in (rendered("full"), rendered("minimal"), template(UMBRELLA)):
        for document in objects:
            for key, value in keys_of(document):
                assert value is not None, f"{document['kind']} {document['metadata']['name']}: {key} is null"
                if key == "ports" and isinstance(value, list):
                    ports = [port for port in value if "port" in port or "containerPort" in port]
                    assert all("protocol" in port for port in ports), f"{document['kind']}: {ports}"
