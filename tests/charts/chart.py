"""Renders the chart, reads the rendered objects, and collects the checks."""
import difflib
import json
import pathlib
import subprocess
import sys

import strict

UPDATE = "--update" in sys.argv
ROOT = pathlib.Path(sys.argv[-1])
REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
# Each version of helm that tests/charts/tools contains, the newest first, or the one on PATH.
HELMS = sorted(map(str, REPOSITORY.glob("tests/charts/tools/bin/*/helm")), reverse=True) or ["helm"]
CHART, SHOP = ROOT / "charts/clik2pay-sidecar", ROOT / "examples/helm/shop"
OPERATOR = ["--api-versions", "monitoring.coreos.com/v1"]
MINIMAL = ["-f", str(CHART / "ci/minimal-values.yaml")]
UNDER = "clik2pay-sidecar."  # The prefix of the sidecar's values in the example.


class Results:
    """The results of one command with each version of helm. All have the same exit code, and each render is the same."""

    def __init__(self, arguments, programs):
        command = list(map(str, arguments))
        started = [
            subprocess.Popen([program, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for program in programs
        ]
        outputs = [process.communicate(timeout=60) for process in started]
        codes = {process.returncode for process in started}
        self.stdout, self.stderr = outputs[0][0], Messages(message for _, message in outputs)
        assert len(codes) == 1, f"The versions of helm have different exit codes: helm {' '.join(command)}\n{self.stderr}"
        self.returncode = codes.pop()
        if command[0] == "template" and self.returncode == 0:
            assert len({text for text, _ in outputs}) == 1, f"The versions of helm render different resources: helm {' '.join(command)}"


class Messages(tuple):
    """The messages of all versions of helm. A text is in them if each message contains it."""

    def __contains__(self, text):
        return all(text in message for message in self)

    def __str__(self):
        return "\n".join(self)


def helm(*arguments, programs=HELMS):
    return Results(arguments, programs)


def json_arguments(values, prefix=""):
    """Returns the arguments that set values by their keys."""
    return [argument for key, value in values.items() for argument in ("--set-json", f"{prefix}{key}={json.dumps(value)}")]


def template(chart, *arguments, release="pay", programs=HELMS):
    """Returns the rendered objects."""
    result = helm("template", release, chart, "-n", "prod", *arguments, programs=programs)
    assert result.returncode == 0, f"helm template {chart} {' '.join(map(str, arguments))}\n{result.stderr}"
    return strict.read(result.stdout)


def error_of(chart, *arguments, release="pay"):
    """Returns the error messages of all versions of helm."""
    result = helm("template", release, chart, *arguments)
    assert result.returncode != 0, f"helm template {' '.join(map(str, arguments))} does not fail"
    return result.stderr


def compare(path, wanted):
    if UPDATE:
        path.parent.mkdir(exist_ok=True)
        path.write_text(wanted)
    found = path.read_text() if path.exists() else ""
    if found != wanted:
        difference = list(
            difflib.unified_diff(found.splitlines(), wanted.splitlines(), str(path.relative_to(REPOSITORY)), "rendered now", lineterm="")
        )
        raise AssertionError("\n".join(difference[:80]) + "\nTo accept the difference, run tests/charts.sh --update.")


def of_kind(objects, *kinds):
    return [document for document in objects if document["kind"] in kinds]


def one(objects, kind, suffix=""):
    found = [document for document in of_kind(objects, kind) if document["metadata"]["name"].endswith(suffix)]
    assert len(found) == 1, f"{len(found)} {kind}s …{suffix} instead of one"
    return found[0]


def pod_of(objects):
    return one(objects, "Deployment")["spec"]["template"]


def sidecar_of(pod):
    found = [
        (place, at, container)
        for place in ("initContainers", "containers")
        for at, container in enumerate(pod["spec"].get(place) or [])
        if container["name"] == "clik2pay-sidecar"
    ]
    assert len(found) == 1, f"{len(found)} sidecars instead of one"
    return found[0]


def settings_of(container):
    names = [variable["name"] for variable in container["env"]]
    assert len(names) == len(set(names)), f"A variable is set twice: {names}"
    return {variable["name"]: variable.get("value") for variable in container["env"]}


def strings(node, path=""):
    """Yields the path and text of each string and key in a document."""
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
    """The reason why a check cannot run."""


CHECKS = []


def check(name):
    return lambda function: CHECKS.append((name, function)) or function


RENDERS = {
    **{path.name.removesuffix("-values.yaml"): (CHART, ["-f", path]) for path in sorted((CHART / "ci").glob("*.yaml"))},
    "minimal on 1.29": (CHART, [*MINIMAL, "--kube-version", "1.29.0"]),
    "full with a plain container on 1.28": (
        CHART,
        ["-f", CHART / "ci/full-values.yaml", "--kube-version", "v1.28.15-gke.100", "--set", "nativeSidecar=false"],
    ),
    "plain container on 1.25": (CHART, ["-f", CHART / "ci/plain-container-values.yaml", "--kube-version", "1.25"]),
    "the example": (SHOP, []),
    "the example with all objects of its dependency": (
        SHOP,
        [
            argument
            for value in (
                "redis.connectionString=redis:6379",
                "callerToken.existingSecret=caller",
                "reverseProxy.Routes.all.ClusterId=clik2pay",
                "podMonitor.enabled=true",
                "networkPolicy.enabled=true",
                "imagePullSecrets[0].name=registry",
            )
            for argument in ("--set", UNDER + value)
        ]
        + ["--set-json", UNDER + 'podLabels.calls="{{ .Values.environment }}"'],
    ),
    "the example with a plain container on 1.27": (SHOP, ["--kube-version", "1.27", "--set", UNDER + "nativeSidecar=false"]),
    "a release of 53 characters": (
        CHART,
        [
            "-f",
            CHART / "ci/inline-trial-values.yaml",
            "--set",
            "redis.connectionString=r:1,reverseProxy.Routes.a.ClusterId=clik2pay",
            "--set",
            "serviceMonitor.enabled=true,dashboard.enabled=true,app.port=80",
        ],
    ),
}
RELEASES = {"a release of 53 characters": "a" * 50 + "-bc"}


def rendered(name):
    chart, arguments = RENDERS[name]
    if name not in rendered.done:
        rendered.done[name] = template(chart, *OPERATOR, *arguments, release=RELEASES.get(name, "pay"))
    return rendered.done[name]


rendered.done = {}


def everywhere(name):
    """Registers a check that runs on the objects of each render. A failure contains the name of the render."""

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


def paths_of(schema):
    """Returns the path of each object in the schema that lists its properties."""

    def walk(node, path):
        if "properties" in node:
            yield path
            for key, value in node["properties"].items():
                yield from walk(value, [*path, key])

    return list(walk(schema, []))


def node_at(schema, path):
    for key in path:
        schema = schema["properties"][key]
    return schema


# The inline values of a trial. These texts occur nowhere else.
CANARIES = {
    "credentials.inline.username": "canary-user",
    "credentials.inline.password": "canary-password",
    "credentials.inline.apiKey": "canary-key",
    "redis.connectionString": "canary-redis:6379",
}
INLINE = [argument for key, value in CANARIES.items() for argument in ("--set", f"{key}={value}")]
TRIAL = ["--set", "environment=Sandbox,app.image=a,image.registry=r", *INLINE]
