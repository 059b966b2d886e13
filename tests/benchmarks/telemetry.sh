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

measure() {
  local name=$1 port=$2 before after
  before=$(ticks "$name")
  wrk -t1 -c32 -d"${3:-$seconds}" "http://127.0.0.1:$port/open/v1/payment-requests" >"$work/wrk"
  after=$(ticks "$name")
  awk -v cpu=$((after - before)) -v name="$name" '/requests in/ { n = $1 } /Requests\/sec/ { rate = $2 } /Non-2xx/ { bad = 1 } END { print name, rate, cpu * 10000 / n, bad + 0 }' "$work/wrk"
}

for name_port in off:18080 metrics:18081 traces:18082 all:18083; do measure "${name_port%:*}" "${name_port#*:}" 5 >/dev/null; done
order=(off:18080 metrics:18081 traces:18082 all:18083)
for ((round = 0; round < rounds; round++)); do
  # Each begins as often as each other one.
  for ((i = 0; i < 4; i++)); do
    name_port=${order[$(((round + i) % 4))]}
    echo "$round $(measure "${name_port%:*}" "${name_port#*:}")"
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
assert all(row[4] == "0" for row in rows), "some answers were not 2xx"
by = {}
for r, name, rate, cpu, _ in rows:
    by.setdefault(name, {})[int(r)] = (float(rate), float(cpu))
print(f"{'':10}{'req/s':>10}{'of off':>9}{'CPU µs/req':>12}{'of off':>9}")
for name in ("off", "metrics", "traces", "all"):
    rates = [v[0] for v in by[name].values()]
    cpus = [v[1] for v in by[name].values()]
    r = median(by[name][k][0] / by["off"][k][0] for k in by[name])
    c = median(by[name][k][1] / by["off"][k][1] for k in by[name])
    print(f"{name:10}{median(rates):10,.0f}{r:9.3f}{median(cpus):12.1f}{c:9.3f}")
scrapes = [list(map(float, line.split())) for line in open(f"{work}/scrapes")]
times = sorted(s[0] * 1000 for s in scrapes)
print(f"scrape under load: median {median(times):.1f} ms, 95 % within {times[int(len(times) * .95)]:.1f} ms, longest {times[-1]:.1f} ms, {scrapes[0][1] / 1024:.0f} KiB ({len(times)} scrapes)")
PY
