#!/usr/bin/env bash
# Runs the blocks of docs/calling.md and docs/migrating.md that follow a comment <!-- run: NAME -->, unchanged, and checks the figures of
# docs/sizing.md that do not depend on the machine. Requires the Debug build.
# Usage: tests/guides.sh [FILE]   FILE receives a line "passed|failed|skipped TITLE" for each check.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
suite guides "${1:-}"
require_ports 5080 8080 8081 8082 9090 9091 9092
export Sidecar__DrainSeconds=0
if [ -e /tmp/clik2pay ]; then
  report failed "/tmp/clik2pay, which the guides create, does not exist yet"
  end
fi
trap 'stop; rm -rf "$work" /tmp/clik2pay' EXIT

sidecar=${TEST_SIDECAR:-$PWD/src/Clik2pay.Sidecar/bin/Debug/net10.0/clik2pay-sidecar}
if [ ! -x "$sidecar" ]; then
  report failed "The sidecar is built (to build it, run dotnet build)"
  end
fi
simulator=http://127.0.0.1:5080
uuid='[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'

# count NAME: prints one of the simulator's counters.
count() { curl -s "$simulator/_simulator/counters" | sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p"; }
faults() { curl -s -o "$work/faults" -X PUT "$simulator/_simulator/faults" -d "$1"; }

# --- docs/calling.md

declare -A programs=(
  [shell]='bash pay.sh' [python]='python3 pay.py' [node]='node pay.mjs' [php]='php pay.php'
  [java]='java Pay.java' [csharp]='dotnet run pay.cs'
)
languages=()
for language in shell python node php java csharp; do
  program=${programs[$language]} title="The $language program of docs/calling.md works"
  if ! command -v "${program%% *}" >/dev/null; then
    report skipped "$title (${program%% *} is not installed)"
  elif [ "$language" = shell ] && ! command -v jq >/dev/null; then
    report skipped "$title (jq is not installed)"
  elif [ "$language" = php ] && ! php -r 'exit(extension_loaded("curl") ? 0 : 1);'; then
    report skipped "$title (the PHP extension curl is not installed)"
  else
    block docs/calling.md "$language" >"$work/${program##* }"
    languages+=("$language")
  fi
done

# matches PATTERN FILE: whether a line of the file matches. If the pattern is empty, whether the file is empty.
matches() { if [ -n "$1" ]; then grep -qE "$1" "$2"; else [ ! -s "$2" ]; fi; }

# launch_program SCENARIO PREFIX LANGUAGE: starts a program with its own order number, and records its duration in milliseconds.
declare -A running
launch_program() {
  local scenario=$1 prefix=$2 language=$3
  (
    cd "$work" || exit
    from=$(date +%s%N)
    timeout 100 ${programs[$language]} "ORDER-$prefix-$language" \
      >"$work/$scenario.$language.out" 2>"$work/$scenario.$language.err" </dev/null
    code=$?
    echo "$((($(date +%s%N) - from) / 1000000))" >"$work/$scenario.$language.ms"
    exit "$code"
  ) &
  running[$scenario.$language]=$!
}

# launch SCENARIO PREFIX: starts all programs at once.
launch() {
  local language
  for language in "${languages[@]}"; do launch_program "$1" "$2" "$language"; done
}

# count_programs SCENARIO PATTERN: waits up to 60 s for all programs to print an error that matches, and prints how many did.
count_programs() {
  local language matching
  for _ in $(seq 600); do
    matching=0
    for language in "${languages[@]}"; do
      if matches "$2" "$work/$1.$language.err" 2>/dev/null; then matching=$((matching + 1)); fi
    done
    if [ "$matching" = "$n" ]; then break; fi
    sleep 0.1
  done
  echo "$matching"
}

# check_programs SCENARIO RESULT CODE OUTPUT ERROR: waits for the programs of a scenario. Each must exit with the code, and its standard
# output and standard error must match the patterns. RESULT completes the title "The LANGUAGE program …".
check_programs() {
  local scenario=$1 result=$2 expected=$3 output=$4 error=$5 language files code
  for language in "${languages[@]}"; do
    files=$work/$scenario.$language
    wait "${running[$scenario.$language]}"
    code=$?
    if [ "$code" = "$expected" ] && matches "$output" "$files.out" && matches "$error" "$files.err"; then
      report passed "The $language program $result"
    else
      tail -n 20 "$files.out" "$files.err"
      report failed "The $language program $result (the exit code is $code)"
    fi
  done
}

# check_results SCENARIO RESULT ERROR: the standard error of each program must match the pattern. The programs of the scenario have ended.
check_results() {
  local language
  for language in "${languages[@]}"; do
    if matches "$3" "$work/$1.$language.err"; then
      report passed "The $language program $2"
    else
      cat "$work/$1.$language.err"
      report failed "The $language program $2"
    fi
  done
}

# check_equal TITLE EXPECTED ACTUAL
check_equal() {
  if [ "$2" = "$3" ]; then report passed "$1"; else report failed "$1 (expected $2, got $3)"; fi
}

n=${#languages[@]}
start demo http://127.0.0.1:9090/startupz "$sidecar" demo

# Nothing listens at this address, so a program that uses the proxy fails.
dead_proxy=http://127.0.0.1:9
(
  export http_proxy=$dead_proxy HTTP_PROXY=$dead_proxy ALL_PROXY=$dead_proxy
  launch proxy A
  check_programs proxy "prints ID and status and ignores the proxy variables" 0 "^$uuid CREATED\$" ''
  exit "$failed"
) || failed=1
check_equal "Each program creates one payment request" "$n" "$(count paymentRequestsCreated)"

# rejections LANGUAGE: runs the program with inputs that it must reject, and writes its exit codes and errors to files.
printf 'SECRET-1\nSECRET-2\n' >"$work/two-tokens"
rejections() {
  local codes=() language=$1 program=${programs[$1]}
  rejects() { # [NAME=VALUE] COMMAND…
    timeout 100 env "$@" >"$work/rejected.$language.out" 2>>"$work/rejected.$language.err" </dev/null
    codes+=($?)
  }
  cd "$work" || return
  rejects $program
  rejects $program ''
  rejects $program ORDER
  rejects $program 'ORDER","amount":"1'
  rejects $program ORDER-1001 ORDER-1002
  rejects CLIK2PAY_BASE_URL=https://127.0.0.1:8080 $program "ORDER-X-$language"
  rejects CLIK2PAY_CALLER_TOKEN_FILE=two-tokens $program "ORDER-X-$language"
  rejects CLIK2PAY_CALLER_TOKEN_FILE=missing $program "ORDER-X-$language"
  echo "${codes[*]}" >"rejected.$language.codes"
}

before=$(count apiRequests)
for language in "${languages[@]}"; do
  rejections "$language" &
  running[rejected.$language]=$!
done
for language in "${languages[@]}"; do
  wait "${running[rejected.$language]}"
  check_equal "The $language program rejects an invalid order number, base address or token file with exit code 2" "2 2 2 2 2 2 2 2" \
    "$(cat "$work/rejected.$language.codes")"
  check_equal "The $language program prints one line for each invalid input, without the token" "5 1 2 8" \
    "$(for line in '^Usage: ' '^CLIK2PAY_BASE_URL must be ' '^CLIK2PAY_CALLER_TOKEN_FILE must ' ''; do
      grep -v SECRET "$work/rejected.$language.err" | grep -c "$line"
    done | xargs)"
done
check_equal "No program sends a request after an invalid input" "$before" "$(count apiRequests)"

before=$(count apiRequests)
launch duplicate A
check_programs duplicate "prints the provider's 400" 1 '' '400 of the provider: .*already used'
check_equal "Each program sends a request that gets 400 only once" "$n" "$(($(count apiRequests) - before))"

before=$(count apiRequests)
faults '{"api":"Throttled"}'
launch throttled B
check_programs throttled "prints the provider's 429" 1 '' '429 of the provider: .*Too Many Requests'
faults '{}'
check_equal "Each program sends a request that gets 429 only once" "$n" "$(($(count apiRequests) - before))"

# A server in front of the sidecar that forwards each POST but reports that its outcome is unknown.
cat >"$work/uncertain.py" <<'PY'
import http.client, http.server, sys

TIMEOUT = (
    b'{"code":"upstream_timeout","sent":"maybe",'
    b'"detail":"The provider may have processed the request. Check its status before you retry."}'
)

class Uncertain(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        sidecar = http.client.HTTPConnection("127.0.0.1", 8080)
        request = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        sidecar.request(self.command, self.path, request, {"content-type": "application/json"})
        response = sidecar.getresponse()
        status, body = response.status, response.read()
        lost = self.command == "POST" and status == 201
        if lost:
            status, body = 504, TIMEOUT
        self.send_response(status)
        if lost:
            self.send_header("Clik2pay-Sidecar-Error", "upstream_timeout")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Uncertain).serve_forever()
PY
port=$(free_port)
start uncertain "$port" python3 "$work/uncertain.py" "$port"
before=$(count apiRequests) created=$(count paymentRequestsCreated)
export CLIK2PAY_BASE_URL=http://127.0.0.1:$port
launch timeout C
may_exist='may exist: the provider refused the second create; check a webhook or the portal before you create it again'
check_programs timeout "exits with 3 if the provider refuses the second create" 3 '' '504 upstream_timeout'
check_results timeout "reports that the payment request may exist after a 504" "^ORDER-C-[a-z]+: $may_exist\$"
check_results timeout "prints the provider's refusal of the second create" '400 of the provider: .*already used'
unset CLIK2PAY_BASE_URL
check_equal "Each program creates one payment request despite the 504" "$n" "$(($(count paymentRequestsCreated) - created))"
check_equal "Each program sends the create twice after a 504" "$((2 * n))" "$(($(count apiRequests) - before))"

before=$(count apiRequests) created=$(count paymentRequestsCreated)
faults '{"api":"ServerError"}'
launch error D
check_programs error "prints the provider's 500 and fails" 1 '' '500 of the provider'
check_results error "reports an unknown outcome after a second 500" \
  '^ORDER-D-[a-z]+: outcome unknown; run the program again later with the same order number$'
check_equal "Each program sends the create twice if both responses are 500" "$((2 * n)) 0" \
  "$(($(count apiRequests) - before)) $(($(count paymentRequestsCreated) - created))"
faults '{}'

# The first create gets 500 and is not carried out. The programs run one after another, because the rule applies to the first matching call.
before=$(count apiRequests) created=$(count paymentRequestsCreated)
for language in "${languages[@]}"; do
  faults '{"rules":[{"path":"/open/v1/payment-requests","method":"POST","first":1,"api":"ServerError"}]}'
  launch_program first F "$language"
  until [ -e "$work/first.$language.ms" ]; do sleep 0.1; done
done
faults '{}'
check_programs first "creates the payment request after a 500" 0 "^$uuid CREATED\$" '500 of the provider'
check_equal "Each program creates one payment request despite the 500" "$n" "$(($(count paymentRequestsCreated) - created))"
check_equal "Each program sends the create twice and reads the payment request once" "$((3 * n))" "$(($(count apiRequests) - before))"

# A server that responds to each create depending on the letter in the order number. It prints the path and the letter of each request.
cat >"$work/responses.py" <<'PY'
import collections, http.server, json, socket, struct, sys

INJECTION = "a[$(touch " + sys.argv[2] + ")]"
BUSY = {"Clik2pay-Sidecar-Error": "token_unavailable"}
BAD_REQUEST = (400, {}, "{}")
created = (201, {}, json.dumps({"id": "1-2-3", "status": "CREATED"}))
creates = {
    "H": [(503, BUSY | {"Retry-After": INJECTION}, '{"sent":"no"}'), (503, BUSY | {"Retry-After": "0"}, '{"sent":"no"}'), created],
    "I": [(307, {"Location": "/elsewhere"}, ""), created],
    "J": [(500, {"Clik2pay-Sidecar-Error": "internal_error"}, ""), BAD_REQUEST],
    "K": [(201, {}, ""), (201, {}, "[]"), BAD_REQUEST],
    "L": [(201, {}, '{"id":"none"}')],
    "M": [None, BAD_REQUEST],
    "N": [BAD_REQUEST],
}
counts = collections.Counter()

class Responses(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["merchantTransactionId"]
        letter = order.split("-")[1]
        print(self.path, letter, flush=True)
        response = creates[letter][counts[order]]
        counts[order] += 1
        if response:
            self.respond(*response)
        else:  # closes with a TCP reset
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True

    def do_GET(self):
        print(self.path, flush=True)
        self.respond(*(created if self.path.endswith("/1-2-3") else (404, {}, "{}")))

    def respond(self, status, headers, body):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass

http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Responses).serve_forever()
PY
late_port=$(free_port)
CLIK2PAY_BASE_URL=http://127.0.0.1:$late_port launch late N
port=$(free_port)
start responses "$port" python3 "$work/responses.py" "$port" "$work/injected"
mkdir "$work/curl"
printf 'location\nretry = 2\nretry-delay = 1\n' >"$work/curl/.curlrc"
export CLIK2PAY_BASE_URL=http://127.0.0.1:$port CURL_HOME=$work/curl
launch redirect I
launch refused J
launch empty K
launch lost L
launch reset M
launch header H
unset CLIK2PAY_BASE_URL CURL_HOME
check_equal "Each program reports a refused connection as not processed" "$n" \
  "$(count_programs late 'not processed \(no connection\), again in 5 s')"
start late "$late_port" python3 "$work/responses.py" "$late_port" "$work/injected"
check_programs header "waits 5 s if Retry-After isn't a number" 0 '^1-2-3 CREATED$' 'not processed \(token_unavailable\), again in 5 s'
check_results header "waits 1 s if Retry-After is 0" 'not processed \(token_unavailable\), again in 1 s'
check_equal "No program runs a command from Retry-After" no "$([ -e "$work/injected" ] && echo yes || echo no)"
check_programs redirect "does not follow a redirect" 1 '' '307 of the provider'
check_programs refused "exits with 3 after a 500 and a 400" 3 '' "^ORDER-J-[a-z]+: $may_exist\$"
check_programs empty "treats a 201 without an ID as uncertain" 1 '' '^ORDER-K-[a-z]+: outcome unknown'
check_programs lost "exits with 1 if it cannot read the payment request" 1 '' '404 of the provider'
check_programs reset "exits with 3 after a broken connection and a 400" 3 '' "^ORDER-M-[a-z]+: $may_exist\$"
check_programs late "exits with 1 after a refused connection and a 400" 1 '' '^400 of the provider'
check_equal "No program reports that a payment request may exist if nothing was sent" 0 "$(cat "$work"/late.*.err | grep -c 'may exist')"
check_equal "Each program sends each create as often as docs/calling.md describes" "$((3 * n)) $n $((2 * n)) $((2 * n)) $n $((2 * n)) 0" \
  "$(for letter in H I J K L M; do grep -c "^/open/v1/payment-requests $letter\$" "$work/responses.log"; done | xargs) $(
    grep -c elsewhere "$work/responses.log"
  )"
