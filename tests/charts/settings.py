"""Checks the effect of values, and that the example and the kustomize manifests agree with the chart."""
import json

import yaml
import strict
from chart import CHART, MINIMAL, REPOSITORY, ROOT, check, keys_of, of_kind, one, pod_of, rendered, settings_of, sidecar_of, template


@check("each setting reaches the sidecar")
def _():
    settings = settings_of(sidecar_of(pod_of(rendered("full")))[2])
    assert settings == {
        "Clik2pay__Environment": "Production",
        "Clik2pay__CredentialsDirectory": "/etc/clik2pay-sidecar/credentials",
        "Clik2pay__Scope": "",
        "Clik2pay__RefreshAt": "0.6",
        "Clik2pay__CaFile": "/etc/clik2pay-sidecar/ca/ca.crt",
        "Redis__ConnectionStringFile": "/etc/clik2pay-sidecar/redis/connection-string",
        "Redis__CaFile": "/etc/clik2pay-sidecar/redis-ca/ca.crt",
        "Redis__UserFile": "/etc/clik2pay-sidecar/redis-auth/user",
        "Redis__PasswordFile": "/etc/clik2pay-sidecar/redis-auth/password",
        "Redis__SentinelUserFile": "/etc/clik2pay-sidecar/redis-sentinel-auth/user",
        "Redis__SentinelPasswordFile": "/etc/clik2pay-sidecar/redis-sentinel-auth/password",
        "Redis__ClientCertificateFile": "/etc/clik2pay-sidecar/redis-client-certificate/tls.crt",
        "Redis__ClientKeyFile": "/etc/clik2pay-sidecar/redis-client-certificate/tls.key",
        "Sidecar__CallerTokenFile": "/etc/clik2pay-sidecar/caller-token/caller-token",
        "Sidecar__Listen": "http://127.0.0.1:8181",
        "Sidecar__Admin": "http://*:9191",
        "Sidecar__MaxConnections": "2800",
        "Sidecar__DrainSeconds": "5",
        "Sidecar__StopTimeoutSeconds": "30",
        "Sidecar__AllowQuit": "true",
        "Sidecar__UnreadyWhenRefused": "AtStart",
        "Sidecar__LogFormat": "Text",
        "Sidecar__AccessLog": "true",
        "Metrics__Level": "Minimal",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.monitoring.svc:4317",
        "OTEL_RESOURCE_ATTRIBUTES": "service.namespace=prod",
    }, settings
    custom = settings_of(sidecar_of(pod_of(rendered("custom-environment")))[2])
    assert (custom["Clik2pay__ApiBaseUrl"], custom["Clik2pay__TokenEndpoint"]) == (
        "http://simulator.test.svc:5080",
        "http://simulator.test.svc:5080/oauth2/token",
    ), custom
    authority = pod_of(rendered("ca"))["spec"]
    volume = next(volume for volume in authority["volumes"] if volume["name"] == "clik2pay-ca")
    assert volume["configMap"] == {"name": "pay-trusted-ca", "items": [{"key": "ca-bundle.crt", "path": "ca.crt"}]}, volume
    least = settings_of(sidecar_of(pod_of(rendered("minimal")))[2])
    optional = ["Redis__", "OTEL_", "Token", "AllowQuit", "ApiBaseUrl", "CaFile"]
    optional += ["Profiles", "Callers", "Listeners", "ReadyWhen", "Require", "Metrics"]
    assert not [name for name in least if any(part in name for part in optional)], least


