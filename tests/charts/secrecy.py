"""Checks where secrets are rendered, and which objects change with a secret."""
import base64

from chart import (
    CANARIES,
    CHART,
    INLINE,
    MINIMAL,
    SHOP,
    TRIAL,
    UNDER,
    check,
    error_of,
    json_arguments,
    of_kind,
    one,
    pod_of,
    rendered,
    settings_of,
    sidecar_of,
    strings,
    template,
)


def where_is(canary, objects):
    forms = {canary, base64.b64encode(canary.encode()).decode()}
    return [
        (document["kind"], document["metadata"]["name"])
        for document in objects
        if any(form in text for _, text in strings(document) for form in forms)
    ]


@check("inline secrets are only in a Secret, in base64")
def _():
    for chart, arguments in (
        (CHART, TRIAL),
        (SHOP, ["--set", f"{UNDER}credentials.existingSecret=", *(value if value == "--set" else UNDER + value for value in INLINE)]),
    ):
        objects = template(chart, *arguments)
        for key, canary in CANARIES.items():
            name = "pay-clik2pay-sidecar-" + ("redis" if key.startswith("redis") else "credentials")
            assert where_is(canary, objects) == [("Secret", name)], f"{key} is in {where_is(canary, objects)}"
        secrets = [document["data"] for document in of_kind(objects, "Secret")]
        assert sorted(base64.b64decode(value).decode() for data in secrets for value in data.values()) == sorted(CANARIES.values()), secrets
        assert {key for data in secrets for key in data} == {"username", "password", "api-key", "connection-string"}


@check("with an existing Secret no inline value is rendered")
def _():
    objects = template(CHART, *TRIAL, "--set", "credentials.existingSecret=mine,redis.existingSecret=myredis")
    assert not of_kind(objects, "Secret")
    assert not [key for key, canary in CANARIES.items() if where_is(canary, objects)]
    names = {volume["name"]: volume["secret"]["secretName"] for volume in pod_of(objects)["spec"]["volumes"]}
    assert names == {"clik2pay-credentials": "mine", "clik2pay-redis": "myredis"}, names


@check("names and keys of Secrets come from the values")
def _():
    volume = pod_of(rendered("existing-secret"))["spec"]["volumes"][0]["secret"]
    assert volume["secretName"] == "pay-provider", volume
    assert {item["path"]: item["key"] for item in volume["items"]} == {
        "username": "CLIK2PAY_USER",
        "password": "CLIK2PAY_PASSWORD",
        "api-key": "CLIK2PAY_KEY",
    }, volume
    objects = template(CHART, *TRIAL, "--set", "credentials.keys.apiKey=KEY")
    assert set(one(objects, "Secret", "-credentials")["data"]) == {"username", "password", "KEY"}


@check("user, passwords and client certificate of Redis are files from the Secrets and keys in the values")
def _():
    def files_of(render):
        spec = pod_of(rendered(render))["spec"]
        mounts = {mount["name"]: mount["mountPath"] for mount in sidecar_of(pod_of(rendered(render)))[2]["volumeMounts"]}
        return {
            f"{mounts[volume['name']]}/{item['path']}": (volume["secret"]["secretName"], item["key"])
            for volume in spec["volumes"]
            if volume["name"].startswith("clik2pay-redis-")
            for item in volume["secret"]["items"]
        }

    folder = "/etc/clik2pay-sidecar/redis"
    assert files_of("full") == {
        f"{folder}-ca/ca.crt": ("redis-ca", "tls.crt"),
        f"{folder}-auth/user": ("redis-user", "redis-user"),
        f"{folder}-auth/password": ("redis-user", "redis-password"),
        f"{folder}-sentinel-auth/user": ("redis-sentinel", "sentinel-user"),
        f"{folder}-sentinel-auth/password": ("redis-sentinel", "sentinel-password"),
        f"{folder}-client-certificate/tls.crt": ("redis-client", "client.pem"),
        f"{folder}-client-certificate/tls.key": ("redis-client", "client-key.pem"),
    }, files_of("full")

    # Without a key for the user there is no file and no setting, so Redis uses the default user.
    assert files_of("redis-auth") == {
        f"{folder}-ca/ca.crt": ("redis-client-tls", "ca.crt"),
        f"{folder}-auth/user": ("pay-redis-user", "username"),
        f"{folder}-auth/password": ("pay-redis-user", "password"),
        f"{folder}-sentinel-auth/password": ("redis-sentinel", "sentinel-password"),
        f"{folder}-client-certificate/tls.crt": ("redis-client-tls", "tls.crt"),
        f"{folder}-client-certificate/tls.key": ("redis-client-tls", "tls.key"),
    }, files_of("redis-auth")
    assert "Redis__SentinelUserFile" not in settings_of(sidecar_of(pod_of(rendered("redis-auth")))[2])


