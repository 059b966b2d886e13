"""Checks the kustomize component that adds the sidecar to the workloads of an application."""
import copy
import os
import re
import signal
import subprocess
import tempfile
from pathlib import Path

import yaml

from chart import REPOSITORY, ROOT, Skip, check, compare, pod_of, rendered, settings_of, sidecar_of

COMPONENT, ADMISSION = REPOSITORY / "examples/kustomize/components/sidecar", REPOSITORY / "examples/admission"
HEADER = """\
# The chart renders this container and these volumes with its default values, and values.yaml explains them. After you change the chart,
# run tests/charts.sh --update.
"""


def injected():
    """Returns the parts of a pod that the component adds: those of the chart with its default values.

    The image and the environment are those of the kustomization that uses the component.
    """
    spec = copy.deepcopy(pod_of(rendered("minimal"))["spec"])
    container = sidecar_of({"spec": spec})[2]
    container["env"] = [variable for variable in container["env"] if variable["name"] != "Clik2pay__Environment"]
    container = {"name": container.pop("name"), "image": "clik2pay-sidecar"} | container
    container["image"] = "clik2pay-sidecar"
    del container["imagePullPolicy"]
    container["envFrom"] = [{"configMapRef": {"name": "clik2pay-sidecar"}}]
    return {"initContainers": [container], "volumes": spec["volumes"]}


def file_modes(text):
    return re.sub(r"(defaultMode: )(\d+)", lambda match: f"{match[1]}{int(match[2]):04o}", text)


def dump(document):
    return HEADER + file_modes(yaml.safe_dump(document, sort_keys=False, width=130))


@check("the kustomize component contains the container and the volumes of the chart's default values")
def _():
    template = {"metadata": {"labels": {"clik2pay-sidecar": "enabled"}}, "spec": injected()}
    workload = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "any"}, "spec": {"template": template}}
    job = {"jobTemplate": {"spec": {"template": template}}}
    cronjob = {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "any"}, "spec": job}
    yaml.SafeDumper.ignore_aliases = lambda *_: True
    compare(COMPONENT / "workload.yaml", dump(workload))
    compare(COMPONENT / "cronjob.yaml", dump(cronjob))


