#!/usr/bin/env bash
# What a sidecar needs: memory and CPU time, idle and under load, with one processor and with all of the machine's, of the native program that an image
# holds; bytes in the log; size of a scrape. docs/sizing.md has the figures of one run. Needs wrk, nginx and python3; loopback only; some 3 minutes.
# Usage: tests/benchmarks/sizing.sh [DIRECTORY]   DIRECTORY holds a published sidecar; without it one is published.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=6
work=$(mktemp -d)
started=()
trap 'for process in "${started[@]}"; do kill -TERM "$process" 2>/dev/null || true; done; wait; rm -rf "$work"' EXIT
ulimit -n 8192

published=${1:-$work/published}
if [ -z "${1:-}" ]; then
  dotnet publish src/Clik2pay.Sidecar --os linux --output "$published" -v quiet >"$work/build" || { cat "$work/build"; exit 1; }
fi

# The provider: a token, and an answer of 100 bytes.
cat >"$work/nginx.conf" <<CONF
daemon off; master_process off; pid $work/pid; error_log $work/error;
events { worker_connections 4096; }
http {
  access_log off; client_body_temp_path $work/body; keepalive_requests 1000000000;
  proxy_temp_path $work/a; fastcgi_temp_path $work/b; uwsgi_temp_path $work/c; scgi_temp_path $work/d;
  server {
    listen 127.0.0.1:15080;
    location = /oauth2/token { default_type application/json; return 200 '{"access_token":"$(printf 't%.0s' $(seq 1000))","expires_in":3600,"token_type":"Bearer"}'; }
    location / { add_header x-amzn-RequestId 9f3c1d2e-6a41-4c0f-8a35-1f0f5f5b8e11; return 200 '$(printf 'a%.0s' $(seq 100))'; }
  }
}
CONF
nginx -c "$work/nginx.conf" -e "$work/error" & started+=($!)

# Another provider, which answers two seconds after a request's end, so that a thousand of them are under way at one moment.
cat >"$work/slow.py" <<'PY'
import asyncio

