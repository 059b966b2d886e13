#!/usr/bin/env bash
# Builds the image with the repository's Dockerfile, checks its contents, and runs it as a cluster does: as its own user, with a read-only
# root file system and without capabilities. Requires root and Podman. The base images are built from files of this machine, so no
# registry is needed.
# With IMAGE=NAME, an existing image is tested with ENGINE=podman or docker. That requires neither root nor a build.
# Usage: tests/image.sh [FILE]   FILE receives a line "passed|failed|skipped TITLE" for each check.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
. tests/containers.sh
suite image "${1:-}"
title="The image works in a container"
require_ports 5080 8080 9090

# figure TEXT: reports a measured value.
figure() { echo "image: $1"; if [ -n "${TEST_FIGURES:-}" ]; then echo "image: $1" >>"$TEST_FIGURES"; fi; }

if [ -n "${IMAGE:-}" ]; then
  engine=${ENGINE:-docker} image=$IMAGE bases="its own base images"
  require_commands "$title" "$engine" python3 curl
  trap '"$engine" rm --force sidecar simulator >/dev/null 2>&1; stop; rm -rf "$work"' EXIT
else
  engine=podman image=localhost/clik2pay-sidecar:local bases="stand-in base images"
  require_commands "$title" python3 curl
  prepare_containers "$title"
  if ! build_image "$image" >"$work/log" 2>&1; then
    cat "$work/log"
    report failed "The image builds"
    end
  fi
  report passed "The image builds"
fi

# Checks the configuration of the image and its whole file system, which is exported as an archive.
"$engine" image inspect "$image" >"$work/image.json"
container=$("$engine" create --no-healthcheck "$image")
"$engine" export "$container" >"$work/root.tar"
"$engine" rm "$container" >/dev/null
cat >"$work/checks.py" <<'PYTHON'
import json
import re
import subprocess
import sys
import tarfile
import zlib

work, bases = sys.argv[1:]
image = json.load(open(f"{work}/image.json"))[0]
config = image["Config"]
labels = config.get("Labels") or {}
archive = tarfile.open(f"{work}/root.tar")
files = {"/" + file.name.removeprefix("./").rstrip("/"): file for file in archive}

def report(title, errors):
    print(f"failed {title}: {errors}" if errors else f"passed {title}")

def expect(title, actual, expected):
    report(title, [] if actual == expected else [f"expected {expected!r}, got {actual!r}"])

