#!/usr/bin/env bash
# Builds the image by the repository's Dockerfile, looks at what is in it, and runs it as a cluster would: as its user, with a root that cannot be written
# to, and without capabilities. Needs root and Podman, and builds on bases that are made of this machine's own files: no registry is asked.
# With IMAGE=NAME an image that was built elsewhere is tested instead, with ENGINE=podman or docker; that needs neither root nor a build.
# Usage: tests/image.sh [FILE]   FILE gets a line "passed|failed|skipped NAME" for each check.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
. tests/containers.sh
suite image "${1:-}"
need_ports 5080 8080 9090

figure() { echo "image: $1"; if [ -n "${TEST_FIGURES:-}" ]; then echo "image: $1" >>"$TEST_FIGURES"; fi; }

if [ -n "${IMAGE:-}" ]; then
  engine=${ENGINE:-docker} image=$IMAGE bases="its own bases"
  need image "$engine" python3 curl
  trap '"$engine" rm --force sidecar simulator >/dev/null 2>&1; stop; rm -rf "$work"' EXIT
else
  engine=podman image=localhost/clik2pay-sidecar:local bases="stand-in bases"
  need image python3 curl
  containers image
  if ! build_image "$image" >"$work/log" 2>&1; then
    cat "$work/log"
    tell failed "the image builds"
    end
  fi
  tell passed "the image builds"
fi

# What is in it: the whole file system as an archive, and the configuration.
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

def tell(name, mistakes):
    print(f"failed {name}: {mistakes}" if mistakes else f"passed {name}")

def expect(name, actual, expected):
    tell(name, [] if actual == expected else [f"{actual!r} is not {expected!r}"])

