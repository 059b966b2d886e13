"""Checks the pod of `helm test`."""

from chart import (
    CHART,
    HELMS,
    MINIMAL,
    SHOP,
    UNDER,
    check,
    everywhere,
    helm,
    json_arguments,
    of_kind,
    one,
    pod_of,
    settings_of,
    sidecar_of,
    template,
)


def reads_unmounted_files(container):
    """Whether a setting names a file or folder that no volume of the chart contains, so that another program writes it."""
    mounts = [mount["mountPath"] for mount in container.get("volumeMounts") or []]
    settings = settings_of(container).items()
    paths = [path for name, text in settings if name.endswith(("File", "Files", "Directory")) for path in text.split(";")]
    return any(not any(f"{path}/".startswith(f"{mount}/") for mount in mounts) for path in paths)


@everywhere("the pod of helm test gets no traffic, is not scraped, and does not belong to the Deployment")
def _(objects):
    if not of_kind(objects, "Deployment") or reads_unmounted_files(sidecar_of(pod_of(objects))[2]):
        return
    test = one(objects, "Pod")["metadata"]["labels"]
    selectors = [service["spec"]["selector"] for service in of_kind(objects, "Service")]
    others = of_kind(objects, "Deployment", "PodMonitor", "PodDisruptionBudget")
    selectors += [document["spec"]["selector"]["matchLabels"] for document in others]
    for selector in selectors:
        assert selector.items() - test.items(), f"the test's pod is selected by {selector}"


@everywhere("the check of helm test runs with the settings of the sidecar")
def _(objects):
    for _ in of_kind(objects, "Deployment"):
        sidecar = sidecar_of(pod_of(objects))[2]
        if reads_unmounted_files(sidecar):
            assert not of_kind(objects, "Pod"), "nothing fills the folder in the pod of helm test"
            continue
        test = one(objects, "Pod")["spec"]["containers"][0]
        same = ("image", "imagePullPolicy", "workingDir", "env", "envFrom", "volumeMounts", "securityContext")
        assert {key: sidecar.get(key) for key in same} == {key: test.get(key) for key in same}
        assert test["args"] == ["check"] and "args" not in sidecar and "command" not in sidecar
        # Its pod runs where the sidecar's pods run.
        pod, spec = pod_of(objects), one(objects, "Pod")["spec"]
        is_example = one(objects, "Deployment")["metadata"]["labels"].get("app")
        same = ("serviceAccountName", "imagePullSecrets", "priorityClassName", "securityContext", "nodeSelector", "tolerations", "affinity")
        for key in () if is_example else same:
            assert pod["spec"].get(key) == spec.get(key), key
        metadata = one(objects, "Pod")["metadata"]
        assert metadata["annotations"]["helm.sh/hook"] == "test"
        assert (pod["metadata"].get("annotations") or {}).items() <= metadata["annotations"].items(), metadata


@check("as a dependency, the pod of helm test runs with the values for pods, and without a ServiceAccount that does not exist")
def _():
    assert "serviceAccountName" not in one(template(SHOP), "Pod")["spec"]
    values = {
        "serviceAccount": {"name": "shop"},
        "tolerations": [{"key": "{{ .Release.Name }}", "operator": "Exists"}],
        "nodeSelector": {"pool": "payments"},
        "podSecurityContext": {"fsGroup": 1},
        "podLabels": {"team": "x"},
        "podAnnotations": {"mesh": "off", "helm.sh/hook": "x"},
    }
    pod = one(template(SHOP, *json_arguments(values, UNDER)), "Pod")
    expected = {
        "serviceAccountName": "shop",
        "tolerations": [{"key": "pay", "operator": "Exists"}],
        "nodeSelector": {"pool": "payments"},
        "securityContext": {"fsGroup": 1},
    }
    assert pod["spec"].items() >= expected.items(), pod["spec"]
    labels = {"clik2pay-sidecar": "pay-clik2pay-sidecar.check", "clik2pay-sidecar-release": "pay"}
    assert pod["metadata"]["labels"] == {**labels, "team": "x"}, pod["metadata"]
    assert pod["metadata"]["annotations"].items() >= {"mesh": "off", "helm.sh/hook": "test"}.items(), pod["metadata"]


@check("with a folder that another program fills, there is no pod of helm test, and the notes show another check")
def _():
    for values in ("callerToken.directory=/x", "ca.directory=/x", "redis.connectionString=r:1,redis.caDirectory=/x"):
        below = ",".join(UNDER + each for each in values.split(","))
        for chart, arguments in ((CHART, [*MINIMAL, "--set", values]), (SHOP, ["--set", below])):
            assert not of_kind(template(chart, *arguments), "Pod"), values
    for value, expected, other in (
        ("/x", 'exec "$pod" -c clik2pay-sidecar -- /clik2pay-sidecar check', "helm test pay"),
        ("", "helm test pay -n default --logs", "/clik2pay-sidecar check"),
    ):
        # A client-side dry run of helm 3 needs a cluster.
        command = ["install", "pay", CHART, *MINIMAL, "--set", f"callerToken.directory={value}", "--dry-run=client"]
        notes = helm(*command, programs=HELMS[:1]).stdout
        assert expected in notes and other not in notes, notes
    mounted = "callerToken.directory=/x/y,extraVolumes[0].name=x,extraVolumeMounts[0].name=x,extraVolumeMounts[0].mountPath=/x"
    assert of_kind(template(CHART, *MINIMAL, "--set", mounted), "Pod")
