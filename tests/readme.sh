#!/usr/bin/env bash
# Does what README.md shows: each block that a comment <!-- run: NAME --> precedes is taken from there and run as it stands.
# Usage: tests/readme.sh [FILE]   FILE gets a line "passed|failed|skipped NAME" for each block.
set -uo pipefail
cd "$(dirname "$0")/.."

record=${1:-/dev/null}
: >"$record"
work=$(mktemp -d)
started=()
trap 'stop; rm -rf "$work"' EXIT

tell() {
  echo "$1 README: $2"
  echo "$1 $2" >>"$record"
}

# The fenced block behind <!-- run: NAME -->.
block() { awk -v mark="<!-- run: $1 -->" '$0 == mark { found = 1; next } found && /^```/ { if (inside) exit; inside = 1; next } inside' README.md; }

# Whether an address answers: of HTTP, or a port of 127.0.0.1.
answers() {
  case $1 in
    http:*) curl -sf -o /dev/null "$1" ;;
    *) (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null ;;
  esac
}

# Starts a block in the background in a process group of its own, and waits until an address answers.
start() {
  local name=$1 ready=$2
  block "$name" >"$work/$name.sh"
  setsid bash "$work/$name.sh" >"$work/$name.log" 2>&1 </dev/null &
  started+=($!)
  for _ in $(seq 600); do
    answers "$ready" && { tell passed "$name"; return; }
    kill -0 "${started[-1]}" 2>/dev/null || break
    sleep 0.1
  done
  cat "$work/$name.log"
  tell failed "$name"
}

stop() {
  for group in "${started[@]}"; do
    kill -TERM -- "-$group" 2>/dev/null
    wait "$group" 2>/dev/null
  done
  started=()
}

# Writes a block to a file, runs it with a program and looks for a pattern in what it says.
check() {
  local name=$1 pattern=$2 file=$work/$3
  shift 3
  block "$name" >"$file"
  if ! command -v "$1" >/dev/null; then
    tell skipped "$name ($1 is not installed)"
  elif "$@" "$file" >"$work/$name.log" 2>&1 && grep -qE "$pattern" "$work/$name.log"; then
    tell passed "$name"
  else
    cat "$work/$name.log"
    tell failed "$name"
  fi
}

for port in 5080 6379 8080 8081 8082 9090 9091 9092; do
  if answers "$port"; then
    tell failed "port $port of 127.0.0.1 is taken; the README's commands need it"
    exit 1
  fi
done

uuid='[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'

start demo http://127.0.0.1:9090/startupz
check curl "\"id\":\"$uuid\"" curl.sh bash
check with-credentials "\"id\":\"$uuid\"" with-credentials.sh bash
check python "^$uuid\$" app.py python3
check node "^$uuid\$" app.mjs node
check csharp "^$uuid\$" app.cs dotnet run
check outage '"code":"token_unavailable"' outage.sh bash
check status '^  "product": "clik2pay-sidecar",' status.sh bash
check status '^clik2pay_sidecar_own_answers_total\{code="token_unavailable"\} 1$' status.sh bash
check probes '^There is no access token at the moment' probes.sh bash
stop

start simulate http://127.0.0.1:5080/_simulator/counters
block settings >"$work/settings.sh"
. "$work/settings.sh"
check check "routes of $PWD/proxy.json" check.sh bash
start run http://127.0.0.1:9090/startupz
check curl "\"id\":\"$uuid\"" curl.sh bash
check replay '^HTTP/1.1 200 OK' replay.sh bash
stop

start simulate http://127.0.0.1:5080/_simulator/counters
start closed http://127.0.0.1:9090/startupz
check through-the-socket '"paymentRequests":\[\]' through-the-socket.sh bash
stop
rm -r /tmp/clik2pay

for name in $(block settings | sed -n 's/^export \([A-Za-z0-9_]*\)=.*/\1/p'); do unset "$name"; done
if command -v redis-server >/dev/null && command -v redis-cli >/dev/null; then
  start redis 6379
  start fleet http://127.0.0.1:9092/startupz
  check shared '"tokenRequests":1,' shared.sh bash
  check shared 'clik2pay:\{Custom:[0-9a-f]{32}\}:token$' shared.sh bash
  stop
else
  tell skipped "fleet (redis-server is not installed)"
fi