def printed(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

expect("its user is a number and not root", config["User"], "1654:1654")
expect("its entry point is the program itself", [config["Entrypoint"], config.get("Cmd")], [["/clik2pay-sidecar"], None])
health = (config.get("Healthcheck") or image.get("Healthcheck") or {}).get("Test") # Docker has it in the one place, Podman in the other
expect("its health check needs no shell", health, ["CMD", "/clik2pay-sidecar", "wait", "--timeout", "2"])
print(*health[1:], sep="\n", file=open(f"{work}/health", "w"))
expect("it declares no ports and no volumes", [config.get("ExposedPorts"), config.get("Volumes")], [None, None])
expect("its version is that of Directory.Build.props", labels.get("org.opencontainers.image.version"), printed(".github/version.sh"))
tell("its labels say what it is", [name for name in ("title", "description", "licenses", "revision", "source", "created") if f"org.opencontainers.image.{name}" not in labels])

ours = sorted(name for name in files if name.count("/") == 1 and files[name].isfile())
expect("three files are added", [name for name in ours if not name.startswith("/.")], ["/LICENSE", "/clik2pay-sidecar", "/proxy.json"])
expect("they belong to root and only root writes them", [(files[name].uid, files[name].mode & 0o022) for name in ours], [(0, 0)] * len(ours))
expect("proxy.json and LICENSE are the repository's", [archive.extractfile(files[f"/{name}"]).read() for name in ("proxy.json", "LICENSE")], [open(name, "rb").read() for name in ("proxy.json", "LICENSE")])
tell("it has no shell and no package manager", [name for name in files if re.search(r"/(sh|bash|dash|ash|zsh|busybox|env|apt|apt-get|dpkg|apk)$", name)])
tell("it has no setuid or setgid file", [name for name, file in files.items() if file.isfile() and file.mode & 0o6000])

program = archive.extractfile(files["/clik2pay-sidecar"]).read()
expect("it has no diagnostics port, by which others could listen to what goes on inside", b"dotnet-diagnostic" in program, False)
carried = {found.decode() for found in re.findall(rb"\d+\.\d+\.\d+(?=\+[0-9a-f]{40})", program)}
project = open("src/Clik2pay.Sidecar/Clik2pay.Sidecar.csproj").read()
for name, part in ("the runtime", "Runtime"), ("ASP.NET Core", "AspNetCore"):
    shipped = re.search(f"<Shipped{part}Version>(.*)</", project)[1]
    tell(f"{name} that it brings is {shipped}", [] if shipped in carried else sorted(carried))

megabytes = lambda size: f"{size / 1e6:.1f} MB"
print(f"size {megabytes(image['Size'])} on {bases}, of which the program is {megabytes(len(program))} ({megabytes(len(zlib.compress(program)))} to pull)")
PYTHON
python3 "$work/checks.py" "$work" "$bases" >"$work/checks" 2>&1 || { cat "$work/checks"; tell failed "what is in the image can be read"; }
figure "$(sed -n 's/^size //p' "$work/checks")"
tell_lines < <(grep -v '^size ' "$work/checks")

# The credentials are files, as those of a mounted Secret.
mkdir "$work/credentials"
for name in username password api-key; do printf 'sandbox-%s' "$name" >"$work/credentials/$name"; done
chmod 755 "$work" "$work/credentials"
# The health check is run by hand below: an engine would at times of its own.
hardened=(--read-only --cap-drop ALL --security-opt no-new-privileges --network host --no-healthcheck)
# Podman, unlike Docker, gives a container with a read-only root folders to write to.
if [ "$engine" = podman ]; then hardened+=(--read-only-tmpfs=false); fi
settings=(--env Clik2pay__Environment=Custom --env Clik2pay__ApiBaseUrl=http://127.0.0.1:5080 --env Clik2pay__TokenEndpoint=http://127.0.0.1:5080/oauth2/token
  --env Clik2pay__CredentialsDirectory=/credentials --env Sidecar__DrainSeconds=0 --volume "$work/credentials:/credentials:ro")
# call: makes a payment request, and prints the status of the answer.
call() {
  curl -s -m 15 -o "$work/answer" -w '%{http_code}' -X POST http://127.0.0.1:8080/open/v1/payment-requests -H 'content-type: application/json' \
    -d '{"amount":12.5,"type":"ECOMM","payer":{"name":"A. Payer","email":"a@example.com"}}'
}
megabytes() { awk '/^VmRSS/ { printf "%.1f MB", $2 / 1024 }' "/proc/$1/status"; }

"$engine" run --detach --name simulator "${hardened[@]}" "$image" simulate >/dev/null
for _ in $(seq 100); do
  answers http://127.0.0.1:5080/_simulator/counters && break
  sleep 0.1
done
mapfile -t health <"$work/health"
exits 0 "check is well in a container" "$engine" run --rm "${hardened[@]}" "${settings[@]}" "$image" check
exits 1 "the health check fails without a sidecar" "$engine" run --rm "${hardened[@]}" --entrypoint "${health[0]}" "$image" "${health[@]:1}"

started_at=$(date +%s%N)
"$engine" run --detach --name sidecar "${hardened[@]}" "${settings[@]}" "$image" >/dev/null
status=
for _ in $(seq 1000); do
  status=$(call)
  [ "$status" = 201 ] && break
  sleep 0.01
done
figure "$((($(date +%s%N) - started_at) / 1000000)) ms from \`$engine run\` to the first answered call"
if [ "$status" != 201 ]; then
  "$engine" logs sidecar
  tell failed "a call through the sidecar is answered 201"
  end
fi
tell passed "a call through the sidecar is answered 201"
pid=$("$engine" inspect --format '{{.State.Pid}}' sidecar)
first=$(megabytes "$pid")
refused=0
for _ in $(seq 300); do [ "$(call)" = 201 ] || refused=$((refused + 1)); done
exits 0 "300 more are" test "$refused" = 0
figure "resident memory of the sidecar: $first after one call, $(megabytes "$pid") after 300"

exits 0 "the health check is well beside a sidecar" "$engine" exec sidecar "${health[@]}"
exits 0 "it runs as 1654 without capabilities" test "$(grep -E '^(Uid|CapEff|CapBnd|NoNewPrivs):' "/proc/$pid/status" | tr -s '\t\n' ' ')" = \
  "Uid: 1654 1654 1654 1654 CapEff: 0000000000000000 CapBnd: 0000000000000000 NoNewPrivs: 1 "
"$engine" stop -t 30 sidecar >/dev/null
exits 0 "it ends with 0 when it is told to stop" test "$("$engine" inspect --format '{{.State.ExitCode}}' sidecar)" = 0
end