@check("each profile reaches the sidecar with its own files, and no setting creates a profile without values")
def _():
    objects = rendered("profiles")
    settings = settings_of(sidecar_of(pod_of(objects))[2])
    folder = "/etc/clik2pay-sidecar/profiles"
    names = ("Clik2pay", "Profiles", "Sidecar__Lis", "Sidecar__Ready")
    found = {name: value for name, value in settings.items() if name.startswith(names)}
    assert found == {
        "Profiles__2__Environment": "Custom",
        "Profiles__2__ApiBaseUrl": "http://simulator.test.svc:5080",
        "Profiles__2__TokenEndpoint": "http://simulator.test.svc:5080/oauth2/token",
        "Profiles__2__CredentialsDirectory": "/vault/secrets/two",
        "Profiles__2__AllowInsecureUpstream": "true",
        "Profiles__pop-up_store__Environment": "Sandbox",
        "Profiles__pop-up_store__CredentialsDirectory": f"{folder}/pop-up_store/credentials",
        "Profiles__pop-up_store__Scope": "",
        "Profiles__pop-up_store__RefreshAt": "0.6",
        "Profiles__pop-up_store__CaFile": f"{folder}/pop-up_store/ca/ca.crt",
        "Profiles__shop__Environment": "Production",
        "Profiles__shop__CredentialsDirectory": f"{folder}/shop/credentials",
        "Sidecar__Listen": "http://127.0.0.1:8080",
        "Sidecar__Listeners__default__Profile": "shop",
        "Sidecar__Listeners__pop-up__Address": "http://127.0.0.1:8082",
        "Sidecar__Listeners__pop-up__Profile": "pop-up_store",
        "Sidecar__ReadyWhen": "All",
    }, found
    assert not of_kind(objects, "Secret"), "A Secret is created for a profile."
    volumes = {volume["name"]: volume for volume in pod_of(objects)["spec"]["volumes"]}
    mounts = {mount["mountPath"]: volumes[mount["name"]] for mount in sidecar_of(pod_of(objects))[2]["volumeMounts"]}
    assert mounts[f"{folder}/shop/credentials"]["secret"]["secretName"] == "pay-shop"
    items = {item["path"]: item["key"] for item in mounts[f"{folder}/pop-up_store/credentials"]["secret"]["items"]}
    assert items == {"username": "USER", "password": "PASSWORD", "api-key": "KEY"}, items
    authority = mounts[f"{folder}/pop-up_store/ca"]["configMap"]
    assert authority == {"name": "trusted-ca", "items": [{"key": "bundle.crt", "path": "ca.crt"}]}, authority


@check("each caller reaches the sidecar, and the app gets only the tokens of its own caller")
def _():
    pod = pod_of(rendered("callers"))
    settings = settings_of(sidecar_of(pod)[2])
    folder = "/etc/clik2pay-sidecar/callers"
    names = ("Callers", "Sidecar__Listeners", "Sidecar__Re", "Sidecar__P")
    found = {name: value for name, value in settings.items() if name.startswith(names)}
    assert found == {
        "Callers__shop__TokenFiles": f"{folder}/shop/current;{folder}/shop/1",
        "Callers__shop__Operations": "create;read;GET /open/v1/reports/*/**",
        "Callers__refund-job__Uid": "10001;2147483648",
        "Callers__refund-job__Gid": "10001",
        "Callers__refund-job__Profiles": "default;sandbox",
        "Callers__refund-job__Operations": "refund;cancel;pay",
        "Callers__till_2__TokenFiles": f"{folder}/till_2/caller-token",
        "Callers__till_2__Operations": "* /open/v1/**",
        "Sidecar__Listeners__socket__Address": "http://unix:/run/clik2pay/sidecar.sock",
        "Sidecar__RequireMerchantTransactionId": "true",
        "Sidecar__PlaceholderTokenEndpoint": "true",
    }, found
    app = pod["spec"]["containers"][0]
    assert settings_of(app)["CLIK2PAY_CALLER_TOKEN_FILE"] == f"{folder}/shop/current"
    mounts = [(mount["name"], mount["mountPath"]) for mount in app["volumeMounts"] if mount["name"] != "scratch"]
    assert mounts == [("clik2pay-caller-shop", f"{folder}/shop")], mounts
    secrets = {volume["name"]: volume["secret"]["secretName"] for volume in pod["spec"]["volumes"] if "secret" in volume}
    assert (secrets["clik2pay-caller-shop"], secrets["clik2pay-caller-till-2"]) == ("pay-token", "till"), secrets


