"""Checks that invalid profiles, listeners and callers fail with the expected messages."""
from chart import CHART, MINIMAL, SHOP, UNDER, check, error_of, json_arguments


@check("each invalid profile, listener or caller fails with a message that names the remedy")
def _():
    profile = {"environment": "Sandbox", "credentials": {"existingSecret": "s"}}
    tokens = {"tokens": {"existingSecret": "s"}, "operations": ["read"]}
    name_remedy = "is not valid. Use 1 to 40 lower-case letters, digits, hyphens and single underscores"
    names = ("Shop", "a__b", "_a", "a-", "a.b", "a" * 41)
    for values, expected in (
        *(({"profiles": {name: profile}}, f"profiles: the name {name} {name_remedy}") for name in names),
        ({"callers": {"A": tokens}}, f"callers: the name A {name_remedy}"),
        ({"listeners": {"A": {"port": 1}}}, f"listeners: the name A {name_remedy}"),
        (
            {"profiles": {"a-b": profile, "a_b": profile}},
            "profiles: a-b and a_b differ only in hyphens and underscores. Rename one of them.",
        ),
        ({"profiles": {"default": profile}}, "profiles.default: the values at the top level"),
        ({"profiles": {"a": profile}, "environment": ""}, "environment: set Sandbox, Production or Custom."),
        (
            {"profiles": {"a": {**profile, "environment": "Custom"}}},
            "profiles.a.environment: Custom requires addresses. Set profiles.a.apiBaseUrl and profiles.a.tokenEndpoint.",
        ),
        (
            {"profiles": {"a": {**profile, "tokenEndpoint": "https://a.example/token"}}},
            "profiles.a.apiBaseUrl, profiles.a.tokenEndpoint: Sandbox has fixed addresses.",
        ),
        (
            {"profiles": {"a": {**profile, "credentials": {}}}},
            "profiles.a.credentials: no credentials are set. Set profiles.a.credentials.existingSecret",
        ),
        (
            {"profiles": {"a": {**profile, "credentials": {"existingSecret": "s", "directory": "/d"}}}},
            "profiles.a.credentials: directory and existingSecret are both set.",
        ),
        ({"profiles": {"a": {**profile, "ca": {"configMap": "a", "secret": "b"}}}}, "profiles.a.ca: configMap and secret are both set."),
        (
            {"extraEnv": [{"name": "PROFILES__pop-up__Password", "value": "x"}]},
            "extraEnv: PROFILES__pop-up__Password is a secret and would be in clear text in the pod. "
            "Set profiles.pop-up.credentials.existingSecret instead.",
        ),
        (
            {"listeners": {"a": {"port": 8080}}},
            ", and the ports of listeners are 8080. They must differ",
        ),
        ({"listeners": {"a": {}}}, "listeners.a: set port, or socket for a Unix socket."),
        ({"listeners": {"a": {"port": 1, "address": "http://unix:/s"}}}, "listeners.a: port and address are both set."),
        ({"listeners": {"a": {"port": 1, "profile": "b"}}}, "listeners.a.profile: there is no profile b. Use one of: default."),
        ({"listeners": {"default": {"port": 1}}}, "listeners.default: this listener has the port in ports.callers."),
        ({"listeners": {"default": {}}}, "listeners.default: set its profile or socket, or remove this listener."),
        ({"callers": {"a": {"operations": ["read"]}}}, "callers.a: the sidecar cannot recognize this caller. Set tokens, uid or gid."),
        ({"callers": {"a": {"uid": [1], "operations": ["read"]}}}, "callers.a: uid and gid require a Unix socket. Set listeners."),
        ({"callers": {"a": {**tokens, "profiles": ["b"]}}}, "callers.a.profiles: there is no profile b."),
        (
            {"callers": {"a": tokens}, "callerToken": {"existingSecret": "s"}},
            "callerToken.existingSecret: callers and callerToken exclude each other.",
        ),
        ({"app.caller": "a"}, "app.caller: there is no caller a with tokens."),
    ):
        for chart, values_of, under in ((CHART, MINIMAL, ""), (SHOP, [], UNDER)):
            message = error_of(chart, *values_of, *json_arguments(values, under))
            assert expected in message, f"{values}: {message}"
    without_default = json_arguments({"profiles.a": profile, "callers.a": tokens})
    message = error_of(CHART, "--set", "app.image=a,image.registry=r", *without_default)
    assert "callers.a.profiles: there is no profile default. List the profiles of this caller: a." in message, message


@check("an unknown or wrong value of a profile, a listener or a caller fails with its name")
def _():
    profile = {"environment": "Sandbox", "credentials": {"existingSecret": "s"}}
    tokens = {"tokens": {"existingSecret": "s"}, "operations": ["read"]}
    for value, named in (
        ({"profiles": {"a": {**profile, "misspelt": 1}}}, "misspelt"),
        ({"profiles": {"a": {**profile, "credentials": {"inline": {"password": "x"}}}}}, "inline"),
        ({"profiles": {"a": {**profile, "credentials": {"keys": {"misspelt": "x"}}}}}, "misspelt"),
        ({"profiles": {"a": {**profile, "ca": {"misspelt": "x"}}}}, "misspelt"),
        ({"profiles": {"a": {**profile, "environment": "Prod"}}}, "environment"),
        ({"profiles": {"a": {**profile, "refreshAt": 2}}}, "refreshAt"),
        ({"profiles": {"a": {**profile, "scope": None}}}, "scope"),
        ({"profiles": {"a": {**profile, "credentials": {"directory": "relative"}}}}, "directory"),
        ({"listeners": {"a": {"port": 1, "misspelt": 1}}}, "misspelt"),
        ({"listeners": {"a": {"port": 70000}}}, "port"),
        ({"listeners": {"a": {"address": "https://a"}}}, "address"),
        ({"callers": {"a": {**tokens, "misspelt": 1}}}, "misspelt"),
        ({"callers": {"a": {**tokens, "tokens": {"token": "secret"}}}}, "token"),
        ({"callers": {"a": {**tokens, "operations": []}}}, "operations"),
        ({"callers": {"a": {"tokens": {"existingSecret": "s"}}}}, "operations"),
        ({"callers": {"a": {**tokens, "operations": ["Refund"]}}}, "operations"),
        ({"callers": {"a": {**tokens, "operations": ["GET /a;b"]}}}, "operations"),
        ({"callers": {"a": {**tokens, "uid": ["root"]}}}, "uid"),
        ({"callers": {"a": {**tokens, "tokens": {"existingSecret": "s", "keys": ["a;b"]}}}}, "keys"),
        ({"readyWhen": "any"}, "readyWhen"),
    ):
        assert named in error_of(CHART, *MINIMAL, *json_arguments(value)), value
