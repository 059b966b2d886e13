#!/usr/bin/env bash
# Does what docs/local-development.md shows: `docker compose` with compose.yaml, and the calls of the guide. The engine is Podman behind its Docker API; the images of Redis and curl
# are made of this machine's own programs, as are the bases of the sidecar's: no registry is asked. All of it runs in a network of its own, from which nothing outside can be reached.
# With ENGINE=docker it is Docker instead, with the images that compose.yaml names.
# Usage: tests/compose.sh [FILE]   FILE gets a line "passed|failed|skipped NAME" for each check.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
. tests/containers.sh
suite compose "${1:-}"
guide=docs/local-development.md
uuid='[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'

# `docker compose` where there is only docker-compose, which itself calls `docker` for what attaches to a container; Podman understands the same.
compose_of_one_word() {
  need "the guide" docker-compose
  mkdir "$work/bin"
  printf '#!/bin/sh\n[ "$1" = compose ] || exec podman "$@"\nshift\nexec docker-compose "$@"\n' >"$work/bin/docker"
  chmod +x "$work/bin/docker"
  PATH=$work/bin:$PATH
}

# program_image IMAGE PROGRAM…: an image of programs of this machine.
program_image() {
  local image=$1 program root=$work/programs libraries
  shift
  rm -rf "$root"
  mkdir -p "$root"/{dev,etc,proc,run,sys,usr/bin}
  mkdir -m 1777 "$root/tmp"
  for program in "$@"; do cp -L "$(command -v "$program")" "$root/usr/bin/"; done
  mapfile -t libraries < <(ldd "$root"/usr/bin/* | awk '/=>/ { print $1 }' | sort -u)
  copy_libraries "$root" "${libraries[@]}"
  printf 'FROM scratch\nCOPY programs /\nENV PATH=/usr/bin\nWORKDIR /tmp\n' >"$work/Dockerfile"
  build_base "docker.io/$image"
}

image_of() { sed -n "s:^ *image\: \(.*$1\:.*\):\1:p" compose.yaml; }

# Podman behind Docker's API, in a network of its own. It leaves it to systemd when health checks are run; that is not everywhere, so it is done here.
podman_as_docker() {
  containers "the guide"
  program_image "library/$(image_of redis)" redis-server redis-cli
  program_image "$(image_of curl)" curl
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
  setsid bash -c 'while sleep 1; do for container in $(podman ps --quiet); do podman healthcheck run "$container"; done; done' >/dev/null 2>&1 </dev/null &
  started+=($!)
}

# check_step NAME PATTERN: a block of the guide.
check_step() { check_block "$guide" "$1" "$2" "$1.sh" "${inside[@]}" bash; }

# until_true NAME COMMAND…: asks for up to half a minute.
until_true() {
  local name=$1
  shift
  for _ in $(seq 150); do
    "$@" && tell passed "$name" && return
    sleep 0.2
  done
  docker compose ps
  docker compose logs --tail 20
  tell failed "$name"
  end
}
healthy() { [ "$("$engine" ps --filter health=healthy --format '{{.Names}}' | grep -cE '(redis|sidecar|sidecar-2)[-_]1$')" = 3 ]; }
calls_succeed() { "${inside[@]}" curl -sf -m 5 -o /dev/null http://127.0.0.1:8080/open/v1/payment-requests; }

engine=${ENGINE:-podman} inside=(env)
if [ "$engine" = podman ]; then
  need "the guide" curl ip nsenter redis-server redis-cli
  docker compose version >/dev/null 2>&1 || compose_of_one_word
  podman_as_docker
else
  need "the guide" curl docker dotnet
  trap 'docker compose down >/dev/null 2>&1; stop; rm -rf "$work"' EXIT
fi

check "compose.yaml is valid" docker compose config --quiet
check_step up ''
until_true "both sidecars and Redis become healthy" healthy
exits 1 "nothing is published beyond this machine's loopback" grep -vE '^ *127\.0\.0\.1:' <("$engine" ps --format '{{.Ports}}' | tr ',' '\n' | grep -e '->')
check_step call "\"id\":\"$uuid\""
exits 0 "a caller that calls it by name is refused" test "$("${inside[@]}" curl -s -m 5 -o /dev/null -w '%{http_code}' -H 'Host: sidecar:8080' http://127.0.0.1:8080/open/v1/payment-requests)" = 403
check_step shared '"tokenRequests":1,'
check_step shared 'clik2pay:\{Custom:[0-9a-f]{32}\}:token'
check_step app "\"id\":\"$uuid\""
check_step check 'routes of /proxy.json'
check_step no-token '"code":"token_unavailable"'
check_step api-fails '^HTTP/1.1 500'
check_step no-faults ''
until_true "calls succeed again without faults" calls_succeed
check_step logs 'Access token refreshed'
check_step down ''
exits 0 "nothing is left behind" test "$(docker compose ps --all --quiet 2>"$work/log")" = ""

# Without containers, so on this machine's own ports.
need_ports 5080 8080 8081 9090 9091
start_block "$guide" demo http://127.0.0.1:9091/startupz
check_block "$guide" call "\"id\":\"$uuid\"" call.sh bash
end