@check("files of a volume or a folder have the names in the values, and the app mounts only the volume of its own caller")
def _():
    pod = pod_of(rendered("csi"))
    sidecar, app, folder = sidecar_of(pod)[2], pod["spec"]["containers"][0], "/etc/clik2pay-sidecar"
    settings = settings_of(sidecar)
    names = ("Clik2pay__Credentials", "Clik2pay__U", "Redis", "Callers__shop__T")
    assert {name: value for name, value in settings.items() if name.startswith(names)} == {
        "Clik2pay__CredentialsDirectory": f"{folder}/credentials",
        "Redis__ConnectionStringFile": f"{folder}/redis/redis-url",
        "Redis__UserFile": f"{folder}/redis-auth/redis-user",
        "Redis__PasswordFile": f"{folder}/redis-auth/redis-password",
        "Callers__shop__TokenFiles": f"{folder}/callers/shop/current;{folder}/callers/shop/next",
    }, settings
    classes = {volume["name"]: volume["csi"]["volumeAttributes"]["secretProviderClass"] for volume in pod["spec"]["volumes"]}
    mounts = {mount["mountPath"]: classes[mount["name"]] for mount in sidecar["volumeMounts"]}
    assert mounts == {
        f"{folder}/credentials": "pay-credentials",
        f"{folder}/redis": "pay-redis",
        f"{folder}/redis-auth": "pay-redis-auth",
        f"{folder}/callers/shop": "pay-shop-tokens",
    }, mounts
    assert [mount["mountPath"] for mount in app["volumeMounts"]] == [f"{folder}/callers/shop"], app["volumeMounts"]
    assert settings_of(app)["CLIK2PAY_CALLER_TOKEN_FILE"] == f"{folder}/callers/shop/current"
    assert not of_kind(rendered("csi"), "Secret") and one(rendered("csi"), "SecretProviderClass")

    pod = pod_of(rendered("vault-agent"))
    settings = settings_of(sidecar_of(pod)[2])
    files = {name: value for name, value in settings.items() if value.startswith("/vault/")}
    assert files == {
        "Clik2pay__UsernameFile": "/vault/secrets/username",
        "Clik2pay__PasswordFile": "/vault/secrets/password",
        "Clik2pay__ApiKeyFile": "/vault/secrets/clik2pay-api-key",
        "Redis__ConnectionStringFile": "/vault/secrets/redis-url",
    }, files
    assert "volumeMounts" not in sidecar_of(pod)[2] and [volume["name"] for volume in pod["spec"]["volumes"]] == ["vault-token"]
    # Vault fills each file that the sidecar reads, and no other.
    injected = "vault.hashicorp.com/agent-inject-secret-"
    rendered_by_vault = [name.removeprefix(injected) for name in pod["metadata"]["annotations"] if name.startswith(injected)]
    assert sorted(rendered_by_vault) == sorted(value.removeprefix("/vault/secrets/") for value in files.values()), rendered_by_vault

    # With a folder, the app gets the path and mounts nothing.
    pod = pod_of(template(CHART, *MINIMAL, "--set", "callerToken.directory=/vault/caller/,callerToken.key=token"))
    app = pod["spec"]["containers"][0]
    assert settings_of(app)["CLIK2PAY_CALLER_TOKEN_FILE"] == "/vault/caller/token" and "volumeMounts" not in app, app
    assert settings_of(sidecar_of(pod)[2])["Sidecar__CallerTokenFile"] == "/vault/caller/token"


@check("each source of files can be a Secret, a volume or a folder")
def _():
    for key, settings in {
        "redis": ["Redis__ConnectionStringFile"],
        "redis.auth": ["Redis__PasswordFile"],
        "redis.sentinelAuth": ["Redis__SentinelPasswordFile"],
        "redis.clientCertificate": ["Redis__ClientCertificateFile", "Redis__ClientKeyFile"],
        "callerToken": ["Sidecar__CallerTokenFile"],
        "ca": ["Clik2pay__CaFile"],
        "profiles.x.ca": ["Profiles__x__CaFile"],
        "profiles.x.credentials": ["Profiles__x__CredentialsDirectory"],
        "callers.x.tokens": ["Callers__x__TokenFiles"],
    }.items():
        base = [*MINIMAL, "--set", "callers.x.operations={read}"] if key.startswith("callers") else [*MINIMAL]
        if key.startswith("redis."):
            base += ["--set", "redis.connectionString=r:1"]
        if key.startswith("profiles"):
            base += ["--set", "profiles.x.environment=Sandbox"]
        if key == "profiles.x.ca":
            base += ["--set", "profiles.x.credentials.existingSecret=s"]
        pod = pod_of(template(CHART, *base, "--set-json", key + '.volume={"csi":{"driver":"d"}}'))
        sidecar = sidecar_of(pod)[2]
        volumes = [volume["name"] for volume in pod["spec"]["volumes"] if volume.get("csi") == {"driver": "d"}]
        mounts = [mount["mountPath"] for mount in sidecar["volumeMounts"] if mount["name"] in volumes]
        assert len(mounts) == 1 and all(settings_of(sidecar)[name].startswith(mounts[0]) for name in settings), (key, volumes, mounts)
        pod = pod_of(template(CHART, *base, "--set", f"{key}.directory=/run/files"))
        sidecar = sidecar_of(pod)[2]
        assert all(settings_of(sidecar)[name].startswith("/run/files") for name in settings), (key, settings_of(sidecar))
        assert not [mount for mount in sidecar["volumeMounts"] if mount["mountPath"].startswith("/run")], sidecar["volumeMounts"]


