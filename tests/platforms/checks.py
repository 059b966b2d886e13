"""Checks the examples for other platforms, and runs the program as the examples do.

Usage: checks.py FOLDER   FOLDER contains job.json, the parsed Nomad job. Files of the checks are written to it.
Prints a line "passed NAME" or "failed NAME" for each check, after the cause of a failure.
"""
import contextlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import urllib.request

import yaml

ROOT = pathlib.Path(sys.argv[1])
REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("TEST_SIDECAR", REPOSITORY / "src/Clik2pay.Sidecar/bin/Debug/net10.0/clik2pay-sidecar"))
SIMULATOR = "http://127.0.0.1:5080"
# The credentials of the simulator, by the names that the examples give to the keys of their secrets.
SECRETS = {"username": "sandbox-username", "password": "sandbox-password", "api-key": "sandbox-api-key", "api_key": "sandbox-api-key"}
# The job, the group and the task.
NOMAD_VARIABLE = "nomad/jobs/shop/shop/clik2pay-sidecar"
SETTINGS = ("Clik2pay__", "Redis__", "Sidecar__", "Metrics__", "Profiles__", "Callers__")


def ecs():
    """Returns the sidecar's settings and files, the command or address that waits for it, and the application's variables and port."""
    task = json.loads((REPOSITORY / "examples/ecs/task-definition.json").read_text())
    sidecar, app = task["containerDefinitions"]
    assert task["networkMode"] == "awsvpc" and sidecar["name"] == "clik2pay-sidecar", "Containers share a loopback only with awsvpc"
    assert app["dependsOn"] == [{"containerName": sidecar["name"], "condition": "HEALTHY"}], app["dependsOn"]
    settings = {variable["name"]: variable["value"] for variable in sidecar["environment"]}
    for secret in sidecar["secrets"]:
        # arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME:JSON-KEY:STAGE:VERSION, with empty stage and version.
        parts = secret["valueFrom"].split(":")
        assert len(parts) == 10 and parts[-2:] == ["", ""], secret
        settings[secret["name"]] = SECRETS[parts[7]]
    kind, *command = sidecar["healthCheck"]["command"]
    assert kind == "CMD", "The image has no shell"
    assert sidecar["healthCheck"]["timeout"] > int(command[-1]) and sidecar["stopTimeout"] >= 28, sidecar
    variables = {variable["name"]: variable["value"] for variable in app["environment"]}
    return settings, {}, command, variables, app["portMappings"][0]["containerPort"]


def cloud_run():
    service = yaml.safe_load((REPOSITORY / "examples/cloud-run/service.yaml").read_text())["spec"]["template"]
    app, sidecar = service["spec"]["containers"]
    annotations = service["metadata"]["annotations"]
    assert json.loads(annotations["run.googleapis.com/container-dependencies"]) == {app["name"]: [sidecar["name"]]}, annotations
    assert annotations["run.googleapis.com/cpu-throttling"] == "false", "The sidecar needs CPU between requests"
    assert "ports" not in sidecar and len(app["ports"]) == 1, "Exactly one container has a port"
    settings = {}
    for variable in sidecar["env"]:
        reference = variable.get("valueFrom", {}).get("secretKeyRef")
        settings[variable["name"]] = SECRETS[reference["name"].removeprefix("clik2pay-")] if reference else variable["value"]
        assert not reference or re.fullmatch("[0-9]+", reference["key"]), "The version of the secret is fixed"
    for name in ("startupProbe", "livenessProbe"):
        probe = sidecar[name]
        address = f"http://127.0.0.1:{probe['httpGet']['port']}{probe['httpGet']['path']}"
        assert probe["timeoutSeconds"] <= probe["periodSeconds"], name
    startup = sidecar["startupProbe"]
    assert startup["periodSeconds"] * startup["failureThreshold"] <= 240, "Cloud Run allows 240 s"
    drain, stop = int(settings.get("Sidecar__DrainSeconds", 5)), int(settings["Sidecar__StopTimeoutSeconds"])
    assert drain + stop < 10, "Cloud Run ends the instance after 10 s"
    return settings, {}, address, {variable["name"]: variable["value"] for variable in app["env"]}, app["ports"][0]["containerPort"]


