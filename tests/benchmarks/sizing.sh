#!/usr/bin/env bash
# Measures the memory, CPU time and log size of the published native program, idle and under load, with one processor and with all.
# docs/how-to/size.md contains the figures of one run. Requires wrk, nginx and python3. All traffic uses loopback. Takes about three
# minutes.
# Usage: tests/benchmarks/sizing.sh [DIRECTORY]   DIRECTORY contains a published sidecar. Without it, the script publishes one.
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

token=$(printf 't%.0s' $(seq 1000))

# The provider returns a token, and a body of 100 bytes for all other requests.
cat >"$work/nginx.conf" <<CONF
daemon off; master_process off; pid $work/pid; error_log $work/error;
events { worker_connections 4096; }
http {
  access_log off; client_body_temp_path $work/body; keepalive_requests 1000000000;
  proxy_temp_path $work/a; fastcgi_temp_path $work/b; uwsgi_temp_path $work/c; scgi_temp_path $work/d;
  server {
    listen 127.0.0.1:15080;
    location = /oauth2/token {
      default_type application/json; return 200 '{"access_token":"$token","expires_in":3600,"token_type":"Bearer"}';
    }
    location / { add_header x-amzn-RequestId 9f3c1d2e-6a41-4c0f-8a35-1f0f5f5b8e11; return 200 '$(printf 'a%.0s' $(seq 100))'; }
  }
}
CONF
nginx -c "$work/nginx.conf" -e "$work/error" & started+=($!)

# A second provider responds 2 s after the end of a request, so that 1000 requests are in progress at the same time.
cat >"$work/slow.py" <<'PY'
import asyncio