@check("the PodTemplate of the admission policies contains the container and the volumes of the chart's default values")
def _():
    spec = injected()
    image = sidecar_of(pod_of(rendered("minimal")))[2]["image"]
    spec["initContainers"][0]["image"] = image
    # Kubernetes requires a container. The policies do not use this one.
    spec["containers"] = [{"name": "app", "image": "none"}]
    template = {"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "clik2pay-sidecar"}, "template": {"spec": spec}}
    compare(ADMISSION / "sidecar.yaml", dump(template))


def admission_policies():
    """Returns the documents in examples/admission by kind."""
    return {document["kind"]: document for name in ("kyverno", "mutating-admission-policy")
            for document in yaml.safe_load_all((ADMISSION / f"{name}.yaml").read_text())}


@check("the admission policies select the same pods as the component, and set the same address")
def _():
    policies = admission_policies()
    rule = policies["ClusterPolicy"]["spec"]["rules"][1]
    kinds = ("MutatingAdmissionPolicy", "ValidatingAdmissionPolicy")
    matches = [policies[kind]["spec"]["matchConstraints"] for kind in kinds]
    assert matches[0]["resourceRules"] == matches[1]["resourceRules"], matches
    selectors = [match["objectSelector"] for match in matches]
    selectors += [rule["match"]["any"][0]["resources"]["selector"] for rule in policies["ClusterPolicy"]["spec"]["rules"]]
    assert all(selector == {"matchLabels": {"clik2pay-sidecar": "enabled"}} for selector in selectors), selectors
    container = injected()["initContainers"][0]
    expression = policies["MutatingAdmissionPolicy"]["spec"]["mutations"][2]["applyConfiguration"]["expression"]
    port = settings_of(container)["Sidecar__Listen"]
    addresses = [
        rule["mutate"]["patchStrategicMerge"]["spec"]["containers"][0]["env"][0]["value"],
        expression.partition('value: "')[2].partition('"')[0],
    ]
    assert addresses == [port] * 2, addresses
    # 30 s is the default of Kubernetes, and appStopSeconds of the chart.
    seconds = pod_of(rendered("minimal"))["spec"]["terminationGracePeriodSeconds"] - 30
    texts = [(ADMISSION / f"{name}.yaml").read_text() for name in ("kyverno", "mutating-admission-policy")]
    assert f"`{seconds}`" in texts[0] and f"+ {seconds}," in texts[1], seconds


@check("the admission policies add all volumes of the PodTemplate, and before the container that they look for")
def _():
    policies = admission_policies()
    volumes, container = [rule for rule in policies["ClusterPolicy"]["spec"]["rules"] if "mutate" in rule]
    [loop] = volumes["mutate"]["foreach"]
    assert loop["list"] == "sidecar.template.spec.volumes" and loop["patchStrategicMerge"] == {"spec": {"volumes": ["{{ element }}"]}}
    same = ("match", "context", "preconditions")
    assert [volumes[key] for key in same] == [container[key] for key in same]
    assert list(container["mutate"]["patchStrategicMerge"]["spec"]) == ["terminationGracePeriodSeconds", "initContainers", "containers"]
    patches = [mutation["jsonPatch"]["expression"] for mutation in policies["MutatingAdmissionPolicy"]["spec"]["mutations"][:2]]
    assert "params.template.spec.volumes.map(" in patches[1] and "volumes[0]" not in "".join(patches), patches
    # Both policies add one container.
    assert len(injected()["initContainers"]) == 1


# The fields of a pod that let processes outside the pod, or its other containers, use the sidecar or read its files.
SHARED = ("hostNetwork", "hostPID", "shareProcessNamespace")


@check("the admission policies refuse pods that share the node's network, or processes with the sidecar")
def _():
    policies = admission_policies()
    spec = policies["ValidatingAdmissionPolicy"]["spec"]
    wanted = [f"!has(object.spec.{field}) || !object.spec.{field}" for field in SHARED]
    assert [validation["expression"] for validation in spec["validations"]] == wanted, spec["validations"]
    assert all(f"spec.{field}:" in validation["message"] for field, validation in zip(SHARED, spec["validations"]))
    binding = policies["ValidatingAdmissionPolicyBinding"]["spec"]
    assert binding == {"policyName": "clik2pay-sidecar", "validationActions": ["Deny"]} and spec["failurePolicy"] == "Fail", binding
    kyverno = policies["ClusterPolicy"]["spec"]
    [validate] = [rule["validate"] for rule in kyverno["rules"] if "validate" in rule]
    assert validate["pattern"] == {"spec": {f"=({field})": "false" for field in SHARED}}, validate
    assert kyverno["validationFailureAction"] == "Enforce"


@check("the values of the chart cannot make its pods share the node's network or processes")
def _():
    schema = (REPOSITORY / "charts/clik2pay-sidecar/values.schema.json").read_text()
    templates = "".join(path.read_text() for path in (REPOSITORY / "charts/clik2pay-sidecar/templates").rglob("*") if path.is_file())
    assert not [field for field in SHARED if field in schema + templates]


@check("the security model and the guide to injection name the fields that the admission policies refuse")
def _():
    for path in ("docs/explanation/security-model.md", "docs/how-to/inject-sidecar.md"):
        text = (REPOSITORY / path).read_text()
        assert all(f"`{field}`" in text for field in SHARED), path


def pods_of(path):
    """Returns the labels of each workload in a file, and its pod template, by kind and name."""
    if not path.exists():
        raise Skip("not rendered, because kubectl is not installed")
    found = {}
    for document in yaml.safe_load_all(path.read_text()):
        spec = document.get("spec", {})
        template = spec.get("jobTemplate", {}).get("spec", spec).get("template")
        if template:
            labels = document["metadata"].get("labels", {})
            found[document["kind"], document["metadata"]["name"]] = labels, template
    return found


# The rendered file, the workloads before, and the names of those that are selected.
RENDERED = {
    "injected": (REPOSITORY / "tests/charts/injected/workloads.yaml", {"database", "agent", "report", "cart", "rival", "audit"}),
    "kustomize-inject": (REPOSITORY / "examples/kustomize/overlays/inject/app.yaml", {"shop", "refunds"}),
}


def everywhere_injected(name):
    """Registers a check of each selected pod. Its arguments are the pod template before and after."""

    def register(function):
        @check(name)
        def _():
            for render, (source, selected) in RENDERED.items():
                before, after = pods_of(source), pods_of(ROOT / f"rendered/{render}.yaml")
                assert before.keys() == after.keys() and selected <= {name for _, name in before}, render
                for key, (_, template) in before.items():
                    if key[1] in selected:
                        function(template, after[key][1])

    return register


@everywhere_injected("the component adds the sidecar as the first init container, and its volume, and replaces others of these names")
def _(before, after):
    wanted = injected()
    first, *others = after["spec"]["initContainers"]
    assert first["image"] == "registry.example/clik2pay-sidecar:0.1.0" and len(first["envFrom"]) == 1, first
    assert re.fullmatch("clik2pay-sidecar-[a-z0-9]{10}", first["envFrom"][0]["configMapRef"]["name"]), first["envFrom"]
    same = {"image": wanted["initContainers"][0]["image"], "envFrom": wanted["initContainers"][0]["envFrom"]}
    assert first | same == wanted["initContainers"][0], first
    kept = {key: [item for item in before["spec"].get(key, []) if item["name"] != wanted[key][0]["name"]] for key in wanted}
    assert others == kept["initContainers"], others
    assert after["spec"]["volumes"] == wanted["volumes"] + kept["volumes"], after["spec"]["volumes"]
    assert after["metadata"]["labels"] == before.get("metadata", {}).get("labels", {}) | {"clik2pay-sidecar": "enabled"}


@everywhere_injected("the component changes nothing else in a pod but CLIK2PAY_BASE_URL, which every container gets once")
def _(before, after):
    changed = ("initContainers", "volumes", "containers")
    without = lambda spec: {key: value for key, value in spec.items() if key not in changed}
    assert without(before["spec"]) == without(after["spec"]), after["spec"]
    assert len(before["spec"]["containers"]) == len(after["spec"]["containers"])
    for old, new in zip(before["spec"]["containers"], after["spec"]["containers"]):
        address = {"name": "CLIK2PAY_BASE_URL", "value": "http://127.0.0.1:8080"}
        others = lambda container: [variable for variable in container.get("env", []) if variable["name"] != "CLIK2PAY_BASE_URL"]
        assert new["env"].count(address) == 1 and len(new["env"]) == len(others(new)) + 1, new["env"]
        assert others(old) == others(new) and old | {"env": new["env"]} == new, new


@check("the component changes no workload that is not selected")
def _():
    for render, (source, selected) in RENDERED.items():
        before, after = pods_of(source), pods_of(ROOT / f"rendered/{render}.yaml")
        others = {key: value for key, value in before.items() if key[1] not in selected}
        assert others and {key: after[key] for key in others} == others, render


@check("docs/how-to/inject-sidecar.md shows the files of the example without their comments")
def _():
    text = (REPOSITORY / "docs/how-to/inject-sidecar.md").read_text()
    shown = re.findall(r"<!-- same: (\S+) -->\n```yaml\n(.*?)```", text, flags=re.S)
    assert len(shown) == 2, shown
    for path, block in shown:
        lines = (REPOSITORY / path).read_text().splitlines(keepends=True)
        assert block == "".join(line for line in lines if not line.lstrip().startswith("#")), path


@check("the PodMonitor in docs/how-to/inject-sidecar.md selects the pods and the port of the component")
def _():
    text = (REPOSITORY / "docs/how-to/inject-sidecar.md").read_text()
    monitor = yaml.safe_load(text.partition("<!-- manifest: pod-monitor -->\n```yaml\n")[2].partition("```")[0])
    pod = yaml.safe_load((COMPONENT / "workload.yaml").read_text())["spec"]["template"]
    assert monitor["spec"]["selector"]["matchLabels"] == pod["metadata"]["labels"], monitor
    ports = [port["name"] for port in sidecar_of(pod)[2]["ports"]]
    assert monitor["spec"]["podMetricsEndpoints"][0]["port"] in ports, monitor


@check("the post-renderer copies only what it needs, and deletes the manifests after an error or a signal")
def _():
    signals = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)

    def defaults():
        # A shell cannot trap a signal that its parent ignores.
        for number in signals:
            signal.signal(number, signal.SIG_DFL)

    end = {f"kill -{number} $PPID": -number for number in signals} | {"exit 3": 3, "": 0}
    for command, code in end.items():
        with tempfile.TemporaryDirectory() as folder:
            temporary, tools = Path(folder) / "tmp", Path(folder) / "bin"
            temporary.mkdir()
            tools.mkdir()
            # Instead of kubectl. Prints the files of the copy, and then fails or sends a signal to the script.
            (tools / "kubectl").write_text(f"#!/bin/sh\ncd \"$2/../..\" && find . -type f && cat overlays/inject/app.yaml\n{command}\n")
            (tools / "kubectl").chmod(0o700)
            environment = os.environ | {"PATH": f"{tools}:{os.environ['PATH']}", "TMPDIR": str(temporary)}
            script = REPOSITORY / "examples/kustomize/overlays/inject/post-render.sh"
            result = subprocess.run([script], input="kind: Secret\n", env=environment, preexec_fn=defaults, capture_output=True, text=True)
            assert result.returncode == (code if code >= 0 else 128 - code), (command, result)
            *files, manifests = result.stdout.splitlines()
            assert manifests == "kind: Secret" and all(re.match(r"./(components|overlays/inject)/", file) for file in files), files
            assert not list(temporary.iterdir()), f"{command}: {list(temporary.rglob('*'))}"
