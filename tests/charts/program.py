"""Runs the program with the settings and files of the pod, if the program is built."""
import base64
import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from chart import CHART, REPOSITORY, ROOT, Skip, TRIAL, check, json_arguments, of_kind, one, pod_of, settings_of, sidecar_of, template


PROGRAM = pathlib.Path(os.environ.get("TEST_SIDECAR", REPOSITORY / "src/Clik2pay.Sidecar/bin/Debug/net10.0/clik2pay-sidecar"))
# A profile with addresses on which no program listens.
UNREACHABLE = {"environment": "Custom", "apiBaseUrl": "http://127.0.0.1:9", "tokenEndpoint": "http://127.0.0.1:9/token"}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def process_of(objects, spec, container, existing={}):
    """Returns the working directory and the environment of the program. A temporary folder contains the container's volumes.

    `existing` contains the data of existing Secrets. The files of other existing Secrets contain "of another Secret".
    """
    if not PROGRAM.exists():
        raise Skip("the program is not built; run dotnet build")
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
    old, new = "/etc/clik2pay-sidecar", f"{folder}/etc/clik2pay-sidecar"
    settings = {name: value.replace(old, new) for name, value in settings_of(container).items()}
    return {"cwd": f"{folder}{container.get('workingDir', '')}", "env": {**os.environ, **settings}}


def run(options, *arguments):
    """Runs the program until it ends."""
    return subprocess.run([PROGRAM, *arguments], **options, capture_output=True, text=True, timeout=60)


def run_test_pod(objects, existing={}):
    """Runs the container of `helm test`. Returns the options of its process, and the result."""
    spec = one(objects, "Pod")["spec"]
    [container] = spec["containers"]
    options = process_of(objects, spec, container, existing)
    return options, run(options, *container["args"])


@check("the program accepts the settings and routes of the pod")
def _():
    # All settings at once, with addresses on which no program listens.
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
    options, result = run_test_pod(objects)
    assert f"Custom, http://127.0.0.1:9/, routes of {options['cwd']}/proxy.json" in result.stdout, result.stdout + result.stderr
    assert (
        result.returncode == 3 and "FAIL  Redis " in result.stdout and "FAIL  token endpoint " in result.stdout
    ), result.stdout


@check("the program accepts the profiles of the pod, with hyphens and underscores in their names, and no profile default")
def _():
    profiles = {name: {**UNREACHABLE, "credentials": {"existingSecret": name[:3]}} for name in ("pop-up", "two_words", "3")}
    objects = template(CHART, "--set", "app.image=a,image.registry=r,readyWhen=All", *json_arguments({"profiles": profiles}))
    _, result = run_test_pod(objects)
    # Exit code 5 is that of the unreachable token endpoint, after all settings were accepted.
    assert result.returncode == 5 and all(name in result.stdout for name in profiles), result.stdout + result.stderr


@check("the program accepts the listeners and callers of the pod")
def _():
    values = {
        "profiles": {name: {**UNREACHABLE, "credentials": {"existingSecret": "credentials"}} for name in ("pop-up", "two_words")},
        "listeners": {
            "default": {"profile": "pop-up"},
            "two_words": {"port": free_port(), "profile": "two_words"},
            "socket": {"address": "http://unix:/tmp/clik2pay-chart-test.sock"},
        },
        "callers": {
            "shop-1": {
                "tokens": {"existingSecret": "tokens", "keys": ["current", "next"]},
                "profiles": ["pop-up", "two_words"],
                "operations": ["create", "read", "GET /open/v1/*/**", "* /open/v1/payments"],
            },
            "refund_job": {"uid": [10001, 2147483648], "gid": [10001], "profiles": ["pop-up"], "operations": ["refund"]},
        },
        "requireMerchantTransactionId": True,
        "placeholderTokenEndpoint": True,
    }
    objects = template(CHART, "--set", "app.image=a,image.registry=r,app.caller=shop-1", *json_arguments(values))
    existing = {"tokens": {"current": "the-current-token", "next": "the-following-token"}}
    _, result = run_test_pod(objects, existing)
    # Exit code 5 is that of the unreachable token endpoint, after all settings were accepted.
    assert result.returncode == 5, result.stdout + result.stderr


@check("the program connects to a Redis that requires user, password and client certificate, with the files of the pod")
def _():
    for tool in ("redis-server", "openssl"):
        if not shutil.which(tool):
            raise Skip(f"{tool} is not installed")

    # One self-signed certificate serves as server certificate, client certificate and authority.
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
        "environment=Custom,apiBaseUrl=http://127.0.0.1:9,tokenEndpoint=http://127.0.0.1:9/token,credentials.existingSecret=c",
        "--set",
        "app.image=a,image.registry=r",
        "--set",
        f"redis.connectionString=rediss://127.0.0.1:{port},redis.caSecret=tls,redis.caKey=tls.crt",
        "--set",
        "redis.clientCertificate.existingSecret=tls",
        "--set",
        "redis.auth.existingSecret=login,redis.auth.keys.user=name,redis.auth.keys.password=secret",
    )
    existing = {
        "login": {"name": "sidecar", "secret": "a-password"},
        "tls": {name: (folder / name).read_text() for name in ("tls.crt", "tls.key")},
    }
    server = subprocess.Popen(["redis-server", folder / "redis.conf"], stdout=subprocess.PIPE, text=True)
    try:
        log = []
        while not log or "Ready to accept connections" not in log[-1]:
            log.append(server.stdout.readline())
            assert log[-1], "".join(log)
        _, result = run_test_pod(objects, existing)
        # A failed check of Redis would give exit code 3. Exit code 5 is that of the unreachable token endpoint.
        assert result.returncode == 5 and "ok    Redis " in result.stdout, result.stdout + result.stderr
    finally:
        server.kill()
        server.communicate()