async def serve(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            lengths = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
            await reader.readexactly(lengths[0] if lengths else 0)
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

printf '%s\n' 'wrk.method = "POST"' 'wrk.headers["Content-Type"] = "application/json"' \
  'wrk.body = "{" .. string.rep(" ", 1022) .. "}"' >"$work/post.lua"

export Clik2pay__Environment=Custom Clik2pay__ApiBaseUrl=http://127.0.0.1:15080 Clik2pay__TokenEndpoint=http://127.0.0.1:15080/oauth2/token
export Clik2pay__Username=u Clik2pay__Password=p Clik2pay__ApiKey=k
export Sidecar__BatchScheduling=${Sidecar__BatchScheduling:-true} # as in docs/how-to/size.md
url=http://127.0.0.1:18080/open/v1/payment-requests

# start_sidecar SETTING…: starts the sidecar and sets $startup to the milliseconds until its first token.
start_sidecar() {
  local from
  from=$(date +%s%N)
  env "$@" "$published/clik2pay-sidecar" run --Sidecar:Listen=http://127.0.0.1:18080 --Sidecar:Admin=http://127.0.0.1:19080 \
    >"$work/log" 2>&1 &
  sidecar=$!
  started+=("$sidecar")
  for _ in $(seq 1000); do
    if curl -sf -o "$work/response" http://127.0.0.1:19080/startupz; then
      startup=$((($(date +%s%N) - from) / 1000000))
      return
    fi
    sleep 0.01
  done
  cat "$work/log"
  exit 1
}

stop_sidecar() {
  kill -TERM "$sidecar"
  wait "$sidecar" || true
}

# The CPU time of the sidecar in ticks of 10 ms.
ticks() { awk '{ print $14 + $15 }' "/proc/$sidecar/stat"; }
# memory FIELD: a field of the sidecar's memory in MiB.
memory() { awk -v field="$1:" '$1 == field { printf "%.0f", $2 / 1024 }' "/proc/$sidecar/status"; }
report() { printf '%-64s %s\n' "$1" "$2"; }
report_memory() { report "$1: private memory, and resident memory" "$(memory RssAnon) and $(memory VmRSS) MiB"; }

# load NAME CONNECTIONS WRK-OPTION…: measures CPU time and memory under load.
load() {
  local name=$1 connections=$2 before after
  shift 2
  before=$(ticks)
  wrk -t1 -c"$connections" -d"$seconds" "$@" "$url" >"$work/wrk"
  after=$(ticks)
  if grep -q -e 'Non-2xx' -e 'Socket errors' "$work/wrk"; then cat "$work/wrk"; exit 1; fi
  report "$name, $connections connections" "$(awk -v cpu=$((after - before)) '
    /requests in/ { n = $1 } /Requests\/sec/ { rate = $2 }
    END { printf "%.0f requests a second, %.0f µs of CPU time each", rate, cpu * 10000 / n }' "$work/wrk")"
  report_memory "  then"
}

report "machine" "$(nproc) processors, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)"
report "the program's file" "$(($(stat -c %s "$published/clik2pay-sidecar") / 1048576)) MiB"

for processors in 1 all; do
  printf '\n%s\n' "processors: $processors"
  if [ "$processors" = all ]; then start_sidecar A=; else start_sidecar DOTNET_PROCESSOR_COUNT=1; fi
  report "start until the first token" "$startup ms, $(($(ticks) * 10)) ms of CPU time"
  sleep 5
  before=$(ticks)
  sleep 10
  report "idle: CPU time per second" "$(awk -v cpu=$(($(ticks) - before)) 'BEGIN { printf "%.1f ms", cpu }')"
  report_memory "idle"
  wrk -t1 -c32 -d"$seconds" "$url" >"$work/wrk" # fills the pools
  load "GET" 32
  load "GET" 256
  load "POST of 1 KiB" 32 -s "$work/post.lua"
  load "POST of 1 KiB" 256 -s "$work/post.lua"
  stop_sidecar
done

# Usage: hold.py CONNECTIONS BYTES SECONDS   Keeps connections open, each with a request whose body has BYTES bytes, or idle if BYTES is 0.
cat >"$work/hold.py" <<'PY'
import socket, sys, time
connections, size, seconds = map(int, sys.argv[1:])
sockets = []
for _ in range(connections):
    s = socket.create_connection(("127.0.0.1", 18080))
    if size:
        head = b"POST /open/v1/payment-requests HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % size
        s.sendall(head + b"x" * size)
    sockets.append(s)
time.sleep(seconds)
PY

printf '\n%s\n' "1000 connections, one processor"
start_sidecar DOTNET_PROCESSOR_COUNT=1 Clik2pay__ApiBaseUrl=http://127.0.0.1:15081
idle=$(memory RssAnon)
python3 "$work/hold.py" 1000 0 3 & holder=$!
sleep 2
report "idle connection" "$(((($(memory RssAnon) - idle)) * 1024 / 1000)) KiB"
wait "$holder"
stop_sidecar

# measure_requests COUNT KIBIBYTES [SETTING]: measures the memory of requests in progress with bodies of that size.
measure_requests() {
  local idle most=0 now holder succeeded
  start_sidecar DOTNET_PROCESSOR_COUNT=1 "${3:-A=}" Clik2pay__ApiBaseUrl=http://127.0.0.1:15081
  idle=$(memory RssAnon)
  python3 "$work/hold.py" "$1" $(($2 * 1024)) 5 & holder=$!
  while kill -0 "$holder" 2>/dev/null; do
    now=$(memory RssAnon)
    if [ "$now" -gt "$most" ]; then most=$now; fi
    sleep 0.1
  done
  wait "$holder"
  succeeded=$(curl -s http://127.0.0.1:19080/metrics | sed -n 's/^clik2pay_sidecar_upstream_answers_total{status_class="2xx"} //p')
  report "$1 requests in progress with bodies of $2 KiB${3:+, $3}" \
    "$succeeded succeeded, $(((most - idle) * 1024 / $1)) KiB each, $(memory VmHWM) MiB at most"
  stop_sidecar
}
measure_requests 1000 1
measure_requests 1000 64
# The limit is hexadecimal. A native program accepts it only without 0x.
measure_requests 1000 64 DOTNET_GCHeapHardLimit=C000000 # 192 MiB, the heap in a container with 256 MiB
measure_requests 190 64 DOTNET_GCHeapHardLimit=6000000 # 96 MiB, the heap in a container with 128 MiB

printf '\n'
for format in Text Json; do
  start_sidecar Sidecar__AccessLog=true Sidecar__LogFormat=$format
  for _ in $(seq 200); do printf 'url = "%s"\noutput = "%s"\n' "$url" "$work/response"; done >"$work/urls"
  curl -s -K "$work/urls"
  stop_sidecar
  grep -F '/open/v1/{**rest}' "$work/log" >"$work/access"
  report "access log, $format: one request" "$(($(stat -c %s "$work/access") / $(wc -l <"$work/access"))) bytes"
  report "log, $format: one start" \
    "$(grep -cvF '/open/v1/{**rest}' "$work/log") lines, $(($(stat -c %s "$work/log") - $(stat -c %s "$work/access"))) bytes"
done
