"""The pod against the program itself, where that is built."""
import base64
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import urllib.request

from chart import CHART, REPOSITORY, ROOT, Skip, TRIAL, check, of_kind, one, pod_of, settings_of, sidecar_of, template


PROGRAM = pathlib.Path(os.environ.get("TEST_SIDECAR", REPOSITORY / "src/Clik2pay.Sidecar/bin/Debug/net10.0/clik2pay-sidecar"))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def container_of(objects, spec, container, existing={}):
    """Starts the program like the container, with its folders in a temporary folder.

    `existing` has the data of existing Secrets. One that is not in it holds "of another Secret" under each key.
    """
    if not PROGRAM.exists():
        raise Skip("the program is not built here: dotnet build")
    folder = pathlib.Path(tempfile.mkdtemp(dir=ROOT))
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    for mount in container["volumeMounts"]:
        place = pathlib.Path(f"{folder}{mount['mountPath']}")
        place.mkdir(parents=True)
        volume = volumes[mount["name"]]
        if "configMap" in volume:
            for name, text in one(objects, "ConfigMap", volume["configMap"]["name"])["data"].items():
                (place / name).write_text(text)
        else:
            name = volume["secret"]["secretName"]
            ours = [document["data"] for document in of_kind(objects, "Secret") if document["metadata"]["name"] == name]
            data = {key: base64.b64decode(value).decode() for key, value in ours[0].items()} if ours else existing.get(name)
            for item in volume["secret"]["items"]:
                (place / item["path"]).write_text(data[item["key"]] if data else "of another Secret")
    settings = {name: value.replace("/etc/clik2pay-sidecar", f"{folder}/etc/clik2pay-sidecar") for name, value in settings_of(container).items()}
    return {"cwd": f"{folder}{container.get('workingDir', '')}", "env": {**os.environ, **settings}}


@check("the program takes settings and routes as they are in the pod")
def _():
    # Everything at once, with addresses at which nobody is.
    objects = template(
        CHART,
        *TRIAL,
        "-f",
        CHART / "ci/routes-values.yaml",
        "--set",
        "credentials.existingSecret=,environment=Custom,apiBaseUrl=http://127.0.0.1:9,tokenEndpoint=http://127.0.0.1:9/token",
        "--set",
        "redis.connectionString=127.0.0.1:9\\,serviceName=main,callerToken.existingSecret=caller,allowQuit=true,accessLog=true",
        "--set",
        "redis.auth.existingSecret=login,redis.auth.keys.user=u,redis.sentinelAuth.existingSecret=sentinel,redis.sentinelAuth.keys.user=u",
    )
    spec = one(objects, "Pod")["spec"]
    place = container_of(objects, spec, spec["containers"][0])
    result = subprocess.run([PROGRAM, *spec["containers"][0]["args"]], **place, capture_output=True, text=True, timeout=60)
    assert f"Custom, http://127.0.0.1:9/, routes of {place['cwd']}/proxy.json" in result.stdout, result.stdout + result.stderr
    assert (
        result.returncode == 3 and "FAIL  Redis " in result.stdout and "FAIL  token endpoint " in result.stdout
    ), result.stdout


