#!/usr/bin/env bash
# Does what docs/local-development.md shows: `docker compose` with compose.yaml, and the calls of the guide. The engine is Podman behind its Docker API; the images of Redis and curl
# are made of this machine's own programs, as are the bases of the sidecar's: no registry is asked. All of it runs in a network of its own, from which nothing outside can be reached.
# Usage: tests/compose.sh [FILE]   FILE gets a line "passed|failed|skipped NAME" for each check.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
. tests/containers.sh
suite compose "${1:-}"
guide=docs/local-development.md
uuid='[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'

need "the guide" curl ip redis-server redis-cli
if ! docker compose version >/dev/null 2>&1; then
  need "the guide" docker-compose
  mkdir "$work/bin"
  # It calls `docker` for what attaches to a container; Podman understands the same.
  printf '#!/bin/sh\n[ "$1" = compose ] || exec podman "$@"\nshift\nexec docker-compose "$@"\n' >"$work/bin/docker"
  chmod +x "$work/bin/docker"
  PATH=$work/bin:$PATH
fi
check "compose.yaml is valid" docker compose config --quiet
containers "the guide"

# program_image IMAGE PROGRAM…: an image of programs of this machine.
program_image() {
  local image=$1 program root=$work/programs
  shift
  rm -rf "$root"
  mkdir -p "$root"/{dev,etc,proc,run,sys,usr/bin} && mkdir -m 1777 "$root/tmp"
  for program in "$@"; do cp -L "$(command -v "$program")" "$root/usr/bin/"; done
  copy_libraries "$root" $(ldd "$root"/usr/bin/* | awk '/=>/ { print $1 }' | sort -u)
  printf 'FROM scratch\nCOPY programs /\nENV PATH=/usr/bin\nWORKDIR /tmp\n' >"$work/Dockerfile"
  build_base "$image"
}
program_image "docker.io/library/$(sed -n 's/^ *image: \(redis:.*\)/\1/p' compose.yaml)" redis-server redis-cli
program_image "docker.io/$(sed -n 's:^ *image\: \(curlimages/.*\):\1:p' compose.yaml)" curl
if ! build_image localhost/clik2pay-sidecar:local >"$work/log" 2>&1; then
  cat "$work/log"
  tell failed "the image builds"
  end
fi

export DOCKER_HOST=unix://$work/podman.sock
setsid unshare --net bash -c 'ip link set lo up && exec podman system service --time 0 "$DOCKER_HOST"' >"$work/podman.log" 2>&1 </dev/null &
started+=($!)
inside=(nsenter --net="/proc/$!/ns/net")
for _ in $(seq 100); do
  curl -sf --unix-socket "$work/podman.sock" -o /dev/null http://podman/_ping && break
  sleep 0.1
done
# Podman leaves it to systemd when health checks are run, and that is not everywhere.
setsid bash -c 'while sleep 1; do for container in $(podman ps --quiet); do podman healthcheck run "$container"; done; done' >/dev/null 2>&1 </dev/null &
started+=($!)

# check_step NAME PATTERN: a block of the guide.
check_step() { check_block "$guide" "$1" "$2" "$1.sh" "${inside[@]}" bash; }

# until_true NAME COMMAND…: asks for up to 30 s.
until_true() {
  local name=$1
  shift
  for _ in $(seq 150); do
    "$@" && tell passed "$name" && return
    sleep 0.2
  done
  podman ps --all
  docker compose logs --tail 20
  tell failed "$name"
  end
}
healthy() { [ "$(podman ps --filter health=healthy --quiet | wc -l)" = 3 ]; }
calls_succeed() { "${inside[@]}" curl -sf -m 5 -o /dev/null http://127.0.0.1:8080/open/v1/payment-requests; }

check_step up ''
until_true "both sidecars and Redis become healthy" healthy
podman ps --format '{{.Ports}}' >"$work/log"
if grep -q . "$work/log" && ! tr ',' '\n' <"$work/log" | grep -E -- '->' | grep -qv '^ *127\.0\.0\.1:'; then
  tell passed "ports are published on this machine's loopback alone"
else
  cat "$work/log"
  tell failed "ports are published on this machine's loopback alone"
fi
check_step call "\"id\":\"$uuid\""
check_step shared '"tokenRequests":1,'
check_step shared 'clik2pay:\{Custom:[0-9a-f]{32}\}:token$'
check_step app "\"id\":\"$uuid\""
check_step check 'routes of /proxy.json'
check_step no-token '"code":"token_unavailable"'
check_step api-fails '^HTTP/1.1 500'
check_step no-faults ''
until_true "calls succeed again without faults" calls_succeed
check_step logs 'Access token refreshed'
check_step down ''
[ -z "$(podman ps --all --quiet)" ] && tell passed "nothing is left behind" || { podman ps --all; tell failed "nothing is left behind"; }

# Without containers, so on this machine's own ports.
need_ports 5080 8080 8081 9090 9091
start_block "$guide" demo http://127.0.0.1:9091/startupz
check_block "$guide" call "\"id\":\"$uuid\"" call.sh bash
end
