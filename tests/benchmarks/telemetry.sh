#!/usr/bin/env bash
# What metrics and traces cost: the sidecar with telemetry turned off, with metrics, and with metrics and sampled traces, side by side in one
# run, in interleaved rounds. Prints medians and ratios, and how long a scrape takes under load. Needs wrk and nginx; loopback only.
# Usage: tests/benchmarks/telemetry.sh [ROUNDS] [SECONDS]
set -euo pipefail
cd "$(dirname "$0")/../.."

rounds=${1:-15} seconds=${2:-4}
work=$(mktemp -d)
started=()
trap 'for process in "${started[@]}"; do kill -TERM "$process" 2>/dev/null; done; wait; rm -rf "$work"' EXIT

dotnet build src/Clik2pay.Sidecar -c Release -v quiet >"$work/build" || { cat "$work/build"; exit 1; }
sidecar=$PWD/src/Clik2pay.Sidecar/bin/Release/net10.0/clik2pay-sidecar

# The provider: a token, and an answer of 100 bytes. It takes spans too.
cat >"$work/nginx.conf" <<CONF
daemon off; master_process off; pid $work/pid; error_log $work/error;
events { worker_connections 1024; }
http {
  access_log off; client_body_temp_path $work/body; keepalive_requests 1000000000;
  proxy_temp_path $work/a; fastcgi_temp_path $work/b; uwsgi_temp_path $work/c; scgi_temp_path $work/d;
  server {
    listen 127.0.0.1:15080;
    location = /oauth2/token { default_type application/json; return 200 '{"access_token":"token","expires_in":3600,"token_type":"Bearer"}'; }
    location / { return 200 '$(printf 'a%.0s' $(seq 100))'; }
  }
}
CONF
nginx -c "$work/nginx.conf" -e "$work/error" & started+=($!)

export Clik2pay__Environment=Custom Clik2pay__ApiBaseUrl=http://127.0.0.1:15080 Clik2pay__TokenEndpoint=http://127.0.0.1:15080/oauth2/token
export Clik2pay__Username=u Clik2pay__Password=p Clik2pay__ApiKey=k

run() {
  local name=$1 port=$2
  shift 2
  env "$@" "$sidecar" run --Sidecar:Listen=http://127.0.0.1:"$port" --Sidecar:Admin=http://127.0.0.1:$((port + 1000)) >"$work/$name.log" 2>&1 &
  started+=($!)
  echo $! >"$work/$name.pid"
  for _ in $(seq 100); do curl -sf -o /dev/null "http://127.0.0.1:$((port + 1000))/startupz" && return; sleep 0.1; done
  cat "$work/$name.log"
  exit 1
}

run off 18080 OTEL_SDK_DISABLED=true
run metrics 18081
run traces 18082 OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://127.0.0.1:15080/v1/traces OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf OTEL_TRACES_SAMPLER=parentbased_traceidratio OTEL_TRACES_SAMPLER_ARG=0.01
run all 18083 OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://127.0.0.1:15080/v1/traces OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf

ticks() { awk '{ print $14 + $15 }' "/proc/$(cat "$work/$1.pid")/stat"; }

# name port connections seconds → name, connections, requests a second, CPU microseconds a request, median latency in microseconds, whether all was well
measure() {
  local before after
  before=$(ticks "$1")
  wrk -t1 -c"$3" -d"$4" --latency "http://127.0.0.1:$2/open/v1/payment-requests" >"$work/wrk"
  after=$(ticks "$1")
  awk -v name="$1" -v connections="$3" -v cpu=$((after - before)) '
    /requests in/ { n = $1 } /Requests\/sec/ { rate = $2 } /Non-2xx/ { bad = 1 }
    / 50%/ { latency = $2 * ($2 ~ /us/ ? 1 : 1000) }
    END { print name, connections, rate, cpu * 10000 / n, latency, bad + 0 }' "$work/wrk"
}

order=(off:18080 metrics:18081 traces:18082 all:18083)
for name_port in "${order[@]}"; do measure "${name_port%:*}" "${name_port#*:}" 32 5 >/dev/null; done
for ((round = 0; round < rounds; round++)); do
  # Each begins as often as each other one.
  for ((i = 0; i < 4; i++)); do
    name_port=${order[$(((round + i) % 4))]}
    echo "$round $(measure "${name_port%:*}" "${name_port#*:}" 32 "$seconds")"
    echo "$round $(measure "${name_port%:*}" "${name_port#*:}" 1 $((seconds / 2 + 1)))"
  done
done >"$work/rounds"

# Scrapes while requests come as fast as they can.
curl -s -o /dev/null http://127.0.0.1:19081/metrics
wrk -t1 -c32 -d22 http://127.0.0.1:18081/open/v1/payment-requests >/dev/null & load=$!
sleep 1
for _ in $(seq 50); do curl -s -o /dev/null -w '%{time_total} %{size_download}\n' http://127.0.0.1:19081/metrics; sleep 0.4; done >"$work/scrapes"
wait "$load"

python3 - "$work" <<'PY'
import sys
from statistics import median
work = sys.argv[1]
rows = [line.split() for line in open(f"{work}/rounds")]
assert all(row[6] == "0" for row in rows), "some answers were not 2xx"
for connections, column, what in (("32", 3, "requests a second, 32 connections"), ("32", 4, "CPU µs a request, 32 connections"), ("1", 3, "requests a second, 1 connection"), ("1", 5, "median latency in µs, 1 connection")):
    by = {}
    for row in rows:
        if row[2] == connections:
            by.setdefault(row[1], {})[row[0]] = float(row[column])
    print(what)
    for name in ("off", "metrics", "traces", "all"):
        ratios = sorted(by[name][r] / by["off"][r] for r in by[name])
        print(f"  {name:10}{median(by[name].values()):10,.1f}   {median(ratios):.3f} of off ({ratios[len(ratios) // 4]:.3f} to {ratios[len(ratios) * 3 // 4]:.3f})")
scrapes = [list(map(float, line.split())) for line in open(f"{work}/scrapes")]
times = sorted(s[0] * 1000 for s in scrapes)
print(f"scrape under load: median {median(times):.1f} ms, 95 % within {times[int(len(times) * .95)]:.1f} ms, longest {times[-1]:.1f} ms, {scrapes[0][1] / 1024:.0f} KiB ({len(times)} scrapes)")
PY
