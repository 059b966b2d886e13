"""Checks that a variable, volume or mount path is refused if the chart sets it itself, or if it is listed twice."""
from chart import CHART, MINIMAL, SHOP, UNDER, check, error_of, json_arguments, template

CALLER = {"callerToken.existingSecret": "s"}
TWICE = [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]
SET_BY_CHART = ("Sidecar__Listen", "SIDECAR__LISTEN", "sidecar:listen", "Clik2pay__Environment", "clik2pay:credentialsdirectory")
SECRETS = {"CLIK2PAY:PASSWORD": "credentials.existingSecret", "Profiles:Shop__ApiKey": "profiles.shop.credentials.existingSecret"}
CASES = (
    # .NET reads a variable in any case, and with : instead of __.
    *(({"extraEnv": [{"name": name}]}, f"extraEnv: {name} is set twice. Set it once. If this chart has a value") for name in SET_BY_CHART),
    *(
        ({"extraEnv": [{"name": name}]}, f"extraEnv: {name} is a secret and would be in clear text in the pod. Set {remedy} instead.")
        for name, remedy in SECRETS.items()
    ),
    ({"extraEnv": TWICE}, "extraEnv: A is set twice."),
    ({"extraEnv": [{"name": "A"}, {"name": "{{ \"a\" }}"}]}, "extraEnv: a is set twice."),
    ({"extraEnv": [{"name": '{{ "Sidecar" }}__Admin'}]}, "extraEnv: Sidecar__Admin is set twice."),
    ({"extraVolumes": [{"name": "clik2pay-credentials", "emptyDir": {}}]}, "extraVolumes: there are two volumes with the name clik2"),
    ({"extraVolumes": [{"name": "a"}, {"name": '{{ "a" }}'}]}, "extraVolumes: there are two volumes with the name a. Rename the volume"),
    (
        {"extraVolumes": [{"name": "a"}], "extraVolumeMounts": [{"name": "a", "mountPath": "/etc/clik2pay-sidecar/credentials/"}]},
        "extraVolumeMounts: two volumes are mounted at /etc/clik2pay-sidecar/credentials. Change the mountPath in extraVolumeMounts.",
    ),
    ({"extraEnv": [{"value": "1"}]}, "name"),
    ({"extraEnv": [{"name": "A", "value": 1}]}, "value"),
    ({"extraEnv": [{"name": "A", "value": None}]}, "value"),
    ({"extraVolumes": [{"emptyDir": {}}]}, "name"),
    ({"extraVolumeMounts": [{"name": "a", "mountPath": "a"}]}, "mountPath"),
)
OF_APP = (
    ({"app.env": [{"name": "CLIK2PAY_BASE_URL", "value": "x"}]}, "app.env: CLIK2PAY_BASE_URL is set twice. Remove it from app.env if"),
    ({**CALLER, "app.env": [{"name": '{{ "CLIK2PAY" }}_CALLER_TOKEN_FILE'}]}, "app.env: CLIK2PAY_CALLER_TOKEN_FILE is set twice."),
    ({"app.env": TWICE}, "app.env: A is set twice."),
    (
        {"app.volumeMounts": [{"name": "a", "mountPath": "/a"}, {"name": "b", "mountPath": "/a"}]},
        "app.volumeMounts: two volumes are mounted at /a.",
    ),
    (
        {**CALLER, "app.volumeMounts": [{"name": "a", "mountPath": "/etc/clik2pay-sidecar/caller-token"}]},
        "app.volumeMounts: two volumes are mounted at /etc/clik2pay-sidecar/caller-token.",
    ),
)


@check("variables, volumes and mount paths that the chart sets, or that are listed twice, are refused")
def _():
    for values, expected in CASES:
        for chart, more, prefix in ((CHART, MINIMAL, ""), (SHOP, [], UNDER)):
            message = error_of(chart, *more, *json_arguments(values, prefix))
            assert expected in message, f"{values}: {message}"
    for values, expected in OF_APP:
        message = error_of(CHART, *MINIMAL, *json_arguments(values))
        assert expected in message, f"{values}: {message}"


@check("variables that differ in more than case, both spellings of an HTTP proxy, and a volume at two paths are allowed")
def _():
    mounts = [{"name": "a", "mountPath": "/a"}, {"name": "a", "mountPath": "/b"}]
    proxies = [{"name": name, "value": "http://p:1"} for name in ("HTTPS_PROXY", "https_proxy")]
    values = {"extraVolumes": [{"name": "a", "emptyDir": {}}], "extraVolumeMounts": mounts, "app.volumeMounts": mounts}
    app = [{"name": "A", "value": "1"}, {"name": "a", "value": "2"}]
    template(CHART, *MINIMAL, *json_arguments({**values, "extraEnv": proxies, "app.env": app}))