check_equal "No program prints a stack trace" 0 "$(cat "$work"/*.err | grep -ciE 'traceback|^\s+at |unhandled|stack trace|^PHP ')"

# Checks which proxy variables other clients use. A call through the dead proxy fails.
id=$(cut -d ' ' -f 1 "$work/proxy.${languages[0]}.out")
succeeds() { if env "$@" >"$work/log" 2>&1; then echo yes; else echo no; fi; }
bypass=(NO_PROXY=127.0.0.1,localhost HTTP_PROXY=$dead_proxy http_proxy=$dead_proxy)
# proxy_results COMMAND…: whether the command succeeds with http_proxy, with HTTP_PROXY, and with both and NO_PROXY.
proxy_results() { echo "$(succeeds http_proxy=$dead_proxy "$@") $(succeeds HTTP_PROXY=$dead_proxy "$@") $(succeeds "${bypass[@]}" "$@")"; }
check_equal "curl uses http_proxy, ignores HTTP_PROXY and respects NO_PROXY" "no yes yes" \
  "$(proxy_results curl -sf "http://127.0.0.1:8080/open/v1/payment-requests/$id")"
for language in "${languages[@]}"; do
  case $language in
    python) file=app.py client=(python3 "$work/app.py") expected="no no yes" ;;
    node) file=app.mjs client=(node "$work/app.mjs") expected="yes yes yes" ;;
    csharp) file=app.cs client=(dotnet run "$work/app.cs") expected="no no yes" ;;
    *) continue ;;
  esac
  block README.md "$language" >"$work/$file"
  check_equal "The $language program of README.md succeeds without a proxy" yes "$(succeeds "${client[@]}")"
  check_equal "The $language program of README.md treats http_proxy, HTTP_PROXY and NO_PROXY as docs/calling.md describes" "$expected" \
    "$(proxy_results "${client[@]}")"
