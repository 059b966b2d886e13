"""Checks the pods in every render."""
import re

from chart import CHART, MINIMAL, check, everywhere, helm, keys_of, of_kind, one, pod_of, settings_of, sidecar_of, template


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


@everywhere("no two objects have the same kind and name")
def _(objects):
    names = [(document["kind"], document["metadata"]["name"]) for document in objects]
    assert len(names) == len(set(names)), names


@everywhere("selectors match the pods")
def _(objects):
    def matches(selector, labels):
        assert selector, "An empty selector selects everything."
        missing = selector.items() - labels.items()
        assert not missing, f"{missing} is missing in {labels}"

    if not of_kind(objects, "Deployment"):
        return
    labels = pod_of(objects)["metadata"]["labels"]
    for document in of_kind(objects, "Deployment", "PodDisruptionBudget", "PodMonitor"):
        matches(document["spec"]["selector"]["matchLabels"], labels)
    for document in of_kind(objects, "NetworkPolicy"):
        [selector] = document["spec"]["podSelector"]["matchExpressions"]
        for selected in (labels, one(objects, "Pod")["metadata"]["labels"]):
            matches(document["spec"]["podSelector"]["matchLabels"], selected)
        assert (selector["key"], selector["operator"]) == ("clik2pay-sidecar", "In"), selector
        tested = one(objects, "Pod")["metadata"]["labels"]
        assert selector["values"] == [labels["clik2pay-sidecar"], tested["clik2pay-sidecar"]], selector
    for document in of_kind(objects, "Service"):
        matches(document["spec"]["selector"], labels)
    for document in of_kind(objects, "ServiceMonitor"):
        selector = document["spec"]["selector"]["matchLabels"]
        services = of_kind(objects, "Service")
        selected = [service["metadata"]["name"] for service in services if selector.items() <= service["metadata"]["labels"].items()]
        assert selected == [one(objects, "Service", "-admin")["metadata"]["name"]], f"the ServiceMonitor selects {selected}"


@everywhere("names of ports have at most 15 characters, and all referenced ports exist")
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
            admin_ports = [port["name"] for port in one(objects, "Service", "-admin")["spec"]["ports"]]
            assert monitor["spec"]["endpoints"][0]["port"] in admin_ports, monitor["spec"]
        for container in (spec.get("initContainers") or []) + spec["containers"]:
            for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
                if probe in container:
                    container_ports = [port[key] for port in container["ports"] for key in ("name", "containerPort")]
                    assert container[probe]["httpGet"]["port"] in container_ports, f"{probe} {container[probe]}"


@everywhere("the sidecar is the first container in its list: native with restartPolicy Always, or plain with a postStart that waits")
def _(objects):
    for _ in of_kind(objects, "Deployment"):
        place, at, sidecar = sidecar_of(pod_of(objects))
        assert at == 0, f"The sidecar has index {at}."
        if place == "initContainers":
            assert sidecar["restartPolicy"] == "Always" and "lifecycle" not in sidecar, sidecar
        else:
            assert "restartPolicy" not in sidecar, sidecar
            command = sidecar["lifecycle"]["postStart"]["exec"]["command"]
            assert command[:3] == ["/clik2pay-sidecar", "wait", "--for"] and command[4] == "--timeout", command
            gate = {"process": "/livez", "token": "/startupz"}[command[3]]
            probe = sidecar["startupProbe"]
            least = probe["failureThreshold"] * probe["periodSeconds"]
            assert probe["httpGet"]["path"] == gate and int(command[5]) <= least, sidecar


@everywhere("each probe uses its path on the administration port")
def _(objects):
    for _ in of_kind(objects, "Deployment"):
        _, _, sidecar = sidecar_of(pod_of(objects))
        port = sidecar["ports"]
        assert len(port) == 1 and settings_of(sidecar)["Sidecar__Admin"] == f"http://*:{port[0]['containerPort']}", port
        for probe, path in {"startupProbe": "/(livez|startupz)", "readinessProbe": "/readyz", "livenessProbe": "/livez"}.items():
            found = sidecar[probe]["httpGet"]
            assert found == {"path": found["path"], "port": port[0]["containerPort"]}, found
            assert re.fullmatch(path, found["path"]), found


