#!/usr/bin/env bash
# Writes src/Clik2pay.Sidecar/MethodOrder.txt: the methods that the sidecar calls in its steady state, then those that it calls only at the
# start and for the first requests. The native compiler places them first and in this order, so that few pages of the program are resident.
# Traces a sidecar with all features under load. Requires Linux on x86-64 with wrk, nginx, redis-server, curl, python3 and readelf.
# Publishing requires clang. Takes about a minute after publishing. About 1% of the names differ between two runs, because the timing of
# threads differs.
# Usage: tests/benchmarks/method-order.sh [DIRECTORY]
#        tests/benchmarks/method-order.sh --check DIRECTORY
#   DIRECTORY   contains a published sidecar with its debug symbols, clik2pay-sidecar.dbg. Without it, the script publishes one.
#   --check     only checks that most of the listed methods exist, and that the sidecar was compiled with the list. New methods that
#               are missing from the list are not found.
set -uo pipefail
case ${1:-} in '' | --check) ;; *) set -- "$(realpath "$1")" ;; esac
cd "$(dirname "$0")/../.."

list=src/Clik2pay.Sidecar/MethodOrder.txt tools=tests/benchmarks/method-order
export PYTHONDONTWRITEBYTECODE=1

if [ "${1:-}" = --check ]; then
  # Names that no longer exist show how much the program has changed. When 2% of the called methods were missing from the list, a quarter
  # of the saved memory was lost: each missing method makes 64 KiB resident, because the kernel maps 16 pages at once.
  exec python3 "$tools/check.py" "$list" "${2:?DIRECTORY is missing}/clik2pay-sidecar" 95
fi

. tests/support.sh
suite method-order
title='The list of methods is written'
require_commands "$title" wrk nginx redis-server curl python3 readelf
if [ "$(uname -sm)" != 'Linux x86_64' ]; then
  report skipped "$title (Linux on x86-64 is required)"
  end
fi
published=${1:-$work/published}
if [ -z "${1:-}" ]; then
  check 'The sidecar is published' dotnet publish src/Clik2pay.Sidecar --os linux --output "$published" -v quiet
  [ "$failed" = 0 ] || end
fi

provider=$(free_port) redis=$(free_port) callers=$(free_port) admin=$(free_port)
head -c 1000000 /dev/zero | tr '\0' a >"$work/large"
# The provider of the benchmarks: a token endpoint, a small and a large response, and an endpoint for telemetry.
cat >"$work/nginx.conf" <<CONF
daemon off; master_process off; pid $work/pid; error_log $work/error;
events { worker_connections 4096; }
http {
  access_log off; client_body_temp_path $work/body; keepalive_requests 1000000000; default_type application/json;
  proxy_temp_path $work/a; fastcgi_temp_path $work/b; uwsgi_temp_path $work/c; scgi_temp_path $work/d;
  server {
    listen 127.0.0.1:$provider;
    location = /oauth2/token {
      limit_rate 500; # bytes per second, so that the first request waits for the token
      return 200 '{"access_token":"$(printf 't%.0s' $(seq 1000))","expires_in":3600,"token_type":"Bearer"}';
    }
    location = /open/v1/large { alias $work/large; }
    location /v1/ { return 200; }
    location / { add_header x-amzn-RequestId 9f3c1d2e-6a41-4c0f-8a35-1f0f5f5b8e11; return 200 '$(printf 'a%.0s' $(seq 100))'; }
  }
}
CONF
start nginx "http://127.0.0.1:$provider/" nginx -c "$work/nginx.conf" -e "$work/error"
start redis "$redis" redis-server --port "$redis" --bind 127.0.0.1 --save '' --dir "$work"

# All features that the benchmarks turn on (SidecarEnvironment.Full). The settings come from variables and from arguments, so that the trace
# contains both sources. Metrics and spans are exported every second, so that the trace contains exports.
settings=(
  Clik2pay__Environment=Custom "Clik2pay__ApiBaseUrl=http://127.0.0.1:$provider"
  "Clik2pay__TokenEndpoint=http://127.0.0.1:$provider/oauth2/token" Clik2pay__Username=u Clik2pay__Password=p Clik2pay__ApiKey=k
  Sidecar__DrainSeconds=0 Sidecar__BatchScheduling=true "Redis__ConnectionString=127.0.0.1:$redis"
  "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:$provider" OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf OTEL_TRACES_EXPORTER=otlp
  OTEL_TRACES_SAMPLER=parentbased_traceidratio OTEL_TRACES_SAMPLER_ARG=0.01 OTEL_METRIC_EXPORT_INTERVAL=1000 OTEL_BSP_SCHEDULE_DELAY=1000)
arguments=("--Sidecar:Listen=http://127.0.0.1:$callers" "--Sidecar:Admin=http://127.0.0.1:$admin")
url=http://127.0.0.1:$callers/open/v1
mkdir "$work/calls"
start sidecar "$url/small" \
  env "${settings[@]}" python3 "$tools/trace.py" "$work/calls" "$published/clik2pay-sidecar" run "${arguments[@]}"
tracer=${started[-1]}

# end_phase NUMBER: ends a phase of the trace, and waits until the next has begun.
end_phase() {
  kill -USR1 "$tracer" || { cat "$work/sidecar.log"; report failed 'The traced sidecar runs'; end; }
  for _ in $(seq 600); do
    [ -e "$work/calls/$1" ] && return
    sleep 0.1
  done
  cat "$work/sidecar.log"
  report failed "The tracer ends phase $1"
  end
}

printf '%s\n' 'wrk.method = "POST"' 'wrk.headers["Content-Type"] = "application/json"' \
  'wrk.body = "{" .. string.rep(" ", 998) .. "}"' >"$work/post.lua"
# load: sends requests of each kind, for a few seconds per kind.
load() {
  local arguments
  for arguments in "$url/small" "-s $work/post.lua $url/small" "$url/large"; do # split into words below
    wrk -t1 -c8 -d4 $arguments >"$work/wrk"
    if ! grep -q 'requests in' "$work/wrk" || grep -q -e 'Non-2xx' -e 'Socket errors' "$work/wrk"; then
      cat "$work/wrk"
      report failed 'All requests succeed'
      end
    fi
  done
}

# administer: requests the pages of the administration listener, and the metrics in both formats.
administer() {
  local path accept
  for path in startupz livez readyz status metrics ''; do
    for accept in '*/*' 'application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.4,*/*;q=0.1'; do
      curl -sf -o "$work/response" -H "Accept: $accept" "http://127.0.0.1:$admin/$path" && continue
      report failed "The traced sidecar serves /$path"
      end
    done
  done
}

# Phase 1: the start, and the first requests of each kind. The span of the request with the header traceparent is sampled.
administer
check 'The traced sidecar forwards a request with headers' curl -sf "$url/small" -H 'Authorization: Bearer t' -H 'Connection: close' \
  -H 'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' -H 'X-Forwarded-For: 192.0.2.1' -H 'Cookie: a=b'
load
administer
end_phase 1
# Phase 2: the steady state.
load
end_phase 2
kill -TERM "$tracer"
check_exit 0 'The traced sidecar stops with exit code 0' wait "$tracer"
[ "$failed" = 0 ] || end

{ cat "$work/calls/2" && grep -vxFf "$work/calls/2" "$work/calls/1"; } >"$work/list"
check_exit 0 'Both phases of the trace have methods' test -s "$work/calls/1" -a -s "$work/calls/2"
[ "$failed" = 0 ] || end
cp "$work/list" "$list"
report passed "$title: $(wc -l <"$list") methods, of which $(wc -l <"$work/calls/2") in the steady state"
end
