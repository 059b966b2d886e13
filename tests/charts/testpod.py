"""Checks the pod of `helm test`."""
import json

from chart import SHOP, UNDER, check, everywhere, of_kind, one, pod_of, sidecar_of, template


@everywhere("the pod of helm test gets no traffic, is not scraped, and does not belong to the Deployment")
def _(objects):
    if not of_kind(objects, "Deployment"):
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
        sidecar, test = sidecar_of(pod_of(objects))[2], one(objects, "Pod")["spec"]["containers"][0]
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
    arguments = [text for key, value in values.items() for text in ("--set-json", f"{UNDER}{key}={json.dumps(value)}")]
    pod = one(template(SHOP, *arguments), "Pod")
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