@check("the app of the chart gets its values")
def _():
    pod = pod_of(rendered("full"))
    app = pod["spec"]["containers"][0]
    assert app["image"] == "registry.example/shop:" + yaml.safe_load((CHART / "Chart.yaml").read_text())["appVersion"], app["image"]
    assert (app["command"], app["args"], app["imagePullPolicy"]) == (["/shop"], ["--listen=:8080"], "IfNotPresent")
    assert settings_of(app) == {
        "CLIK2PAY_BASE_URL": "http://127.0.0.1:8181",
        "CLIK2PAY_CALLER_TOKEN_FILE": "/etc/clik2pay-sidecar/caller-token/caller-token",
        "TZ": "America/Toronto",
    }
    variables = [name for name in settings_of(app) if name.startswith("CLIK2PAY_")]
    programs = sorted((REPOSITORY / "examples/calling").glob("[Pp]ay.*"))
    assert programs, "examples/calling contains no programs."
    for program in programs:
        missing = [name for name in variables if name not in program.read_text()]
        assert not missing, f"{program.name} does not use {missing}."
    assert app["envFrom"] == [{"secretRef": {"name": "pay-shop"}}]
    assert [mount["mountPath"] for mount in app["volumeMounts"]] == ["/etc/clik2pay-sidecar/caller-token", "/tmp"]
    assert app["resources"] and app["startupProbe"] and app["readinessProbe"] and app["livenessProbe"]
    assert app["securityContext"]["runAsNonRoot"]
    spec = one(rendered("full"), "Deployment")["spec"]
    assert spec["replicas"] == 3 and pod["spec"]["serviceAccountName"] == "shop-pods"
    assert pod["spec"]["securityContext"] == {"fsGroup": 2000}
    assert (
        pod["spec"]["imagePullSecrets"] == [{"name": "registry"}]
        and pod["spec"]["nodeSelector"] == {"kubernetes.io/os": "linux"}
        and pod["spec"]["affinity"]
        and pod["spec"]["tolerations"]
    )
    assert pod["spec"]["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"] == {"app.kubernetes.io/instance": "pay"}
    assert (pod["metadata"]["labels"]["cost-centre"], pod["metadata"]["labels"]["team"], pod["metadata"]["annotations"]) == (
        "pay",
        "payments",
        {"example.com/owner": "payments"},
    )
    service = one(rendered("full"), "Service")
    assert (
        service["spec"]["type"] == "LoadBalancer"
        and service["spec"]["ports"][0]["port"] == 8443
        and service["metadata"]["annotations"] == {"example.com/class": "internal"}
    )
    assert one(rendered("full"), "ServiceAccount")["metadata"]["annotations"] == {"example.com/role": "pay"}
    assert one(rendered("full"), "PodDisruptionBudget")["spec"]["maxUnavailable"] == "34%"
    sidecar = sidecar_of(pod)[2]
    assert sidecar["envFrom"] == [{"configMapRef": {"name": "pay-proxy"}}], sidecar["envFrom"]
    assert {"name": "scratch", "mountPath": "/scratch"} in sidecar["volumeMounts"], sidecar["volumeMounts"]
    assert {document["metadata"]["name"] for document in of_kind(rendered("full"), "ConfigMap")} == {
        "shop-routes",
        "shop-dashboard",
        "pay-proxy",
        "pay-two",
    }


@check("every object except extraObjects has the common labels")
def _():
    for document in rendered("full"):
        metadata = document["metadata"]
        is_extra = metadata["name"] in ("pay-proxy", "pay-two")
        assert is_extra or metadata.get("labels", {}).get("team") == "payments", metadata