@check("the checksum changes only with the connection string of Redis")
def _():
    def annotations(*arguments):
        return pod_of(template(CHART, *TRIAL, *arguments))["metadata"]["annotations"]

    before = annotations()
    assert len(before) == 1, before
    assert annotations("--set", "redis.connectionString=other:6379") != before
    for same in (
        "credentials.inline.password=other",
        "reverseProxy.Routes.a.ClusterId=clik2pay",
        "replicaCount=7",
        "commonLabels.a=b",
        "podMonitor.interval=10s",
    ):
        assert annotations("--set", same) == before, same
    assert "annotations" not in pod_of(template(CHART, *MINIMAL))["metadata"], "A checksum is rendered without a connection string."


@check("changed routes or inline credentials do not change the pods")
def _():
    routes = ["-f", CHART / "ci/routes-values.yaml"]
    for arguments, change in ((routes, "reverseProxy.Routes.read.Match.Path=/open/v1/other"), (TRIAL, "credentials.inline.password=other")):
        before, after = template(CHART, *arguments), template(CHART, *arguments, "--set", change)
        assert before != after and one(before, "Deployment") == one(after, "Deployment"), change


@check("the app cannot get the files of another source with its caller token, or mount a volume of the sidecar")
def _():
    csi = lambda name: {"csi": {"driver": "secrets-store.csi.k8s.io", "volumeAttributes": {"secretProviderClass": name}}}
    secret = lambda name, **more: {"secret": {"secretName": name, **more}}
    projected = lambda *names: {"projected": {"sources": [{"secret": {"name": name}} for name in names]}}
    item = lambda key: {"items": [{"key": key, "path": "caller-token"}]}
    caller = lambda **source: {"operations": ["read"], "tokens": source}
    for credentials, token, is_refused in (
        ({"volume": csi("all")}, {"volume": csi("{{ print `all` }}")}, True),
        ({"volume": csi("all")}, {"volume": csi("token")}, False),
        ({"volume": secret("all")}, {"volume": secret("all")}, True),
        ({"existingSecret": "all"}, {"volume": secret("all")}, True),
        ({"existingSecret": "all"}, {"volume": secret("all", **item("password"))}, True),
        ({"existingSecret": "all"}, {"volume": secret("all", **item("token"))}, False),
        ({"existingSecret": "all"}, {"volume": projected("token", "all")}, True),
        ({"existingSecret": "all"}, {"existingSecret": "all"}, False),
        ({"existingSecret": "all"}, {"existingSecret": "all", "key": "password"}, True),
        ({"volume": secret("all")}, {"existingSecret": "all"}, True),
        ({"volume": {"emptyDir": {}}}, {"volume": {"emptyDir": {}}}, False),
        ({"volume": {"hostPath": {"path": "/s"}}}, {"volume": {"hostPath": {"path": "/s/", "type": "Directory"}}}, True),
        ({"volume": {"nfs": {"server": "s", "path": "/a/b"}}}, {"volume": {"nfs": {"server": "s", "path": "/a"}}}, True),
        ({"volume": {"nfs": {"server": "s", "path": "/a"}}}, {"volume": {"nfs": {"server": "t", "path": "/a"}}}, False),
        ({"directory": "/vault/secrets"}, {"directory": "/vault/secrets/"}, True),
        ({"directory": "/vault/secrets/provider"}, {"directory": "/vault/secrets"}, True),
        ({"directory": "/vault/secrets"}, {"directory": "/vault/secrets/token"}, False),
        ({"directory": "/vault/secrets-2"}, {"directory": "/vault/secrets"}, False),
    ):
        values = {"environment": "Sandbox", "image": {"registry": "r"}, "app": {"image": "a"}, "callerToken": token}
        arguments = json_arguments({**values, "credentials": credentials})
        if is_refused:
            message = error_of(CHART, *arguments)
            expected = f"callerToken.{next(iter(token))}: the app would also get the files of credentials."
            assert expected in message, f"{credentials}, {token}: {message}"
        else:
            template(CHART, *arguments)
    callers = {"shop": caller(existingSecret="tokens"), "job": caller(existingSecret="tokens")}
    arguments = [*MINIMAL, "--set", "app.caller=shop", *json_arguments({"callers": callers})]
    assert "callers.shop.tokens.existingSecret: the app would also get the files of callers.job.tokens." in error_of(CHART, *arguments)
    callers = {"shop": caller(volume=secret("tokens")), "job": caller(existingSecret="tokens", keys=["ca.crt"])}
    arguments = [*MINIMAL, "--set", "app.caller=shop", *json_arguments({"callers": callers})]
    assert "callers.shop.tokens.volume: the app would also get the files of callers.job.tokens." in error_of(CHART, *arguments)
    mounts = [{"name": "clik2pay-credentials", "mountPath": "/stolen"}]
    message = error_of(CHART, *MINIMAL, *json_arguments({"app.volumeMounts": mounts}))
    assert "app.volumeMounts: the volume clik2pay-credentials belongs to the sidecar, and can contain secrets." in message, message