done
stop

# From here on, the sidecar requires the caller token. The first call after the revocation gets the provider's 401. All other calls get the
# sidecar's 503.
umask 077
head -c 32 /dev/urandom | base64 >"$work/caller-token"
export CLIK2PAY_CALLER_TOKEN_FILE=$work/caller-token Sidecar__CallerTokenFile=$work/caller-token
settings() {
  export Clik2pay__Environment=Custom Clik2pay__ApiBaseUrl=$simulator Clik2pay__TokenEndpoint=$simulator/oauth2/token
  export Clik2pay__Username=sandbox-username Clik2pay__Password=sandbox-password Clik2pay__ApiKey=sandbox-api-key
}
settings
start simulate "$simulator/_simulator/counters" "$sidecar" simulate
start sidecar http://127.0.0.1:9090/startupz "$sidecar" run
faults '{"tokenEndpoint":"Down"}'
curl -s -o "$work/revoked" -X POST "$simulator/_simulator/revoke-tokens"
printf 'Clik2pay-Sidecar-Token: %s\n' "$(cat "$work/caller-token")" |
  curl -s -o "$work/response" -H @- http://127.0.0.1:8080/open/v1/payment-requests/none
before=$(count apiRequests)
launch wait E
check_equal "Each program gets token_unavailable while the token endpoint is down" "$n" \
  "$(count_programs wait 'not processed \(token_unavailable\)')"
