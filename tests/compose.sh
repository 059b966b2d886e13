#!/usr/bin/env bash
# Runs the blocks of docs/how-to/docker-compose.md: `docker compose` with compose.yaml, and the calls that the guide shows. The engine is
# Podman with its Docker API. The images of Redis and curl, and the base images of the sidecar, are built from programs of this machine,
# so no registry is needed. Podman runs in a network namespace of its own, which has only a loopback interface.
# With ENGINE=docker, Docker runs the images that compose.yaml names.
# Usage: tests/compose.sh [FILE]   FILE receives a line "passed|failed|skipped TITLE" for each check.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
. tests/containers.sh
suite compose "${1:-}"
guide=docs/how-to/docker-compose.md title="The blocks of docs/how-to/docker-compose.md succeed"
uuid='[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'

# Puts a `docker` into the PATH that runs docker-compose for `docker compose`, and Podman for all other commands. docker-compose calls
# `docker` to attach to a container, and Podman accepts the same arguments.
wrap_docker_compose() {
  require_commands "$title" docker-compose
  mkdir "$work/bin"
  printf '#!/bin/sh\n[ "$1" = compose ] || exec podman "$@"\nshift\nexec docker-compose "$@"\n' >"$work/bin/docker"
  chmod +x "$work/bin/docker"
  PATH=$work/bin:$PATH
}