@check("the program reaches a Redis that requires a user, a password and a client certificate, with the files as they are in the pod")
def _():
    for tool in ("redis-server", "openssl"):
        if not shutil.which(tool):
            raise Skip(f"{tool} is not installed")

    # One self-signed certificate is the server's, the client's and the authority of both.
    folder, port = ROOT / "redis-tls", free_port()
    folder.mkdir()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        + ["-subj", "/CN=redis", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "tls.key", "-out", folder / "tls.crt"],
        check=True,
        capture_output=True,
        timeout=60,
    )
    (folder / "redis.conf").write_text(
        f"bind 127.0.0.1\nport 0\ntls-port {port}\ntls-auth-clients yes\nsave ''\ndir {folder}\n"
        f"tls-cert-file {folder}/tls.crt\ntls-key-file {folder}/tls.key\ntls-ca-cert-file {folder}/tls.crt\n"
        "user default off\nuser sidecar on >a-password ~clik2pay:* +eval +time +get +set +del +strlen +pttl +pexpire\n"
    )
    objects = template(
        CHART,
        "--set",
        "environment=Custom,apiBaseUrl=http://127.0.0.1:9,tokenEndpoint=http://127.0.0.1:9/token,app.image=a,credentials.existingSecret=c",
        "--set",
        f"redis.connectionString=rediss://127.0.0.1:{port},redis.caSecret=tls,redis.caKey=tls.crt",
        "--set",
        "redis.clientCertificate.existingSecret=tls",
        "--set",
        "redis.auth.existingSecret=login,redis.auth.keys.user=name,redis.auth.keys.password=secret",
    )
    spec = one(objects, "Pod")["spec"]
    existing = {
        "login": {"name": "sidecar", "secret": "a-password"},
        "tls": {name: (folder / name).read_text() for name in ("tls.crt", "tls.key")},
    }
    place = container_of(objects, spec, spec["containers"][0], existing)
    server = subprocess.Popen(["redis-server", folder / "redis.conf"], stdout=subprocess.PIPE, text=True)
    try:
        log = []
        while not log or "Ready to accept connections" not in log[-1]:
            log.append(server.stdout.readline())
            assert log[-1], "".join(log)
        result = subprocess.run([PROGRAM, *spec["containers"][0]["args"]], **place, capture_output=True, text=True, timeout=60)
        # The token endpoint is not there, which shows that Redis was not the first to fail.
        assert result.returncode == 5 and "ok    Redis " in result.stdout, result.stdout + result.stderr
    finally:
        server.kill()
        server.communicate()


@check("played with processes: postStart returns when the sidecar has started, probes say yes, the app is served, SIGTERM ends it with 0")
def _():
    simulator, callers, admin = free_port(), free_port(), free_port()
    objects = template(
        CHART,
        "-f",
        CHART / "ci/inline-trial-values.yaml",
        "-f",
        CHART / "ci/routes-values.yaml",
        "--set",
        "credentials.existingSecret=,environment=Custom,callerToken.existingSecret=caller,nativeSidecar=false,drainSeconds=0",
        "--set",
        f"apiBaseUrl=http://127.0.0.1:{simulator},tokenEndpoint=http://127.0.0.1:{simulator}/oauth2/token,ports.callers={callers},ports.admin={admin}",
        "--set",
        "reverseProxy.Routes.list.ClusterId=clik2pay,reverseProxy.Routes.list.Match.Path=/open/v1/payment-requests",
    )
    pod = pod_of(objects)
    sidecar, app = sidecar_of(pod)[2], pod["spec"]["containers"][1]
    place = container_of(objects, pod["spec"], sidecar)
    started, log = [], open(ROOT / "sidecar.log", "w+")
    try:
        started.append(subprocess.Popen([PROGRAM, "simulate", "--urls", f"http://127.0.0.1:{simulator}"], stdout=log, stderr=log))
        started.append(subprocess.Popen([PROGRAM], **place, stdout=log, stderr=log))
        post_start = subprocess.run(
            [PROGRAM, *sidecar["lifecycle"]["postStart"]["exec"]["command"][1:]], **place, capture_output=True, text=True, timeout=60
        )
        assert post_start.returncode == 0, post_start.stderr
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            address = f"http://127.0.0.1:{sidecar['ports'][0]['containerPort']}{sidecar[probe]['httpGet']['path']}"
            assert urllib.request.urlopen(address, timeout=5).status == 200, probe
        token = pathlib.Path(place["env"]["Sidecar__CallerTokenFile"]).read_text()
        call = urllib.request.Request(settings_of(app)["CLIK2PAY_BASE_URL"] + "/open/v1/payment-requests", headers={"Clik2pay-Sidecar-Token": token})
        assert "paymentRequests" in json.load(urllib.request.urlopen(call, timeout=10))
        started[1].terminate()
        assert started[1].wait(30) == 0
    except (AssertionError, OSError, subprocess.TimeoutExpired) as e:
        log.seek(0)
        raise AssertionError(f"{log.read()}\n{e}") from e
    finally:
        for process in started:
            process.kill()
            process.wait()
        log.close()