def probe_of(container, probe):
    """Returns the status and the text of a probe."""
    address = f"http://127.0.0.1:{container['ports'][0]['containerPort']}{container[probe]['httpGet']['path']}"
    try:
        response = urllib.request.urlopen(address, timeout=5)
    except urllib.error.HTTPError as e:
        response = e
    except urllib.error.URLError as e:  # The process does not listen yet.
        return 0, str(e)
    return response.status, response.read().decode()


def wait_until_ready(container, status=200, text=""):
    """Repeats the readiness probe, as the kubelet does. The probe waits for the result of the first token call."""
    deadline = time.monotonic() + 60
    while (found := probe_of(container, "readinessProbe")) and not (found[0] == status and text in found[1]):
        assert time.monotonic() < deadline, f"{found} after 60 s."
        time.sleep(0.1)


@contextlib.contextmanager
def processes(log_name):
    """Yields a function that starts the program. At the end, all processes are ended. An error contains their log."""
    started = []
    with open(ROOT / log_name, "w+") as log:

        def start(*arguments, **options):
            started.append(subprocess.Popen([PROGRAM, *arguments], **options, stdout=log, stderr=log))
            return started[-1]

        try:
            yield start
        except (AssertionError, OSError, subprocess.TimeoutExpired) as e:
            log.seek(0)
            raise AssertionError(f"{log.read()}\n{e}") from e
        finally:
            for process in started:
                process.kill()
                process.wait()


@check("with the default gates, an outage of the token endpoint stops no deployment, and refused credentials stop a rollout")
def _():
    simulator = free_port()
    with processes("gates.log") as start:
        if PROGRAM.exists():
            start("simulate", "--urls", f"http://127.0.0.1:{simulator}")
        for gate, token_port, status, text in (
            ("process", free_port(), 200, "no access token at the moment"),
            ("process", simulator, 503, "none can be obtained"),
            ("token", free_port(), 200, "no access token at the moment"),
        ):
            objects = template(
                CHART,
                *TRIAL,
                "--set",
                f"redis.connectionString=,environment=Custom,apiBaseUrl=http://127.0.0.1:{simulator},nativeSidecar=false,startGate={gate}",
                "--set",
                f"tokenEndpoint=http://127.0.0.1:{token_port}/oauth2/token,ports.callers={free_port()},ports.admin={free_port()}",
            )
            spec = pod_of(objects)["spec"]
            sidecar = sidecar_of(pod_of(objects))[2]
            options = process_of(objects, spec, sidecar)
            start(**options)
            command = sidecar["lifecycle"]["postStart"]["exec"]["command"]
            timeout = ["60" if gate == "process" else "3"]
            post_start = subprocess.run([PROGRAM, *command[1:-1], *timeout], **options, capture_output=True, text=True, timeout=90)
            assert post_start.returncode == (0 if gate == "process" else 1), post_start.stderr
            wait_until_ready(sidecar, status, text)
            assert probe_of(sidecar, "startupProbe")[0] == (200 if gate == "process" else 503), gate
            assert probe_of(sidecar, "livenessProbe")[0] == 200, gate


@check("the program reads credentials with other file names from a folder")
def _():
    folder = pathlib.Path(tempfile.mkdtemp(dir=ROOT))
    for name in ("user", "pass", "key"):
        (folder / name).write_text("canary")
    objects = template(
        CHART,
        "--set",
        "app.image=a,image.registry=r,environment=Custom,apiBaseUrl=http://127.0.0.1:9,tokenEndpoint=http://127.0.0.1:9/token",
        "--set",
        f"credentials.directory={folder},credentials.keys.username=user,credentials.keys.password=pass,credentials.keys.apiKey=key",
    )
    # The chart renders no pod of helm test, because only another program fills the folder.
    options = process_of(objects, {"volumes": []}, {"volumeMounts": [], **sidecar_of(pod_of(objects))[2]})
    result = run(options, "check")
    assert result.returncode == 5 and "ok    configuration" in result.stdout, result.stdout + result.stderr


@check("when the program runs, postStart returns after the start, probes and a call succeed, and SIGTERM ends the sidecar with exit code 0")
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
        f"apiBaseUrl=http://127.0.0.1:{simulator},tokenEndpoint=http://127.0.0.1:{simulator}/oauth2/token",
        "--set",
        f"ports.callers={callers},ports.admin={admin}",
    )
    pod = pod_of(objects)
    sidecar, app = sidecar_of(pod)[2], pod["spec"]["containers"][1]
    options = process_of(objects, pod["spec"], sidecar)
    with processes("sidecar.log") as start:
        start("simulate", "--urls", f"http://127.0.0.1:{simulator}")
        process = start(**options)
        post_start = run(options, *sidecar["lifecycle"]["postStart"]["exec"]["command"][1:])
        assert post_start.returncode == 0, post_start.stderr
        for probe in ("startupProbe", "livenessProbe"):
            assert probe_of(sidecar, probe)[0] == 200, probe
        wait_until_ready(sidecar)
        token = pathlib.Path(options["env"]["Sidecar__CallerTokenFile"]).read_text()
        address = settings_of(app)["CLIK2PAY_BASE_URL"] + "/open/v1/payment-requests"
        body = {"amount": 12.5, "type": "ECOMM", "payer": {"name": "A. Payer", "email": "a@example.com"}}
        headers = {"Clik2pay-Sidecar-Token": token, "Content-Type": "application/json"}
        call = urllib.request.Request(address, json.dumps(body).encode(), headers)
        assert "id" in json.load(urllib.request.urlopen(call, timeout=10))
        process.terminate()
        assert process.wait(30) == 0
