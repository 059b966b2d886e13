"""Checks every rendered pod against the Pod Security Standard "restricted", and tests the tools that check the renders."""
import copy
import re
import subprocess

import yaml
import strict
from chart import CHART, MINIMAL, RENDERS, REPOSITORY, ROOT, check, helm, rendered

ALLOWED_VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
ALLOWED_SYSCTLS = {
    "kernel.shm_rmid_forced",
    *(
        f"net.ipv4.{name}"
        for name in ("ip_local_port_range", "ip_unprivileged_port_start", "ip_local_reserved_ports", "ping_group_range", "tcp_syncookies")
    ),
    *(f"net.ipv4.tcp_{name}" for name in ("keepalive_time", "fin_timeout", "keepalive_intvl", "keepalive_probes")),
}
SELINUX_TYPES = {None, "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}


def pods_of(objects):
    """Yields the name and the pod (with metadata and spec) of each object that contains one."""
    for document in objects:
        pod = document
        if document["kind"] == "CronJob":
            pod = document["spec"]["jobTemplate"]
        if document["kind"] in ("CronJob", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "Rollout"):
            pod = pod["spec"]["template"]
        if document["kind"] == "PodTemplate":
            pod = document["template"]
        if "containers" in (pod.get("spec") or {}):
            yield f"{document['kind']} {document['metadata']['name']}", pod


def violations(pod):
    """Yields each violation of https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted."""
    spec = pod["spec"]
    annotations = (pod.get("metadata") or {}).get("annotations") or {}
    ours = spec.get("securityContext") or {}
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(key):
            yield key
    for volume in spec.get("volumes") or []:
        yield from (f"volume {volume['name']}: {kind}" for kind in volume.keys() - {"name"} - ALLOWED_VOLUMES)
    for sysctl in ours.get("sysctls") or []:
        if sysctl["name"] not in ALLOWED_SYSCTLS:
            yield f"sysctl {sysctl['name']}"
    for key, value in annotations.items():
        if key.startswith("container.apparmor.security.beta.kubernetes.io/") and not re.match("runtime/default$|localhost/", value):
            yield f"annotation {key}: {value}"
    yield from ((f"pod: {fault}" for fault in context_violations(ours)))
    for place in ("initContainers", "containers", "ephemeralContainers"):
        for container in spec.get(place) or []:
            yield from (f"container {container['name']}: {fault}" for fault in container_violations(container, ours))


def context_violations(context):
    """Yields the violations of rules for the securityContext of both a pod and a container."""
    if context.get("runAsUser") == 0:
        yield "runAsUser: 0"
    for key in ("seccompProfile", "appArmorProfile"):
        if (context.get(key) or {}).get("type", "RuntimeDefault") not in ("RuntimeDefault", "Localhost"):
            yield f"{key}: {context[key]}"
    selinux = context.get("seLinuxOptions") or {}
    if selinux.get("type") not in SELINUX_TYPES or selinux.get("user") or selinux.get("role"):
        yield f"seLinuxOptions: {selinux}"
    if (context.get("windowsOptions") or {}).get("hostProcess"):
        yield "windowsOptions.hostProcess"


def container_violations(container, pod):
    context = container.get("securityContext") or {}
    yield from context_violations(context)
    capabilities = context.get("capabilities") or {}
    if "ALL" not in (capabilities.get("drop") or []):
        yield "capabilities.drop without ALL"
    if set(capabilities.get("add") or []) - {"NET_BIND_SERVICE"}:
        yield f"capabilities.add: {capabilities['add']}"
    if context.get("privileged"):
        yield "privileged"
    if context.get("allowPrivilegeEscalation") is not False:
        yield "allowPrivilegeEscalation is not false"
    if context.get("runAsNonRoot", pod.get("runAsNonRoot")) is not True:
        yield "runAsNonRoot is not true"
    if not (context.get("seccompProfile") or pod.get("seccompProfile")):
        yield "no seccompProfile"
    if context.get("procMount") not in (None, "Default"):
        yield f"procMount: {context['procMount']}"
    yield from (f"hostPort: {port['hostPort']}" for port in container.get("ports") or [] if port.get("hostPort"))
    handlers = [container.get(probe) for probe in ("startupProbe", "readinessProbe", "livenessProbe")]
    handlers += (container.get("lifecycle") or {}).values()
    for handler in handlers:
        for kind in ("httpGet", "tcpSocket"):
            if ((handler or {}).get(kind) or {}).get("host"):
                yield f"host of a probe or hook: {handler[kind]['host']}"


def documented():
    """Yields the place and the objects of each YAML block in the documentation that contains only complete objects."""
    for document in [*REPOSITORY.glob("docs/**/*.md"), *REPOSITORY.glob("charts/*/*.md"), REPOSITORY / "README.md"]:
        for block in re.findall(r"^```yaml\n(.*?)^```", document.read_text(), flags=re.M | re.S):
            try:
                objects = list(yaml.safe_load_all(block))
            except yaml.YAMLError:
                continue  # A template of helm.
            if all(isinstance(node, dict) and {"apiVersion", "kind", "metadata"} <= node.keys() for node in objects):
                yield document.relative_to(REPOSITORY), objects


@check('every rendered or documented pod passes the Pod Security Standard "restricted"')
def _():
    renders = [(path.stem, strict.read(path.read_text())) for path in sorted((ROOT / "rendered").glob("*.yaml"))]
    renders += [(name, rendered(name)) for name in RENDERS]
    faults = [f"{render}: {name}: {fault}" for render, objects in renders for name, pod in pods_of(objects) for fault in violations(pod)]
    for place, objects in documented():
        for name, pod in pods_of(objects):
            # A block without an image is a patch.
            if all("image" in container for container in pod["spec"]["containers"]):
                faults += [f"{place}: {name}: {fault}" for fault in violations(pod)]
    assert not faults, "\n".join(faults)
    assert len(renders) > len(RENDERS) and any(list(pods_of(objects)) for _, objects in renders)


@check("a pod that violates a rule of the Pod Security Standard is found")
def _():
    clean = {"metadata": {}, "spec": {"volumes": [{"name": "v", "emptyDir": {}}]}}
    clean["spec"]["containers"] = [{"name": "a", "ports": [{"containerPort": 80}], "readinessProbe": {"httpGet": {"port": 80}}}]
    clean["spec"]["containers"][0]["securityContext"] = {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert not list(violations(clean)), list(violations(clean))
    context, container = "spec.containers.0.securityContext", "spec.containers.0"
    for path, value in (
        ("spec.hostNetwork", True),
        ("spec.hostPID", True),
        ("spec.hostIPC", True),
        ("spec.volumes.0.hostPath", {"path": "/"}),
        ("spec.volumes.0.nfs", {}),
        ("spec.securityContext", {"sysctls": [{"name": "kernel.msgmax"}]}),
        ("spec.securityContext", {"runAsUser": 0}),
        ("metadata.annotations", {"container.apparmor.security.beta.kubernetes.io/a": "unconfined"}),
        (f"{context}.runAsUser", 0),
        (f"{context}.runAsNonRoot", False),
        (f"{context}.seccompProfile", None),
        (f"{context}.seccompProfile", {"type": "Unconfined"}),
        (f"{context}.appArmorProfile", {"type": "Unconfined"}),
        (f"{context}.seLinuxOptions", {"type": "spc_t"}),
        (f"{context}.seLinuxOptions", {"user": "system_u"}),
        (f"{context}.windowsOptions", {"hostProcess": True}),
        (f"{context}.capabilities", {}),
        (f"{context}.capabilities.add", ["SYS_TIME"]),
        (f"{context}.privileged", True),
        (f"{context}.allowPrivilegeEscalation", None),
        (f"{context}.procMount", "Unmasked"),
        (f"{container}.ports.0.hostPort", 80),
        (f"{container}.readinessProbe.httpGet.host", "10.0.0.1"),
        ("spec.initContainers", [{"name": "b"}]),
        ("spec.ephemeralContainers", [{"name": "b"}]),
    ):
        pod = copy.deepcopy(clean)
        *path_of, last = path.split(".")
        node = pod
        for key in path_of:
            node = node[int(key) if key.isdigit() else key]
        node[last] = value
        assert list(violations(pod)), f"{path}: {value} is not found"


def validate(*files):
    command = ["node", REPOSITORY / "tests/charts/tools/validate.mjs", *files]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


@check("the validator of manifests finds each kind of fault")
def _():
    folder = ROOT / "invalid"
    folder.mkdir()
    text = helm("template", "pay", CHART, *MINIMAL).stdout
    cases = (
        ("type", text.replace("replicas: 1", "replicas: one"), "/spec/replicas must be integer"),
        ("label", text.replace("clik2pay-sidecar: pay-clik2pay-sidecar", "clik2pay-sidecar: 42"), "must be string"),
        ("missing", "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {}}", "must have required property selector"),
        ("unknown", text.replace("imagePullPolicy:", "imagePullPolice:"), "'\"imagePullPolice\"' does not exist"),
        ("duplicate", text.replace("  replicas: 1\n", "  replicas: 1\n  replicas: 1\n"), "Map keys must be unique"),
        ("kind", text.replace("kind: Deployment", "kind: Deploymint"), "apps/v1 has no kind Deploymint"),
        ("nameless", "{apiVersion: v1, kind: ConfigMap}", "metadata.name is missing"),
        ("empty", "---\n# no objects\n", "no manifest"),
    )
    for name, manifest, _ in cases:
        assert manifest != text, name
        (folder / f"{name}.yaml").write_text(manifest)
    result = validate(*folder.glob("*.yaml"))
    assert result.returncode == 1, result.stderr
    for name, _, expected in cases:
        found = [line for line in result.stdout.splitlines() if line.startswith(f"{folder / name}.yaml: ")]
        assert expected in "\n".join(found), f"{name}: {found}"


@check("a key that is rendered twice is found")
def _():
    try:
        strict.read("a: {b: 1, c: 2, b: 3}")
    except AssertionError:
        return
    raise AssertionError("A duplicate key is accepted.")