@everywhere("the listener for callers is on loopback, and its port is not published")
def _(objects):
    for _ in of_kind(objects, "Deployment"):
        pod = pod_of(objects)
        _, _, sidecar = sidecar_of(pod)
        settings = settings_of(sidecar)
        listen = re.fullmatch(r"http://(?:127\.0\.0\.1:(\d+)|unix:/run/clik2pay/.+)", settings["Sidecar__Listen"])
        assert listen, settings["Sidecar__Listen"]
        for name, address in settings.items():
            if re.fullmatch(r"Sidecar__Listeners__.+__Address", name):
                assert re.fullmatch(r"http://(127\.0\.0\.1:\d+|unix:/.+)", address), f"{name} {address}"
        assert "Sidecar__AllowRemoteCallers" not in settings_of(sidecar)
        callers = int(listen[1] or 8080)
        for document in objects:
            for key, value in keys_of(document):
                assert not (key in ("containerPort", "targetPort", "hostPort") and value == callers), f"{document['kind']}: {key} {value}"
            if document["kind"] == "NetworkPolicy":
                for rule in document["spec"]["ingress"]:
                    assert callers not in [port["port"] for port in rule["ports"]], rule
        others = [container for container in pod["spec"]["containers"] if container["name"] != "clik2pay-sidecar"]
        address = f"http://127.0.0.1:{callers}" if listen[1] else "http://localhost"
        assert all(settings_of(container)["CLIK2PAY_BASE_URL"] == address for container in others) and others


@everywhere("the containers of the sidecar and of helm test are hardened")
def _(objects):
    containers = [sidecar_of(pod_of(objects))[2] for _ in of_kind(objects, "Deployment")] + [
        document["spec"]["containers"][0] for document in of_kind(objects, "Pod")
    ]
    # OpenShift chooses the user.
    user = {} if of_kind(objects, "Route") else {"runAsUser": 1654, "runAsGroup": 1654}
    for container in containers:
        assert container["securityContext"] == {
            "runAsNonRoot": True,
            **user,
            "readOnlyRootFilesystem": True,
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        }, container["securityContext"]
        resources = container["resources"]
        assert set(resources["requests"]) == {"cpu", "memory"} and set(resources["limits"]) == {"memory"}, resources
    for document in objects:
        spec = document.get("spec", {})
        pod = spec.get("template", {}).get("spec") or (spec if document["kind"] == "Pod" else {})
        if pod and document["metadata"].get("labels", {}).get("app") is None:  # The example's own pod sets no such field.
            assert pod["automountServiceAccountToken"] is False, document["kind"]
        assert not {"hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace"} & set(pod), document["kind"]
        if document["kind"] == "ServiceAccount":
            assert document["automountServiceAccountToken"] is False


