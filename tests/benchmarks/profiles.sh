#!/usr/bin/env bash
# Measures what further profiles cost when the sidecar is idle: private memory after all tokens were obtained and one scrape, and CPU time
# with credential files, which are read every second.
# Usage: tests/benchmarks/profiles.sh PROGRAM [STARTS] [SECONDS]
#   PROGRAM   a native program: dotnet publish src/Clik2pay.Sidecar --os linux --output artifacts/program
#   STARTS    the number of starts with each number of profiles (default 5)
#   SECONDS   how long the CPU time is measured (default 60; 0 to skip)
set -uo pipefail
cd "$(dirname "$0")/../.."

. tests/support.sh
suite profiles
sidecar=${1:?PROGRAM is missing} starts=${2:-5} seconds=${3:-60}
counts='1 10 50'
require_commands 'Profiles are measured' python3 curl
if [ ! -r /proc/self/smaps_rollup ]; then
  report skipped 'Profiles are measured (/proc/PID/smaps_rollup cannot be read)'
  end
fi

endpoint=$(free_port) callers=$(free_port) admin=$(free_port)
cat >"$work/endpoint.py" <<'PYTHON'
# A token endpoint that accepts all credentials. Its tokens have 1,100 characters, like real ones.
import http.server, json, sys
class Endpoint(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps({"access_token": "t" * 1100, "expires_in": 3600, "token_type": "Bearer"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 256
Server(("127.0.0.1", int(sys.argv[1])), Endpoint).serve_forever()
PYTHON
start endpoint "$endpoint" python3 "$work/endpoint.py" "$endpoint"

for number in $(seq 50); do
  mkdir "$work/p$number"
  echo "user-$number" >"$work/p$number/username"
  echo "password-$number" >"$work/p$number/password"
  echo "key-$number" >"$work/p$number/api-key"
done

# run_sidecar PROFILES: starts the sidecar with that many profiles, and waits until each has a token. $sidecar_pid is its process.
run_sidecar() {
  local number settings=()
  for number in $(seq "$1"); do
    settings+=(
      "Profiles__p${number}__Environment=Custom"
      "Profiles__p${number}__ApiBaseUrl=http://127.0.0.1:$endpoint"
      "Profiles__p${number}__TokenEndpoint=http://127.0.0.1:$endpoint/oauth2/token"
      "Profiles__p${number}__CredentialsDirectory=$work/p$number")
  done
  env "${settings[@]}" Sidecar__Listen="http://127.0.0.1:$callers" Sidecar__Admin="http://127.0.0.1:$admin" Sidecar__ReadyWhen=All \
    Sidecar__DrainSeconds=0 "$sidecar" run >"$work/sidecar.log" 2>&1 &
  sidecar_pid=$!
  for _ in $(seq 600); do
    if curl -sf -o "$work/ready" "http://127.0.0.1:$admin/startupz"; then return; fi
    sleep 0.1
  done
  cat "$work/sidecar.log"
  report failed "The sidecar obtains $1 tokens"
  end
}

stop_sidecar() {
  kill "$sidecar_pid"
  wait "$sidecar_pid" 2>/dev/null || true
}

# private_kb: prints the private resident memory of the sidecar in kB.
private_kb() { awk '/^Private_/ { sum += $2 } END { print sum }' "/proc/$sidecar_pid/smaps_rollup"; }

# cpu_ticks: prints the CPU time of the sidecar in clock ticks (proc_pid_stat(5): utime and stime).
cpu_ticks() { awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$sidecar_pid/stat"; }

median() { sort -n "$1" | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }

for _ in $(seq "$starts"); do
  for count in $counts; do
    run_sidecar "$count"
    curl -s -o "$work/scrape" "http://127.0.0.1:$admin/metrics"
    sleep 3
    private_kb >>"$work/memory-$count"
    stop_sidecar
  done
done

echo '| profiles | private memory (kB, median) | per further profile (kB) | CPU (% of a core) |'
echo '|---|---|---|---|'
first=$(median "$work/memory-1")
for count in $counts; do
  memory=$(median "$work/memory-$count") cpu=-
  if [ "$seconds" -gt 0 ]; then
    run_sidecar "$count"
    sleep 3
    before=$(cpu_ticks)
    sleep "$seconds"
    ticks=$(($(cpu_ticks) - before))
    cpu=$(awk -v ticks="$ticks" -v hz="$(getconf CLK_TCK)" -v s="$seconds" 'BEGIN { printf "%.2f", 100 * ticks / hz / s }')
    stop_sidecar
  fi
  per=$(awk -v all="$memory" -v one="$first" -v n="$count" 'BEGIN { print (n > 1 ? int((all - one) / (n - 1)) : "-") }')
  echo "| $count | $memory | $per | $cpu |"
done
echo "Scrape with 50 profiles: $(wc -c <"$work/scrape") bytes"
end