async def serve(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
            await reader.readexactly(length)
            await asyncio.sleep(2)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()

async def main():
    async with await asyncio.start_server(serve, "127.0.0.1", 15081, backlog=4096) as server:
        await server.serve_forever()

asyncio.run(main())
PY
python3 "$work/slow.py" & started+=($!)

printf '%s\n' 'wrk.method = "POST"' 'wrk.headers["Content-Type"] = "application/json"' 'wrk.body = "{" .. string.rep(" ", 1022) .. "}"' >"$work/post.lua"

export Clik2pay__Environment=Custom Clik2pay__ApiBaseUrl=http://127.0.0.1:15080 Clik2pay__TokenEndpoint=http://127.0.0.1:15080/oauth2/token
export Clik2pay__Username=u Clik2pay__Password=p Clik2pay__ApiKey=k
export Sidecar__BatchScheduling=${Sidecar__BatchScheduling:-true} # as for the figures in docs/sizing.md
url=http://127.0.0.1:18080/open/v1/payment-requests

# run SETTING…: the sidecar, until `finish`. Tells how long its start took.
run() {
  local from
  from=$(date +%s%N)
  env "$@" "$published/clik2pay-sidecar" run --Sidecar:Listen=http://127.0.0.1:18080 --Sidecar:Admin=http://127.0.0.1:19080 >"$work/log" 2>&1 &
  sidecar=$!
  started+=("$sidecar")
  for _ in $(seq 1000); do
    if curl -sf -o "$work/answer" http://127.0.0.1:19080/startupz; then
      startup=$((($(date +%s%N) - from) / 1000000))
      return
    fi
    sleep 0.01
  done
  cat "$work/log"
  exit 1
}

finish() {
  kill -TERM "$sidecar"
  wait "$sidecar" || true
}

ticks() { awk '{ print $14 + $15 }' "/proc/$sidecar/stat"; }
memory() { awk -v field="$1:" '$1 == field { printf "%.0f", $2 / 1024 }' "/proc/$sidecar/status"; }
tell() { printf '%-64s %s\n' "$1" "$2"; }
tell_memory() { tell "$1: memory of its own, and with the program's file" "$(memory RssAnon) and $(memory VmRSS) MiB"; }

# load NAME CONNECTIONS WRK-OPTION…
load() {
  local name=$1 connections=$2 before after
  shift 2
  before=$(ticks)
  wrk -t1 -c"$connections" -d"$seconds" "$@" "$url" >"$work/wrk"
  after=$(ticks)
  if grep -q -e 'Non-2xx' -e 'Socket errors' "$work/wrk"; then cat "$work/wrk"; exit 1; fi
  tell "$name, $connections connections" "$(awk -v cpu=$((after - before)) '/requests in/ { n = $1 } /Requests\/sec/ { rate = $2 } END { printf "%.0f requests a second, %.0f µs of CPU time each", rate, cpu * 10000 / n }' "$work/wrk")"
  tell_memory "  then"
}

tell "machine" "$(nproc) processors, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)"
tell "the program's file" "$(($(stat -c %s "$published/clik2pay-sidecar") / 1048576)) MiB"

for processors in 1 all; do
  printf '\n%s\n' "processors: $processors"
  if [ "$processors" = all ]; then run A=; else run DOTNET_PROCESSOR_COUNT=1; fi
  tell "start until the first token" "$startup ms, $(($(ticks) * 10)) ms of CPU time"
  sleep 5
  before=$(ticks)
  sleep 10
  tell "idle: CPU time of a second" "$(awk -v cpu=$(($(ticks) - before)) 'BEGIN { printf "%.1f ms", cpu }')"
  tell_memory "idle"
  wrk -t1 -c32 -d"$seconds" "$url" >"$work/wrk" # until its pools are full
  load "GET" 32
  load "GET" 256
  load "POST of 1 KiB" 32 -s "$work/post.lua"
  load "POST of 1 KiB" 256 -s "$work/post.lua"
  finish
done

# CONNECTIONS BYTES SECONDS: so many connections at once, each with a request of that size under way (0: none).
cat >"$work/hold.py" <<'PY'
import socket, sys, time
connections, size, seconds = map(int, sys.argv[1:])
held = []
for _ in range(connections):
    s = socket.create_connection(("127.0.0.1", 18080))
    if size:
        s.sendall(b"POST /open/v1/payment-requests HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size)
    held.append(s)
time.sleep(seconds)
PY

printf '\n%s\n' "1000 connections, one processor"
run DOTNET_PROCESSOR_COUNT=1 Clik2pay__ApiBaseUrl=http://127.0.0.1:15081
idle=$(memory RssAnon)
python3 "$work/hold.py" 1000 0 3 & holder=$!
sleep 2
tell "idle connections, each" "$(((($(memory RssAnon) - idle)) * 1024 / 1000)) KiB"
wait "$holder"
finish

# under_way CONNECTIONS KIBIBYTES [SETTING]
under_way() {
  local idle most=0 now holder
  run DOTNET_PROCESSOR_COUNT=1 "${3:-A=}" Clik2pay__ApiBaseUrl=http://127.0.0.1:15081
  idle=$(memory RssAnon)
  python3 "$work/hold.py" "$1" $(($2 * 1024)) 5 & holder=$!
  while kill -0 "$holder" 2>/dev/null; do
    now=$(memory RssAnon)
    if [ "$now" -gt "$most" ]; then most=$now; fi
    sleep 0.1
  done
  wait "$holder"
  tell "$1 requests under way with bodies of $2 KiB${3:+, $3}" \
    "$(curl -s http://127.0.0.1:19080/metrics | sed -n 's/^clik2pay_sidecar_upstream_answers_total{status_class="2xx"} //p') answered, $(((most - idle) * 1024 / $1)) KiB each, $(memory VmHWM) MiB at most"
  finish
}
under_way 1000 1
under_way 1000 64
# Hexadecimal, and a native program reads it only without 0x.
under_way 1000 64 DOTNET_GCHeapHardLimit=C000000 # 192 MiB, the heap in a container with 256
under_way 190 64 DOTNET_GCHeapHardLimit=6000000 # 96 MiB, with 128

printf '\n'
for format in Text Json; do
  run Sidecar__AccessLog=true Sidecar__LogFormat=$format
  for _ in $(seq 200); do printf 'url = "%s"\noutput = "%s"\n' "$url" "$work/answer"; done >"$work/urls"
  curl -s -K "$work/urls"
  finish
  grep -F '/open/v1/{**rest}' "$work/log" >"$work/access"
  tell "access log, $format: a request" "$(($(stat -c %s "$work/access") / $(wc -l <"$work/access"))) bytes"
  tell "log, $format: a start" "$(grep -cvF '/open/v1/{**rest}' "$work/log") lines, $(($(stat -c %s "$work/log") - $(stat -c %s "$work/access"))) bytes"
done