@check("the ServiceAccount is a new one, a named one, or the default")
def _():
    for arguments, created, used in (
        ([], True, "pay-clik2pay-sidecar"),
        (["--set", "serviceAccount.create=false"], False, "default"),
        (["--set", "serviceAccount.create=false,serviceAccount.name=mine"], False, "mine"),
    ):
        objects = template(CHART, *MINIMAL, *arguments)
        assert bool(of_kind(objects, "ServiceAccount")) == created and pod_of(objects)["spec"]["serviceAccountName"] == used, arguments


@check("the image has the registry, repository, tag and digest of the values")
def _():
    digest = "sha256:" + "0" * 64
    version = yaml.safe_load((CHART / "Chart.yaml").read_text())["appVersion"]
    for arguments, image in (
        ("image.tag=", f"registry.example/clik2pay-sidecar:{version}"),
        ("image.registry=ghcr.io,image.repository=o/c,image.tag=v9", "ghcr.io/o/c:v9"),
        (f"image.tag=v9,image.digest={digest}", f"registry.example/clik2pay-sidecar@{digest}"),
    ):
        found = sidecar_of(pod_of(template(CHART, *MINIMAL, "--set", arguments)))[2]["image"]
        assert found == image, found
    found = sidecar_of(pod_of(rendered("the example")))[2]["image"]
    assert found == f"registry.example/clik2pay-sidecar:{version}", f"{found} does not have the version of the sidecar's chart."


@check("the start gate, readiness with refused credentials, and the timings of the probes are those of the values")
def _():
    def sidecar(*arguments):
        return sidecar_of(pod_of(template(CHART, *MINIMAL, *arguments)))[2]

    found = sidecar()
    # An outage of the token endpoint does not keep the app from starting. Wrong credentials keep the pod unready.
    assert found["startupProbe"]["httpGet"]["path"] == "/livez" and settings_of(found)["Sidecar__UnreadyWhenRefused"] == "AtStart"
    found = sidecar("--set", "startGate=token,unreadyWhenRefused=Always")
    assert found["startupProbe"]["httpGet"]["path"] == "/startupz" and settings_of(found)["Sidecar__UnreadyWhenRefused"] == "Always"
    found = sidecar("--set", "nativeSidecar=false,startSeconds=90")
    command = found["lifecycle"]["postStart"]["exec"]["command"]
    assert command == ["/clik2pay-sidecar", "wait", "--for", "process", "--timeout", "90"], command
    found = sidecar("--set", "nativeSidecar=false,startGate=token")
    command = found["lifecycle"]["postStart"]["exec"]["command"]
    assert command == ["/clik2pay-sidecar", "wait", "--for", "token", "--timeout", "600"], command

    def timings(probe):
        return {key: value for key, value in probe.items() if key != "httpGet"}

    for period, threshold in ((1, 100), (3, 34), (200, 1)):
        found = sidecar("--set", f"startSeconds=100,probes.startup.periodSeconds={period},probes.startup.timeoutSeconds=2")
        expected = {"periodSeconds": period, "timeoutSeconds": 2, "failureThreshold": threshold}
        assert timings(found["startupProbe"]) == expected, found["startupProbe"]
    values = {
        "readiness": {"initialDelaySeconds": 1, "periodSeconds": 2, "timeoutSeconds": 3, "successThreshold": 4, "failureThreshold": 5},
        "liveness": {"initialDelaySeconds": 6, "periodSeconds": 7, "timeoutSeconds": 8, "failureThreshold": 9},
    }
    found = sidecar("--set-json", f"probes={json.dumps(values)}")
    assert timings(found["readinessProbe"]) == values["readiness"] and timings(found["livenessProbe"]) == values["liveness"], found


@check("routes are JSON in the working directory")
def _():
    objects = rendered("routes")
    data = one(objects, "ConfigMap", "-routes")["data"]
    routes = json.loads(data["proxy.json"])
    assert list(data) == ["proxy.json"] and routes == {
        "ReverseProxy": yaml.safe_load((CHART / "ci/routes-values.yaml").read_text())["reverseProxy"]
    }, routes
    sidecar = sidecar_of(pod_of(objects))[2]
    mount = next(mount for mount in sidecar["volumeMounts"] if mount["name"] == "clik2pay-routes")
    assert sidecar["workingDir"] == mount["mountPath"], sidecar["workingDir"]
    assert "workingDir" not in sidecar_of(pod_of(rendered("minimal")))[2]