check_equal "The provider gets no request without a token" 0 "$(($(count apiRequests) - before))"
faults '{}'
check_programs wait "waits until there is a token, and then succeeds" 0 "^$uuid CREATED\$" \
  'not processed \(token_unavailable\), again in [0-9]+ s'
for language in "${languages[@]}"; do
  check_equal "The $language program waits at least as long as it announces" 1 \
    "$(sed -n 's/.*, again in \([0-9]*\) s$/\1/p' "$work/wait.$language.err" |
      awk -v ms="$(cat "$work/wait.$language.ms")" '{ sum += $1 } END { print (sum > 0 && sum * 1000 <= ms) }')"
done
check_equal "The programs wait once for each token_unavailable that the sidecar counts" \
  "$(cat "$work"/wait.*.err | grep -c 'not processed')" \
  "$(curl -s http://127.0.0.1:9090/metrics | sed -n 's/^clik2pay_sidecar_own_answers_total{code="token_unavailable",sent="no"} //p')"
check_equal "Each payment request is created once and read once" "$n $((2 * n))" \
  "$(count paymentRequestsCreated) $(($(count apiRequests) - before))"
stop

# The provider stops after the sidecar has obtained a token. The sidecar has no connection to the API, so it sends nothing.
start simulate "$simulator/_simulator/counters" "$sidecar" simulate
start sidecar http://127.0.0.1:9090/startupz "$sidecar" run
kill -TERM -- "-${started[0]}"
wait "${started[0]}"
launch unreachable G
check_equal "Each program gets upstream_unreachable while the provider is down" "$n" \
  "$(count_programs unreachable 'not processed \(upstream_unreachable\), again in 5 s')"
