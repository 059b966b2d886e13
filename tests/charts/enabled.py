"""Checks releases without the sidecar: with enabled=false, and with a condition in the Chart.yaml of the app."""
import json

import umbrella
from chart import CHART, OPERATOR, ROOT, SHOP, UNDER, check, error_of, helm, pod_of, sidecar_of, template


@check("with enabled=false, the chart creates nothing, and the app's pod is valid and has no trace of the sidecar")
def _():
    for path in (CHART / "ci").glob("*.yaml"):
        assert template(CHART, *OPERATOR, "-f", path, "--set", "enabled=false") == [], path
    # Nothing else is required, and the values are not checked.
    assert template(CHART, "--set", "enabled=false,ports.admin=8080") == []

    arguments = ["--set", f"{UNDER}enabled=false,{UNDER}podMonitor.enabled=true,{UNDER}networkPolicy.enabled=true"]
    [deployment] = template(SHOP, *OPERATOR, *arguments)
    assert "clik2pay" not in json.dumps(deployment).lower(), deployment
    assert [container["name"] for container in deployment["spec"]["template"]["spec"]["containers"]] == ["shop"]


def add_condition(chart):
    """Gives the first dependency of a chart the condition clik2pay-sidecar.enabled."""
    metadata = json.loads((chart / "Chart.yaml").read_text())
    metadata["dependencies"][0]["condition"] = "clik2pay-sidecar.enabled"
    (chart / "Chart.yaml").write_text(json.dumps(metadata))


@check("a chart with a condition for this chart can guard the named templates, with the sidecar on and off")
def _():
    app = umbrella.APP % {"name": "kiosk", "context": "."}
    guard = '{{- if index .Subcharts "clik2pay-sidecar" }}%s{{- end }}'
    guarded = [guard % line if "include" in line else line for line in app.splitlines()]
    chart = umbrella.write_chart(ROOT / "condition/kiosk", "clik2pay-sidecar", templates={"app.yaml": "\n".join(guarded)})
    add_condition(chart)
    values = umbrella.under(["clik2pay-sidecar"], umbrella.values_of("kiosk"))
    assert sidecar_of(pod_of(template(chart, *values)))
    [deployment] = template(chart, *values, "--set", f"{UNDER}enabled=false")
    assert deployment["spec"]["template"]["spec"]["initContainers"] is None
    assert helm("lint", chart, "--strict", *values).returncode == 0


@check("an unguarded template in a chart whose condition is false fails with a message that names the condition")
def _():
    platform = umbrella.write_chart(ROOT / "unguarded/platform", "shop", "till")
    for name in ("shop", "till"):
        app = {"app.yaml": umbrella.APP % {"name": name, "context": "."}}
        chart = umbrella.write_chart(platform / "charts" / name, "clik2pay-sidecar", templates=app)
        add_condition(chart)
    off = {**umbrella.values_of("till"), "enabled": False}
    shop = umbrella.under(["shop", "clik2pay-sidecar"], umbrella.values_of("shop"))
    message = error_of(platform, *shop, *umbrella.under(["till", "clik2pay-sidecar"], off))
    expected = "the chart till does not depend on clik2pay-sidecar, or the condition of this dependency is false."
    assert expected in message and "include the template only if .Subcharts contains it" in message, message