def output_of(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

expect("The user of the image is a number and not root", config["User"], "1654:1654")
expect("The entry point of the image is the program itself", [config["Entrypoint"], config.get("Cmd")], [["/clik2pay-sidecar"], None])
# Docker's output contains the health check in Config, and Podman's output contains it next to Config.
health = (config.get("Healthcheck") or image.get("Healthcheck") or {}).get("Test")
expect("The health check of the image needs no shell", health, ["CMD", "/clik2pay-sidecar", "wait", "--timeout", "2"])
print(*health[1:], sep="\n", file=open(f"{work}/health", "w"))
expect("The image declares no ports and no volumes", [config.get("ExposedPorts"), config.get("Volumes")], [None, None])
version = output_of(".github/version.sh")
expect("The version label is the version in Directory.Build.props", labels.get("org.opencontainers.image.version"), version)
required = ("title", "description", "licenses", "revision", "source", "created")
report("The image has all required labels", [name for name in required if f"org.opencontainers.image.{name}" not in labels])

added = sorted(name for name in files if name.count("/") == 1 and files[name].isfile())
visible = [name for name in added if not name.startswith("/.")]
expect("The image adds three files", visible, ["/LICENSE", "/clik2pay-sidecar", "/proxy.json"])
access = [(files[name].uid, files[name].mode & 0o022) for name in added]
expect("The added files belong to root, and only root can write them", access, [(0, 0)] * len(added))
texts = ("proxy.json", "LICENSE")
contents = [archive.extractfile(files[f"/{name}"]).read() for name in texts]
expect("proxy.json and LICENSE equal those of the repository", contents, [open(name, "rb").read() for name in texts])
tools = r"/(sh|bash|dash|ash|zsh|busybox|env|apt|apt-get|dpkg|apk)$"
report("The image has no shell and no package manager", [name for name in files if re.search(tools, name)])
privileged = [name for name, file in files.items() if file.isfile() and file.mode & 0o6000]
report("The image has no setuid or setgid file", privileged)

program = archive.extractfile(files["/clik2pay-sidecar"]).read()
# Through the diagnostics port of .NET, another process could trace the program.
expect("The program has no diagnostics port", b"dotnet-diagnostic" in program, False)
included = {found.decode() for found in re.findall(rb"\d+\.\d+\.\d+(?=\+[0-9a-f]{40})", program)}
project = open("src/Clik2pay.Sidecar/Clik2pay.Sidecar.csproj").read()
for name, part in ("the runtime", "Runtime"), ("ASP.NET Core", "AspNetCore"):
    shipped = re.search(f"<Shipped{part}Version>(.*)</", project)[1]
    report(f"The program includes version {shipped} of {name}", [] if shipped in included else sorted(included))

def megabytes(size):
    return f"{size / 1e6:.1f} MB"

compressed = megabytes(len(zlib.compress(program)))
print(f"size {megabytes(image['Size'])} on {bases}, of which the program is {megabytes(len(program))} ({compressed} compressed)")
PYTHON
if ! python3 "$work/checks.py" "$work" "$bases" >"$work/checks" 2>&1; then
  cat "$work/checks"
  report failed "The checks of the image's contents complete"
fi
figure "$(sed -n 's/^size //p' "$work/checks")"
report_lines < <(grep -v '^size ' "$work/checks")

# The credentials are files, as in a mounted Secret.
mkdir "$work/credentials"
for name in username password api-key; do printf 'sandbox-%s' "$name" >"$work/credentials/$name"; done
chmod 755 "$work" "$work/credentials"
# The script runs the health check itself, because an engine would run the check on its own schedule.
hardened=(--read-only --cap-drop ALL --security-opt no-new-privileges --network host --no-healthcheck)
# Unlike Docker, Podman adds writable folders to a container with a read-only root file system.
if [ "$engine" = podman ]; then hardened+=(--read-only-tmpfs=false); fi
settings=(--env Clik2pay__Environment=Custom --env Clik2pay__ApiBaseUrl=http://127.0.0.1:5080
  --env Clik2pay__TokenEndpoint=http://127.0.0.1:5080/oauth2/token
  --env Clik2pay__CredentialsDirectory=/credentials --env Sidecar__DrainSeconds=0 --volume "$work/credentials:/credentials:ro")
# call: creates a payment request and prints the status of the response.
call() {
  curl -s -m 15 -o "$work/response" -w '%{http_code}' -X POST http://127.0.0.1:8080/open/v1/payment-requests \
    -H 'content-type: application/json' \
    -d '{"amount":12.5,"type":"ECOMM","payer":{"name":"A. Payer","email":"a@example.com"}}'
}
# memory PID: the resident memory of a process.
memory() { awk '/^VmRSS/ { printf "%.1f MB", $2 / 1024 }' "/proc/$1/status"; }

"$engine" run --detach --name simulator "${hardened[@]}" "$image" simulate >/dev/null
for _ in $(seq 100); do
  responds http://127.0.0.1:5080/_simulator/counters && break
  sleep 0.1
done
mapfile -t health <"$work/health"
check_exit 0 "The verb check succeeds in a container" "$engine" run --rm "${hardened[@]}" "${settings[@]}" "$image" check
check_exit 1 "The health check fails without a sidecar" \
  "$engine" run --rm "${hardened[@]}" --entrypoint "${health[0]}" "$image" "${health[@]:1}"

started_at=$(date +%s%N)
"$engine" run --detach --name sidecar "${hardened[@]}" "${settings[@]}" "$image" >/dev/null
status=
for _ in $(seq 1000); do
  status=$(call)
  [ "$status" = 201 ] && break
  sleep 0.01
done
figure "$((($(date +%s%N) - started_at) / 1000000)) ms from \`$engine run\` to the first successful call"
if [ "$status" != 201 ]; then
  "$engine" logs sidecar
  report failed "A call through the sidecar gets 201"
  end
fi
report passed "A call through the sidecar gets 201"
pid=$("$engine" inspect --format '{{.State.Pid}}' sidecar)
first=$(memory "$pid")
failures=0
for _ in $(seq 300); do [ "$(call)" = 201 ] || failures=$((failures + 1)); done
check_exit 0 "300 more calls get 201" test "$failures" = 0
figure "resident memory of the sidecar: $first after one call, $(memory "$pid") after 300 more"

check_exit 0 "The health check succeeds with a running sidecar" "$engine" exec sidecar "${health[@]}"
privileges=$(grep -E '^(Uid|CapEff|CapBnd|NoNewPrivs):' "/proc/$pid/status" | tr -s '\t\n' ' ')
check_exit 0 "The sidecar runs as user 1654 without capabilities" test "$privileges" = \
  "Uid: 1654 1654 1654 1654 CapEff: 0000000000000000 CapBnd: 0000000000000000 NoNewPrivs: 1 "
"$engine" stop -t 30 sidecar >/dev/null
check_exit 0 "The sidecar exits with 0 when the engine stops it" \
  test "$("$engine" inspect --format '{{.State.ExitCode}}' sidecar)" = 0
end