start simulate "$simulator/_simulator/counters" "$sidecar" simulate
check_programs unreachable "waits until the provider is reachable, and then succeeds" 0 "^$uuid CREATED\$" \
  'not processed \(upstream_unreachable\)'
check_equal "Each program creates one payment request after the provider was down" "$n" "$(count paymentRequestsCreated)"
unset CLIK2PAY_CALLER_TOKEN_FILE Sidecar__CallerTokenFile
stop

start simulate "$simulator/_simulator/counters" "$sidecar" simulate
mkdir /tmp/clik2pay && mv "$work/caller-token" /tmp/clik2pay/caller-token
Sidecar__CallerTokenFile=/tmp/clik2pay/caller-token start sidecar http://127.0.0.1:9090/startupz \
  "$sidecar" run --Sidecar:Listen=http://unix:/tmp/clik2pay/sidecar.sock
check_block docs/calling.md socket-shell "\"id\":\"$uuid\"" create.sh bash
check_block docs/calling.md socket-python "\"id\":\"$uuid\"" create.py python3
check_block docs/calling.md socket-node "\"id\":\"$uuid\"" create.mjs node
case " ${languages[*]} " in *' php '*) check_block docs/calling.md socket-php "\"id\":\"$uuid\"" create.php php ;; esac
check_block docs/calling.md socket-csharp "\"id\":\"$uuid\"" create.cs dotnet run
stop
rm -r /tmp/clik2pay