# build_program_image IMAGE PROGRAM…: builds an image from programs of this machine.
build_program_image() {
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

# image_of NAME: the image in compose.yaml whose name ends with NAME.
image_of() { sed -n "s:^ *image\: \(.*$1\:.*\):\1:p" compose.yaml; }

# Starts Podman with its Docker API in a network namespace of its own. Podman schedules health checks with systemd, which some machines do
# not have, so a loop runs them here.
start_podman() {
  prepare_containers "$title"
  build_program_image "library/$(image_of redis)" redis-server redis-cli
  build_program_image "$(image_of curl)" curl
  if ! build_image localhost/clik2pay-sidecar:local >"$work/log" 2>&1; then
    cat "$work/log"
    report failed "The image builds"
    end
  fi

  export DOCKER_HOST=unix://$work/podman.sock
  setsid unshare --net bash -c 'ip link set lo up && exec podman system service --time 0 "$DOCKER_HOST"' \
    >"$work/podman.log" 2>&1 </dev/null &
  started+=($!)
  inside=(nsenter --net="/proc/$!/ns/net")
  for _ in $(seq 100); do
    curl -sf --unix-socket "$work/podman.sock" -o /dev/null http://podman/_ping && break
    sleep 0.1
  done
  setsid bash -c 'while sleep 1; do for container in $(podman ps --quiet); do podman healthcheck run "$container"; done; done' \
    >/dev/null 2>&1 </dev/null &
  started+=($!)
}

# check_guide NAME PATTERN: runs a block of the guide.
check_guide() { check_block "$guide" "$1" "$2" "$1.sh" "${inside[@]}" bash; }

# check_eventually TITLE COMMAND…: the command must succeed once within 30 s. If it does not, the script ends.
check_eventually() {
  local title=$1
  shift
  for _ in $(seq 150); do
    "$@" && report passed "$title" && return
    sleep 0.2
  done
  docker compose ps
  docker compose logs --tail 20
  report failed "$title"
  end
}
all_healthy() { [ "$("$engine" ps --filter health=healthy --format '{{.Names}}' | grep -cE '(redis|sidecar|sidecar-2)[-_]1$')" = 3 ]; }
# The block `call` prints the id of a payment request only if the call succeeds.
calls_succeed() { "${inside[@]}" bash "$work/call.sh" | grep -qE "\"id\":\"$uuid\""; }

engine=${ENGINE:-podman} inside=(env)
if [ "$engine" = podman ]; then
  require_commands "$title" curl ip nsenter redis-server redis-cli
  docker compose version >/dev/null 2>&1 || wrap_docker_compose
  start_podman
else
  require_commands "$title" curl docker dotnet
  trap 'docker compose down >/dev/null 2>&1; stop; rm -rf "$work"' EXIT
fi

check "compose.yaml is valid" docker compose config --quiet
check_guide up ''
check_eventually "Both sidecars and Redis become healthy" all_healthy
check_exit 1 "All ports are published only on 127.0.0.1" \
  grep -vE '^ *127\.0\.0\.1:' <("$engine" ps --format '{{.Ports}}' | tr ',' '\n' | grep -e '->')
check_guide call "\"id\":\"$uuid\""
status=$("${inside[@]}" curl -s -m 5 -o /dev/null -w '%{http_code}' -H 'Host: sidecar:8080' http://127.0.0.1:8080/open/v1/payment-requests)
check_exit 0 "A call with the service name as Host gets 403" test "$status" = 403
check_guide shared '"tokenRequests":1,'
check_guide shared 'clik2pay:\{Custom:[0-9a-f]{32}\}:token'
check_guide app "\"id\":\"$uuid\""
check_guide check 'routes of /proxy.json'
check_guide no-token '"code":"token_unavailable"'
check_guide api-fails '^HTTP/1.1 500'
check_guide no-faults ''
check_eventually "Calls succeed again without faults" calls_succeed
check_guide logs 'Access token refreshed'
check_guide down ''
check_exit 0 "docker compose down removes all containers" test "$(docker compose ps --all --quiet 2>"$work/log")" = ""

# The application's own compose file, with a simulator instead of Clik2pay. The user of the example owns the credential files.
own=(docker compose --file examples/compose/application.yaml --file tests/compose/simulated.yaml --project-name own)
mkdir -p "$work/home/.clik2pay"
for name in username password api-key; do printf 'sandbox-%s' "$name" >"$work/home/.clik2pay/$name"; done
chown -R 1000:1000 "$work/home" && chmod 755 "$work" && chmod -R go= "$work/home/.clik2pay"
check "examples/compose/application.yaml is valid" env HOME="$work/home" "${own[@]:0:4}" config --quiet
check "The services of examples/compose/application.yaml start" env HOME="$work/home" "${own[@]}" up --detach
app_has_response() { HOME=$work/home "${own[@]}" logs app 2>/dev/null | grep -q '"certainty"'; }
check_eventually "The application of the example gets a response of the simulator through its sidecar" app_has_response
# Podman removes a container only after the containers that share its network.
check "The application of the example is removed" env HOME="$work/home" "${own[@]}" rm --stop --force app
check "The services of examples/compose/application.yaml stop" env HOME="$work/home" "${own[@]}" down

# The demo of README.md. The image exists already, so only the last command of the block is run.
"$engine" tag "$([ "$engine" = docker ] || echo localhost/)clik2pay-sidecar:local" clik2pay-sidecar:latest
block README.md docker | sed 1d >"$work/docker-demo.sh"
setsid "${inside[@]}" bash "$work/docker-demo.sh" >"$work/docker-demo.log" 2>&1 </dev/null &
started+=($!)
block README.md curl >"$work/demo-call.sh"
demo_responds() { "${inside[@]}" bash "$work/demo-call.sh" | grep -qE "\"id\":\"$uuid\""; }
status_page_responds() { "${inside[@]}" curl -sf -m 5 -o /dev/null http://127.0.0.1:9090/; }
check_eventually "A call reaches the demo in a container" demo_responds
check_eventually "The status page of the demo in a container responds" status_page_responds
stop_demo() { kill -TERM -- "-${started[-1]}"; wait "${started[-1]}"; unset 'started[-1]'; }
stop_demo

# The demo runs without containers, on the ports of this machine.
require_ports 5080 8080 8081 9090 9091
start_block "$guide" demo http://127.0.0.1:9091/startupz
check_block "$guide" call "\"id\":\"$uuid\"" call.sh bash
end