def nomad():
    [job] = json.loads((ROOT / "job.json").read_text())["job"]["shop"]
    [group] = job["group"]["shop"]
    tasks = {name: task[0] for name, task in group["task"].items()}
    sidecar, wait, app = tasks["clik2pay-sidecar"], tasks["clik2pay-wait"], tasks["app"]
    assert group["network"][0]["mode"] == "bridge", "Tasks share a loopback only in the network of the group"
    assert sidecar["lifecycle"] == [{"hook": "prestart", "sidecar": True}], sidecar["lifecycle"]
    assert wait["lifecycle"] == [{"hook": "prestart", "sidecar": False}], wait["lifecycle"]
    assert wait["config"][0]["image"] == sidecar["config"][0]["image"], "Both tasks use the same image"
    [settings], files = sidecar["env"], {}
    for template in sidecar["template"]:
        path, key = re.fullmatch(r'{{ with nomadVar "([^"]+)" }}{{ \.(\w+) }}{{ end }}', template["data"]).groups()
        # Each task of a job can read the variables nomad/jobs/JOB and nomad/jobs/JOB/GROUP, and of the others only its own.
        assert path == NOMAD_VARIABLE, f"the application can read the variable {path}"
        assert template["change_mode"] == "noop" and template["perms"] == "0400" and template["uid"] == 1654, template
        files[f"/{template['destination']}"] = SECRETS[key]
    port = group["network"][0]["port"]["http"][0]["to"]
    return settings, files, ["/clik2pay-sidecar", *wait["config"][0]["args"]], app["env"][0], port


def responds(address):
    """Waits until a GET of the address succeeds."""
    for _ in range(600):
        with contextlib.suppress(OSError):
            if urllib.request.urlopen(address, timeout=5).status == 200:
                return
        time.sleep(0.05)
    raise AssertionError(f"{address} does not respond")


@contextlib.contextmanager
def running(arguments, environment, log):
    process = subprocess.Popen([PROGRAM, *arguments], env=environment, cwd=ROOT, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def runs(example, log):
    """Starts the sidecar as the example does, waits for it as the platform does, and calls it as the application does."""
    settings, files, wait, app, app_port = example()
    assert not {name for name in settings if not name.startswith(SETTINGS)}, "Unknown sections are ignored"
    assert app_port not in (8080, 9090), "The application listens on a port of the sidecar"
    folder = ROOT / example.__name__
    for path, content in files.items():
        file = pathlib.Path(f"{folder}{path}")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    settings = {name: f"{folder}{value}" if value.startswith("/") else value for name, value in settings.items()}
    # The simulator instead of the sandbox.
    settings |= {
        "Clik2pay__Environment": "Custom",
        "Clik2pay__ApiBaseUrl": SIMULATOR,
        "Clik2pay__TokenEndpoint": f"{SIMULATOR}/oauth2/token",
        "Sidecar__DrainSeconds": "0",
    }
    with running([], {**os.environ, **settings}, log) as sidecar:
        if isinstance(wait, str):
            responds(wait)
        else:
            # The health check of ECS is repeated, so this command waits longer than the example does.
            command = [*wait[1:-1], "60"]
            result = subprocess.run([PROGRAM, *command], env={**os.environ, **settings}, capture_output=True, text=True, timeout=90)
            assert result.returncode == 0, result.stderr
        responds("http://127.0.0.1:9090/startupz")
        body = {"amount": 12.5, "type": "ECOMM", "payer": {"name": "A. Payer", "email": "a@example.com"}}
        address = app["CLIK2PAY_BASE_URL"] + "/open/v1/payment-requests"
        call = urllib.request.Request(address, json.dumps(body).encode(), {"Content-Type": "application/json"})
        assert "id" in json.load(urllib.request.urlopen(call, timeout=30))
        sidecar.terminate()
        assert sidecar.wait(30) == 0, "The sidecar stops with exit code 0"


def is_marked(path):
    """Each example says once that it has not been run, and so does the page."""
    assert len(re.findall(r"ha(?:s|ve)\s+not\s+been\s+run", (REPOSITORY / path).read_text())) == 1, path


def writes_variable():
    text = (REPOSITORY / "docs/how-to/other-platforms.md").read_text()
    words = re.search(r"^nomad var put (.*)\n(.*)", text, flags=re.M)
    path, *items = words.group(1).split()
    assert path == NOMAD_VARIABLE, path
    files = [item.partition("@")[2] for item in items]
    assert words.group(2).split() == ["rm", *files], f"the files {files} stay on the machine as plain text"


def report(name, function, *arguments):
    try:
        function(*arguments)
        print(f"passed {name}", flush=True)
    except Exception as e:  # A missing key fails the check too.
        print(e if isinstance(e, AssertionError) else f"{type(e).__name__}: {e}")
        print(f"failed {name}", flush=True)


with open(ROOT / "platforms.log", "w+") as log, running(["simulate", "--urls", SIMULATOR], os.environ, log):
    responds(f"{SIMULATOR}/_simulator/counters")
    for example in (ecs, cloud_run, nomad):
        report(f"The program runs with the settings, secrets and commands of the example for {example.__name__}", runs, example, log)
for path in ("ecs/task-definition.json", "cloud-run/service.yaml", "nomad/job.hcl"):
    report(f"examples/{path} says that it has not been run on the platform", is_marked, f"examples/{path}")
report("docs/how-to/other-platforms.md writes the variable that the Nomad job reads, and deletes the files", writes_variable)
report("docs/how-to/other-platforms.md says that the examples have not been run", is_marked, "docs/how-to/other-platforms.md")