@everywhere("secrets are files in folders without subPath, which any user of the container can read")
def _(objects):
    assert not [value for key, value in keys_of(objects) if key == "subPath"], "Kubernetes does not update files of a subPath."
    pods = [pod_of(objects)["spec"] for _ in of_kind(objects, "Deployment")] + [document["spec"] for document in of_kind(objects, "Pod")]
    for spec in pods:
        containers = (spec.get("initContainers") or []) + spec["containers"]
        volumes = {volume["name"]: volume for volume in spec["volumes"]}
        assert len(volumes) == len(spec["volumes"]), "A volume is listed twice."
        mounted = {mount["name"] for container in containers for mount in container.get("volumeMounts") or []}
        # The Vault Agent Injector mounts this volume in its containers.
        assert mounted == set(volumes) - {"vault-token"}, f"mounted {mounted}, volumes {set(volumes)}"
        container = next(container for container in containers if container["name"] in ("clik2pay-sidecar", "check"))
        files = {}
        # The chart does not list the files of these folders.
        others = ["/vault/secrets/"]
        others += [f"{mount['mountPath']}/" for mount in container.get("volumeMounts") or [] if "csi" in volumes[mount["name"]]]
        for mount in container.get("volumeMounts") or []:
            if mount["name"].startswith("clik2pay-") and not mount["name"].startswith("clik2pay-socket-"):
                assert mount["readOnly"] is True, mount
            secret = volumes[mount["name"]].get("secret")
            if secret:
                assert secret["defaultMode"] == 0o444, secret
                files |= {f"{mount['mountPath']}/{item['path']}": secret["secretName"] for item in secret["items"]}
            authorities = volumes[mount["name"]].get("configMap")
            if authorities and mount["name"].startswith("clik2pay-ca"):
                files |= {f"{mount['mountPath']}/{item['path']}": authorities["name"] for item in authorities["items"]}
        settings = settings_of(container)
        folders = [value for name, value in settings.items() if name.endswith("__CredentialsDirectory")]
        expected = [f"{folder}/{name}" for folder in folders for name in ("username", "password", "api-key")]
        expected += [value for name, value in settings.items() if name.endswith("File")]
        expected += [file for name, value in settings.items() if name.endswith("__TokenFiles") for file in value.split(";")]
        expected = [file for file in expected if not file.startswith(tuple(others))]
        assert sorted(expected) == sorted(files), f"expected {expected}, found {list(files)}"
        for container in containers:
            sources = {source for variable in container["env"] for source in variable.get("valueFrom", {})}
            assert sources <= {"fieldRef"}, f"A variable comes from a Secret: {sources}"
            # An app mounts only the folders of its own caller token and its own socket.
            own = ("CLIK2PAY_CALLER_TOKEN_FILE", "CLIK2PAY_SOCKET")
            folders = [value.rpartition("/")[0] for name, value in settings_of(container).items() if name in own]
            for mount in container.get("volumeMounts") or []:
                is_allowed = mount["name"] == "scratch" or mount["mountPath"] in folders
                assert container["name"] in ("clik2pay-sidecar", "check") or is_allowed, f"{container['name']} mounts {mount['name']}"
        for secret in set(files.values()):
            ours = [document for document in of_kind(objects, "Secret") if document["metadata"]["name"] == secret]
            is_existing = not re.search("-(credentials|redis)$", secret) or secret == "clik2pay-credentials"
            assert ours or is_existing, f"{secret} does not exist."


@everywhere("names of volumes are DNS labels, and names of variables are those that every version of Kubernetes accepts")
def _(objects):
    for _ in of_kind(objects, "Deployment"):
        spec = pod_of(objects)["spec"]
        for volume in spec["volumes"]:
            assert re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", volume["name"]), volume["name"]
        for name in settings_of(sidecar_of(pod_of(objects))[2]):
            assert re.fullmatch(r"[-._a-zA-Z][-._a-zA-Z0-9]*", name), name


@everywhere("the grace period covers the app, the drain and the requests in progress")
def _(objects):
    for _ in of_kind(objects, "Deployment"):
        pod = pod_of(objects)
        place, _, sidecar = sidecar_of(pod)
        drain, stop = (int(settings_of(sidecar)[f"Sidecar__{name}"]) for name in ("DrainSeconds", "StopTimeoutSeconds"))
        app = 60 if pod["metadata"]["labels"]["clik2pay-sidecar"] == "shop" else 30  # The value in full-values.yaml, or the default.
        least = app + drain + stop if place == "initContainers" else max(app, drain) + stop
        assert (
            pod["spec"]["terminationGracePeriodSeconds"] >= least + 5
        ), f"{pod['spec']['terminationGracePeriodSeconds']} for {app}, {drain} and {stop}"


@check("a plain container drains as long as the app may take to stop, and a native sidecar does not drain")
def _():
    for arguments, drain, grace in (
        ([], 0, 55),
        (["--set", "nativeSidecar=false"], 30, 55),
        (["--set", "nativeSidecar=false,appStopSeconds=90"], 90, 115),
        (["--set", "drainSeconds=7"], 7, 62),
        (["--set", "drainSeconds=0,nativeSidecar=false"], 0, 55),
        (["--set", "drainSeconds=70,nativeSidecar=false"], 70, 95),
        (["--set", "appStopSeconds=0,stopTimeoutSeconds=0"], 0, 5),
    ):
        pod = pod_of(template(CHART, *MINIMAL, *arguments))
        found = int(settings_of(sidecar_of(pod)[2])["Sidecar__DrainSeconds"]), pod["spec"]["terminationGracePeriodSeconds"]
        assert found == (drain, grace), f"{arguments}: {found}"
