"""Checks NOTES.txt, the README, versions and golden renders."""
import difflib
import re
import shlex
import shutil
import subprocess

import yaml

from chart import (
    CANARIES,
    CHART,
    HELMS,
    MINIMAL,
    OPERATOR,
    REPOSITORY,
    ROOT,
    SHOP,
    TRIAL,
    UNDER,
    check,
    compare,
    helm,
    json_arguments,
    one,
    pod_of,
    rendered,
    settings_of,
    sidecar_of,
    template,
)


@check("NOTES.txt describes the release, and contains warnings")
def _():
    # Only helm 4 prints the notes of a dry run without a cluster, so a copy of the chart renders them as a ConfigMap too.
    copy = ROOT / "notes"
    shutil.copytree(CHART, copy)
    notes_text = '{{ include (print $.Template.BasePath "/NOTES.txt") . | toJson }}'
    (copy / "templates/notes.yaml").write_text(f"{{kind: ConfigMap, metadata: {{name: notes}}, data: {{text: {notes_text}}}}}")

    def notes(*arguments):
        text = one(template(copy, "-s", "templates/notes.yaml", *arguments), "ConfigMap")["data"]["text"]
        command = [HELMS[0], "install", "pay", CHART, "-n", "prod", "--dry-run=client", *arguments]
        printed = subprocess.run(command, capture_output=True, text=True, timeout=60)
        if "cluster unreachable" not in printed.stderr.lower():
            assert printed.returncode == 0, printed.stderr
            assert printed.stdout.partition("\nNOTES:\n")[2].strip() == text.strip(), printed.stdout
        return text

    least = notes(*MINIMAL)
    assert "runs registry.example/shop:1.0 with a Clik2pay sidecar for Sandbox, a native sidecar.\nThe app calls" in least, least
    assert "helm test pay -n prod --logs" in least, least
    assert "-l clik2pay-sidecar=pay-clik2pay-sidecar" in least and "WARNING" not in least, least
    trial = notes(*TRIAL)
    assert "WARNING: the values of this release contain the credentials." in trial, trial
    assert not [canary for canary in CANARIES.values() if canary in trial], trial
    several = notes("-f", CHART / "ci/callers-values.yaml")
    assert "with a Clik2pay sidecar for Production (default), Sandbox (sandbox), a native sidecar." in several, several
    others = notes("-f", CHART / "ci/profiles-values.yaml")
    assert "sidecar for Custom (2), Sandbox (pop-up_store), Production (shop), a" in others and "WARNING" not in others, others
    only = notes("--set", "dashboard.enabled=true")
    assert "This release contains a dashboard, and no sidecar" in only and "helm test" not in only, only


@check("the chart has the project's version, and the example depends on it")
def _():
    version = re.search(r"<Version>(.+)</Version>", (REPOSITORY / "Directory.Build.props").read_text())[1]
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert (chart["version"], chart["appVersion"]) == (version, version), chart
    assert yaml.safe_load((SHOP / "Chart.yaml").read_text())["dependencies"][0]["version"] == version


@check("the README shows the example's template without its comments")
def _():
    template = "".join(
        line for line in (SHOP / "templates/deployment.yaml").read_text().splitlines(keepends=True) if not re.match(r" *\{\{- /\*", line)
    )
    shown = (CHART / "README.md").read_text().partition("<!-- same: shop -->\n```yaml\n")[2].partition("```")[0]
    assert shown == template, "\n".join(difflib.unified_diff(template.splitlines(), shown.splitlines(), "example", "README", lineterm=""))


def block(name):
    """Returns the fenced block after <!-- helm: NAME --> in the chart's README."""
    rest = (CHART / "README.md").read_text().partition(f"<!-- helm: {name} -->\n")[2]
    return rest.split("```")[1].partition("\n")[2]


@check("the commands and values in the README render, and name an image with a registry")
def _():
    def flags(name):
        command, _, release, address, *arguments = shlex.split(block(name).replace("\\\n", ""))
        assert command == "helm" and address == "oci://REGISTRY/charts/clik2pay-sidecar", block(name)
        return template(CHART, *OPERATOR, *arguments, release=release)

    pod = pod_of(flags("alone"))
    assert sidecar_of(pod)[2]["image"].startswith("registry.example/clik2pay-sidecar:"), pod
    assert {document["kind"] for document in flags("monitoring")} == {"PrometheusRule", "ConfigMap"}
    values = ROOT / "readme-values.yaml"
    values.write_text(block("dependency"))
    image = sidecar_of(pod_of(template(SHOP, "-f", values)))[2]["image"]
    assert image.startswith("registry.example/clik2pay-sidecar:"), image


