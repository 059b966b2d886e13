#!/usr/bin/env bash
# Packs the simulator as a dotnet tool, installs the package from a local feed in an empty folder, and runs the tool. Also runs the blocks
# of the simulator's reference that follow a comment <!-- run: NAME -->, unchanged. Takes about 20 seconds.
# Usage: tests/tool.sh [FILE]   FILE receives a line "passed|failed|skipped TITLE" for each check.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
suite tool "${1:-}"
require_commands "The dotnet tool clik2pay-simulator works" curl python3
require_ports 5080

# check_output CODE PATTERN TITLE COMMAND…: the command must exit with this code, and a line of its output must match the pattern.
check_output() {
  local expected=$1 pattern=$2 title=$3 code
  shift 3
  "$@" >"$work/log" 2>&1
  code=$?
  if [ "$code" = "$expected" ] && grep -qE -- "$pattern" "$work/log"; then
    report passed "$title"
  else
    cat "$work/log"
    report failed "$title (the exit code is $code)"
  fi
}

# --- Install. The output does not go to the projects' bin and obj folders, from which other tests start programs.

version=$(.github/version.sh)
check_exit 0 "dotnet pack succeeds" \
  dotnet pack src/Clik2pay.Simulator.Tool --output "$work/feed" --artifacts-path "$work/artifacts" -v quiet
check_exit 0 "The package contains its README" python3 - "$work/feed/clik2pay-simulator.$version.nupkg" <<'PY'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as package:
    assert package.read("README.md").startswith(b"# clik2pay-simulator")
PY

mkdir "$work/empty"
cat >"$work/empty/NuGet.config" <<XML
<configuration>
  <packageSources>
    <clear />
    <add key="local" value="$work/feed" />
  </packageSources>
</configuration>
XML
install() (cd "$work/empty" && dotnet tool install clik2pay-simulator --tool-path "$work/tools" --source "$work/feed")
check_exit 0 "dotnet tool install succeeds with this feed only" install
tool=$work/tools/clik2pay-simulator
if [ ! -x "$tool" ]; then end; fi

# --- Options

check_output 0 '^ *clik2pay-simulator \[options\]$' "--help prints the usage" "$tool" --help
check_output 0 '--webhook-password <' "--help lists the options" "$tool" --help
check_output 0 "^${version//./\\.}\$" "--version prints the version of Directory.Build.props" "$tool" --version
check_output 1 "'--port'" "An unknown option ends the tool with exit code 1" "$tool" --port 5080
check_output 1 '^--urls: .* is not a valid listen address\.' "An invalid address ends the tool with exit code 1" "$tool" --urls nowhere
check_output 1 'set all three or none\.$' "A webhook without credentials ends the tool with exit code 1" \
  "$tool" --webhook http://127.0.0.1:1/hook --webhook-password @secret

# --- Run

# run_tool OPTION…: starts the tool on a free port, and sets $url to its address.
run_tool() {
  # Without job control, the shell would start the tool with SIGINT ignored.
  set -m
  "$tool" --urls http://127.0.0.1:0 "$@" >"$work/simulator.log" 2>"$work/simulator.errors" </dev/null &
  set +m
  started+=($!)
  for _ in $(seq 300); do
    grep -q '^Press Ctrl-C to stop\.$' "$work/simulator.log" && break
    kill -0 "${started[-1]}" 2>/dev/null || break
    sleep 0.1
  done
  url=$(sed -n 's/^ *export Clik2pay__ApiBaseUrl=//p' "$work/simulator.log")
  if [ -z "$url" ]; then
    cat "$work/simulator.log" "$work/simulator.errors"
    report failed "The tool starts"
    end
  fi
}

# check_signal SIGNAL: the signal must end the tool with exit code 0.
check_signal() {
  local code
  kill -s "$1" "${started[-1]}"
  wait "${started[-1]}"
  code=$?
  if [ "$code" = 0 ] && [ ! -s "$work/simulator.errors" ]; then
    report passed "SIG$1 ends the tool with exit code 0"
  else
    cat "$work/simulator.errors"
    report failed "SIG$1 ends the tool with exit code 0 (the exit code is $code)"
  fi
  started=("${started[@]:0:${#started[@]}-1}")
}

cat >"$work/listener.py" <<'PY'
import http.server, sys

class Listener(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        print(self.headers["Authorization"], body, flush=True)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments):
        pass

http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Listener).serve_forever()
PY
port=$(free_port)
start listener "$port" python3 "$work/listener.py" "$port"
run_tool --webhook "http://127.0.0.1:$port/hook" --webhook-user user --webhook-password @secret

# value NAME: prints the first value with this name in the last response.
value() { grep -oE "\"$1\":\"[^\"]*\"" "$work/log" | head -n 1 | cut -d '"' -f 4; }

check_output 0 '"token_type":"Bearer"' "The tool issues an access token" \
  curl -s "$url/oauth2/token" -u sandbox-username:sandbox-password -d grant_type=client_credentials -d scope=payment_request/all
token=$(value access_token)
check_output 0 '"status":"CREATED"' "The tool creates a payment request" \
  curl -s "$url/open/v1/payment-requests" -H "Authorization: Bearer $token" -H 'x-api-key: sandbox-api-key' \
  -d '{"amount":12.5,"type":"ECOMM","payer":{"name":"A. Payer","email":"a@example.com"}}'
id=$(value id)
check_output 0 '"status":"PAID"' "The control API pays the payment request" curl -s -X POST "$url/_simulator/payment-requests/$id/pay"
deliveries() {
  for _ in $(seq 100); do
    curl -s "$url/_simulator/deliveries" >"$work/deliveries"
    grep -q '"PAYMENT-COMPLETED".*"delivered"' "$work/deliveries" && break
    sleep 0.1
  done
  cat "$work/deliveries"
}
check_output 0 '"eventType":"PAYMENT-COMPLETED".*"status":"delivered".*"outcome":"204"' "The tool delivers the webhook" deliveries
credentials=$(printf %s user:@secret | base64)
check_output 0 "^Basic $credentials \[.*\"PAYMENT-COMPLETED\".*\"$id\"" "The webhook has the credentials and the event" \
  cat "$work/listener.log"

check_output 2 '^[^ ].*address already in use\. Choose a free address with --urls\.$' "An address in use ends the tool with exit code 2" \
  "$tool" --urls "$url"
check_exit 0 "The error about an address in use is one line" test "$(wc -l <"$work/log")" = 1
check_signal TERM
run_tool
check_signal INT

# --- docs/reference. The blocks use the default address, and set webhook faults.

start simulator http://127.0.0.1:5080/_simulator/counters "$tool" \
  --webhook "http://127.0.0.1:$port/hook" --webhook-user user --webhook-password @secret
check_block docs/reference/simulator.md first-call '"status":"CREATED"' first-call.sh bash
check_block docs/reference/simulator-control.md faults \
  '"first":2.*"ResponseLost".*"first":3.*"webhookLosePercent":10.*"webhookLosePercent":0,' faults.sh bash
end