# --- docs/migrating.md

for name in $(compgen -e Clik2pay__); do unset "$name"; done
in_work=(bash -c 'cd "${1%/*}" && . "$1"' run)
if command -v python3 >/dev/null; then
  start_block docs/migrating.md simulate "$simulator/_simulator/counters"
  block docs/migrating.md before >"$work/before.py"
  block docs/migrating.md after >"$work/after.py"
  block docs/migrating.md settings >"$work/settings.sh"
  . "$work/settings.sh"
  check_block docs/migrating.md count-before '"tokenRequests":8,.*"apiRequests":8,' count-before.sh "${in_work[@]}"
  block docs/migrating.md credentials >"$work/credentials.sh"
  . "$work/credentials.sh"
  check_block docs/migrating.md check "routes of $PWD/proxy.json" migrating-check.sh bash
  start_block docs/migrating.md run http://127.0.0.1:9090/startupz
  check_block docs/migrating.md compare '^the same$' compare.sh "${in_work[@]}"
  check_equal "compare finds four requests that went through the sidecar" 4 "$(wc -l <"$work/through")"

  before="$(count tokenRequests) $(count apiRequests)"
  check_block docs/migrating.md count-after '"paymentRequestsCreated":8,' count-after.sh \
    env -u CLIK2PAY_USERNAME -u CLIK2PAY_PASSWORD -u CLIK2PAY_API_KEY "${in_work[@]}"
  read -r tokens calls <<<"$before"
  check_equal "Eight calls through the sidecar cause no token request" "8 0" \
    "$(($(count apiRequests) - calls)) $(($(count tokenRequests) - tokens))"

  # The pitfalls of the guide.
  url=http://127.0.0.1:8080/open/v1/payment-requests/$(cat "$work/ORDER-1001.id")
  status() { curl -s -o "$work/response" -w '%{http_code}%header{clik2pay-sidecar-error}' "$@"; }
  check_equal "A call with another Host gets 403 caller_refused" 403caller_refused "$(status -H 'Host: api.clik2pay.com' "$url")"
  check_equal "A call over https fails" 000 "$(status "https${url#http}")"
  check_equal "A call that offers an upgrade to HTTP/2 gets 200" 200 "$(status --http2 "$url")"
  check_equal "A call that starts with HTTP/2 fails" 000 "$(status --http2-prior-knowledge "$url")"
  check_equal "A call to another path gets 404 no_route" 404no_route "$(status http://127.0.0.1:8080/v1/payment-requests)"
  check_equal "A call from a web page gets 403 caller_refused" 403caller_refused "$(status -H 'Origin: https://shop.example' "$url")"
  stop
fi

# --- docs/sizing.md

# check_figure FIGURE ACTUAL PERCENT: the row "| FIGURE | NUMBER |" of docs/sizing.md must be within that many percent of the actual value.
check_figure() {
  local figure is_near title="docs/sizing.md has the right figure for '$1'"
  figure=$(awk -F ' *[|] *' -v name="$1" '$2 == name { gsub(",", "", $3); print $3 }' docs/sizing.md)
  is_near='BEGIN { exit !(a > 0 && (a - b) ^ 2 <= (b * percent / 100) ^ 2) }'
  if [ -n "$figure" ] && awk -v a="$2" -v b="$figure" -v percent="$3" "$is_near"; then
    report passed "$title"
  else
    report failed "$title (documented: ${figure:-none}, actual: $2)"
  fi
}

# make_six_calls PORT: makes six calls with different combinations of method and status. Only the token call combines POST and 200.
make_six_calls() {
  local url=http://127.0.0.1:$1/open/v1/payment-requests id
  id=$(curl -s -X POST "$url" -d '{"amount":12.5,"type":"ECOMM","payer":{"name":"A. Payer","email":"a@example.com"}}' |
    sed -n 's/^{"id":"\([^"]*\)".*/\1/p')
  curl -s -X POST "$url" -d '{}' --next -s "$url/$id" --next -s "$url/none" --next -s -X DELETE "$url/none" \
    --next -s -X POST "$url/none/cancellation" >"$work/response"
}

# scrape PORT KINDS: writes a scrape with that many kinds of calls to $work/scrape. The sidecar caches a scrape for 300 ms.
scrape() {
  for _ in $(seq 100); do
    curl -s "http://127.0.0.1:$1/metrics" >"$work/scrape"
    if [ "$(grep -c '^http_server_request_duration_seconds_count' "$work/scrape")" = "$2" ]; then break; fi
    sleep 0.1
  done
}

series() { grep -vc '^#' "$work/scrape"; }

start demo http://127.0.0.1:9090/startupz "$sidecar" demo
scrape 9090 0
check_figure "series before the first call" "$(series)" 2
make_six_calls 8080
scrape 9090 6
check_figure "series with six kinds of calls" "$(series)" 2
check_figure "bytes of that scrape" "$(wc -c <"$work/scrape")" 5
stop

check_equal "process_start_time_seconds is the only metric of the platform in the alert rules" process_start_time_seconds \
  "$(grep -oE '\b(http_server|http_client|kestrel|dotnet|process)_[a-z_]+' observability/alerts.yaml | sort -u)"

if command -v redis-server >/dev/null && command -v redis-cli >/dev/null; then
  port=$(free_port)
  start redis "$port" redis-server --port "$port" --save ''
  Redis__ConnectionString=localhost:$port start fleet http://127.0.0.1:9090/startupz "$sidecar" demo --replicas 3
  most=0
  for replica in 0 1 2; do
    for _ in $(seq 100); do
      if responds "http://127.0.0.1:909$replica/startupz"; then break; fi
      sleep 0.1
    done
    make_six_calls "808$replica"
    scrape "909$replica" 6
    if [ "$(series)" -gt "$most" ]; then most=$(series); fi
  done
  check_figure "series with six kinds of calls, with Redis" "$most" 5
  check_figure "token requests of three replicas that start" "$(count tokenRequests)" 0
  redis() { redis-cli -p "$port" "$@"; }
  key=$(redis --scan)
  check_figure "bytes of the token in Redis" "$(redis memory usage "$key")" 15 # depends on the rounding of the allocator
  check_equal "The sidecars keep no connection to Redis open" 1 "$(redis info clients | sed -n 's/^connected_clients:\([0-9]*\).*/\1/p')"
  faults '{"tokenEndpoint":"Down"}'
  curl -s -o "$work/response" -X POST "$simulator/_simulator/revoke-tokens" \
    --next -s -o "$work/response" http://127.0.0.1:8080/open/v1/payment-requests/none
  check_figure "bytes of the note that a token call has failed" "$(redis memory usage "${key%:token}:failure")" 10
  stop
else
  report skipped "docs/sizing.md has the right figures for Redis (redis-server or redis-cli is not installed)"
fi
end