# The table of values grows with the chart, so only the prose has a limit.
@check("the README's prose has at most 200 lines, and comes before the values")
def _():
    prose, found, _ = (CHART / "README.md").read_text().partition("\n## Values\n")
    assert found and len(prose.splitlines()) <= 200, f"{len(prose.splitlines())} lines"


@check("the chart accepts the values with profiles and callers in docs/reference/chart.md")
def _():
    shown = (REPOSITORY / "docs/reference/chart.md").read_text().partition("<!-- values: callers -->\n```yaml\n")[2].partition("```")[0]
    values = yaml.safe_load(shown)["clik2pay-sidecar"]
    settings = settings_of(sidecar_of(pod_of(template(SHOP, *json_arguments(values, UNDER))))[2])
    assert settings["Sidecar__Listeners__pop-up__Profile"] == "pop-up" and settings["Callers__shop__Operations"] == "create;read", settings


@check("the chart accepts the values in docs/how-to/external-secrets.md")
def _():
    text = (REPOSITORY / "docs/how-to/external-secrets.md").read_text()
    for name, folder in {"csi": "/etc/clik2pay-sidecar/credentials", "vault-agent": "/vault/secrets"}.items():
        values = ROOT / f"external-secrets-{name}.yaml"
        values.write_text(text.partition(f"<!-- values: {name} -->\n```yaml\n")[2].partition("```")[0])
        pod = pod_of(template(CHART, *MINIMAL, "--set", "credentials.existingSecret=", "-f", values))
        assert settings_of(sidecar_of(pod)[2])["Clik2pay__CredentialsDirectory"] == folder, name
        shared = yaml.safe_load((CHART / f"ci/{name}-values.yaml").read_text()).get("podAnnotations", {})
        names = {key for key in pod["metadata"].get("annotations", {}) if "/agent-inject-" not in key}
        assert names == {key for key in shared if "/agent-inject-" not in key}, names


@check("the table of times in docs/reference/chart.md matches the rendered values")
def _():
    reference = (REPOSITORY / "docs/reference/chart.md").read_text().partition("\n## How long a stop takes\n")[2]
    for arguments, column in (([], 0), (["--set", "nativeSidecar=false"], 1)):
        pod = pod_of(template(CHART, *MINIMAL, *arguments))
        settings = settings_of(sidecar_of(pod)[2])
        for row, value in (
            ("terminationGracePeriodSeconds", pod["spec"]["terminationGracePeriodSeconds"]),
            ("drainSeconds", settings["Sidecar__DrainSeconds"]),
            ("stopTimeoutSeconds", settings["Sidecar__StopTimeoutSeconds"]),
        ):
            cells = re.search(rf"^\| `{row}`[^|]*\|([^|]*)\|([^|]*)\|$", reference, flags=re.M)
            assert str(value) in re.findall(r"\d+", cells[1 + column]), f"{row}: {cells[1 + column]} is not {value}"


def golden(name, objects):
    documents = [
        yaml.safe_dump(document, sort_keys=True, width=130)
        for document in sorted(objects, key=lambda document: (document["kind"], document["metadata"]["name"]))
    ]
    compare(REPOSITORY / "tests/charts/golden" / f"{name}.yaml", "---\n".join(documents))


# Compares parsed content, because versions of helm differ in quotes and order. Dashboard and alerts have checks of their own.
@check("golden: minimal")
def _():
    golden("minimal", rendered("minimal"))


@check("golden: full")
def _():
    golden(
        "full",
        [
            document
            for document in rendered("full")
            if document["kind"] != "PrometheusRule" and not document["metadata"]["name"].endswith("-dashboard")
        ],
    )


@check("golden: profiles")
def _():
    golden("profiles", rendered("profiles"))


@check("golden: callers")
def _():
    golden("callers", rendered("callers"))


@check("golden: the example")
def _():
    golden("shop", rendered("the example"))


@check("golden: the example with a plain container")
def _():
    golden("shop-plain", rendered("the example with a plain container on 1.27"))