@check("a chart that depends on this chart gets no workload, and its templates refer to existing objects")
def _():
    objects = rendered("the example with all objects of its dependency")
    assert [document["metadata"]["name"] for document in of_kind(objects, "Deployment")] == ["pay"]
    assert not of_kind(objects, "Service", "ServiceAccount", "PodDisruptionBudget")
    spec = pod_of(objects)["spec"]
    assert (
        next(volume for volume in spec["volumes"] if volume["name"] == "clik2pay-routes")["configMap"]["name"]
        == one(objects, "ConfigMap", "-routes")["metadata"]["name"]
    )
    assert (
        next(volume for volume in spec["volumes"] if volume["name"] == "clik2pay-redis")["secret"]["secretName"]
        == one(objects, "Secret", "-redis")["metadata"]["name"]
    )
    # In values that are marked tpl, .Values contains the values of the sidecar's chart.
    assert pod_of(objects)["metadata"]["labels"]["calls"] == "Sandbox", pod_of(objects)["metadata"]["labels"]
    assert spec["imagePullSecrets"] == [{"name": "registry"}]
    assert one(objects, "Pod")["spec"]["imagePullSecrets"] == [{"name": "registry"}]


@check("the app of the example has no credentials and mounts no volumes")
def _():
    app = pod_of(rendered("the example"))["spec"]["containers"][0]
    assert settings_of(app) == {"CLIK2PAY_BASE_URL": "http://127.0.0.1:8080"} and not app.get("volumeMounts"), app


@check("the sidecar is the same in this chart alone and in a chart that depends on it")
def _():
    alone, depending = pod_of(rendered("minimal")), pod_of(rendered("the example"))
    assert sidecar_of(alone)[2] == sidecar_of(depending)[2]
    assert alone["spec"]["volumes"] == depending["spec"]["volumes"]
    assert alone["spec"]["terminationGracePeriodSeconds"] == depending["spec"]["terminationGracePeriodSeconds"]


@check("the kustomize manifests contain the same sidecar as the chart")
def _():
    for overlay in ("sandbox", "production"):
        objects = strict.read((ROOT / f"rendered/kustomize-{overlay}.yaml").read_text())
        pod, ours = pod_of(objects), pod_of(rendered("minimal"))
        place, _, sidecar = sidecar_of(pod)
        expected = sidecar_of(ours)[2]
        same = ("restartPolicy", "ports", "startupProbe", "readinessProbe", "livenessProbe", "resources", "securityContext")
        assert place == "initContainers" and {key: sidecar[key] for key in same} == {key: expected[key] for key in same}, overlay
        assert settings_of(sidecar).items() <= settings_of(expected).items(), settings_of(sidecar)
        settings = one(objects, "ConfigMap")
        assert settings["data"]["Clik2pay__Environment"] == overlay.capitalize() and sidecar["envFrom"] == [
            {"configMapRef": {"name": settings["metadata"]["name"]}}
        ]
        assert pod["spec"]["terminationGracePeriodSeconds"] == ours["spec"]["terminationGracePeriodSeconds"]
        assert {volume["secret"]["defaultMode"] for volume in pod["spec"]["volumes"]} == {0o444}
        assert not [key for key, _ in keys_of(objects) if key == "subPath"]
        mounts = {mount["name"]: mount["mountPath"] for mount in sidecar["volumeMounts"]}
        assert (
            mounts.keys() == {volume["name"] for volume in pod["spec"]["volumes"]}
            and mounts["clik2pay-credentials"] == settings_of(sidecar)["Clik2pay__CredentialsDirectory"]
        )
        if "Redis__ConnectionStringFile" in settings["data"]:
            assert settings["data"]["Redis__ConnectionStringFile"] == mounts["clik2pay-redis"] + "/connection-string"
        for secret in of_kind(objects, "Secret"):
            assert secret["metadata"]["name"] == "clik2pay-credentials", secret
            assert set(secret["data"]) == {"username", "password", "api-key"}, secret
