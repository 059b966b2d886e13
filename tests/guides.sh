#!/usr/bin/env bash
# Does what docs/calling.md, docs/migrating.md and docs/sizing.md show: each block that a comment <!-- run: NAME --> precedes is taken from
# there and run as it stands, and the figures of docs/sizing.md that do not depend on the machine are counted again.
# Needs the Debug build. Usage: tests/guides.sh [FILE]   FILE gets a line "passed|failed|skipped NAME" for each check.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
suite guides "${1:-}"
need_ports 5080 8080 8081 8082 9090 9091 9092
export Sidecar__DrainSeconds=0
if [ -e /tmp/clik2pay ]; then
  tell failed "/tmp/clik2pay is there, which the documents make"
  end
fi
trap 'stop; rm -rf "$work" /tmp/clik2pay' EXIT

sidecar=${TEST_SIDECAR:-$PWD/src/Clik2pay.Sidecar/bin/Debug/net10.0/clik2pay-sidecar}
if [ ! -x "$sidecar" ]; then
  tell failed "the Debug build is missing: dotnet build"
  end
fi
simulator=http://127.0.0.1:5080
uuid='[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'

# count NAME: one of the simulator's counters.
count() { curl -s "$simulator/_simulator/counters" | sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p"; }
faults() { curl -s -o "$work/faults" -X PUT "$simulator/_simulator/faults" -d "$1"; }

# --- docs/calling.md

declare -A programs=([shell]='bash pay.sh' [python]='python3 pay.py' [node]='node pay.mjs' [php]='php pay.php' [java]='java Pay.java' [csharp]='dotnet run pay.cs')
languages=()
for language in shell python node php java csharp; do
  program=${programs[$language]}
  if ! command -v "${program%% *}" >/dev/null; then
    tell skipped "$language (${program%% *} is not installed)"
  elif [ "$language" = shell ] && ! command -v jq >/dev/null; then
    tell skipped "shell (jq is not installed)"
  elif [ "$language" = php ] && ! php -r 'exit(extension_loaded("curl") ? 0 : 1);'; then
    tell skipped "php (its extension curl is not installed)"
  else
    block docs/calling.md "$language" >"$work/${program##* }"
    languages+=("$language")
  fi
done

# says PATTERN FILE: whether one of its lines matches; with an empty pattern, whether it is empty.
says() { if [ -n "$1" ]; then grep -qE "$1" "$2"; else [ ! -s "$2" ]; fi; }

# all SCENARIO EXIT OUT ERR: waits for the programs of a scenario, and holds their exit code and what they say against patterns.
all() {
  local scenario=$1 exit=$2 out=$3 err=$4 language code
  for language in "${languages[@]}"; do
    wait "${running[$language]}"
    code=$?
    if [ "$code" = "$exit" ] && says "$out" "$work/$scenario.$language.out" && says "$err" "$work/$scenario.$language.err"; then
      tell passed "$language: $scenario"
    else
      tail -n 20 "$work/$scenario.$language.out" "$work/$scenario.$language.err"
      tell failed "$language: $scenario (exit code $code)"
    fi
  done
}

# launch SCENARIO PREFIX: starts all programs at once, each with an order number of its own, and notes how many milliseconds each takes.
declare -A running
launch() {
  local scenario=$1 prefix=$2 language
  for language in "${languages[@]}"; do
    (
      cd "$work" || exit
      from=$(date +%s%N)
      timeout 100 ${programs[$language]} "ORDER-$prefix-$language" >"$work/$scenario.$language.out" 2>"$work/$scenario.$language.err" </dev/null
      code=$?
      echo "$((($(date +%s%N) - from) / 1000000))" >"$work/$scenario.$language.ms"
      exit "$code"
    ) &
    running[$language]=$!
  done
}

# told WHAT EXPECTED ACTUAL
told() {
  if [ "$2" = "$3" ]; then tell passed "$1"; else tell failed "$1: $3, and not $2"; fi
}

n=${#languages[@]}
start demo http://127.0.0.1:9090/startupz "$sidecar" demo

# A proxy that is not there would fail whoever asks it.
(
  export http_proxy=http://127.0.0.1:9 HTTP_PROXY=http://127.0.0.1:9 ALL_PROXY=http://127.0.0.1:9
  launch "prints id and status, whatever proxy is set" A
  all "prints id and status, whatever proxy is set" 0 "^$uuid CREATED\$" ''
  exit "$failed"
) || failed=1
told "that is one payment request for each" "$n" "$(count paymentRequestsCreated)"

before=$(count apiRequests)
launch "shows the provider's 400" A
all "shows the provider's 400" 1 '' '400 of the provider: .*it has been used before'
told "and sends it once" "$n" "$(($(count apiRequests) - before))"

before=$(count apiRequests)
faults '{"api":"Throttled"}'
launch "shows the provider's 429" B
all "shows the provider's 429" 1 '' '429 of the provider: .*Too Many Requests'
faults '{}'
told "and sends that once too" "$n" "$(($(count apiRequests) - before))"

# In front of the sidecar, one that carries out a POST and says that it did not hear the end of it.
cat >"$work/uncertain.py" <<'PY'
import http.client, http.server, sys

class Uncertain(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        sidecar = http.client.HTTPConnection("127.0.0.1", 8080)
        sidecar.request(self.command, self.path, self.rfile.read(int(self.headers.get("Content-Length", 0))), {"content-type": "application/json"})
        answer = sidecar.getresponse()
        status, body = answer.status, answer.read()
        lost = self.command == "POST" and status == 201
        if lost:
            status, body = 504, b'{"code":"upstream_timeout","sent":"maybe","detail":"The provider may have processed the request. Check its status before you retry."}'
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
launch "looks after a 504, and finds it" C
all "looks after a 504, and finds it" 0 "^$uuid CREATED\$" '504 upstream_timeout'
unset CLIK2PAY_BASE_URL
told "that is one payment request for each again" "$n" "$(($(count paymentRequestsCreated) - created))"
told "created, looked for and read once" "$((3 * n))" "$(($(count apiRequests) - before))"

before=$(count apiRequests)
faults '{"api":"ServerError"}'
launch "finds nothing where the provider fails" D
all "finds nothing where the provider fails" 1 '' '500 of the provider'
told "and sends it and looks once" "$((2 * n))" "$(($(count apiRequests) - before))"
faults '{}'

# Which other clients take a proxy of the environment: there is none at this address.
reaches() { if env "$@" >"$work/log" 2>&1; then echo yes; else echo no; fi; }
none=http://127.0.0.1:9
here=(NO_PROXY=127.0.0.1,localhost HTTP_PROXY=$none http_proxy=$none)
curl=(curl -sf http://127.0.0.1:8080/open/v1/payment-requests)
told "curl takes http_proxy, not HTTP_PROXY, and heeds NO_PROXY" "no yes yes" \
  "$(reaches http_proxy=$none "${curl[@]}") $(reaches HTTP_PROXY=$none "${curl[@]}") $(reaches "${here[@]}" "${curl[@]}")"
for language in "${languages[@]}"; do
  case $language in
    python) file=app.py client=(python3 "$work/app.py") expected="no no yes" ;;
    node) file=app.mjs client=(node "$work/app.mjs") expected="yes yes yes" ;;
    csharp) file=app.cs client=(dotnet run "$work/app.cs") expected="no no yes" ;;
    *) continue ;;
  esac
  block README.md "$language" >"$work/$file"
  told "README's $language without a proxy" yes "$(reaches "${client[@]}")"
  told "README's $language with http_proxy, HTTP_PROXY, and NO_PROXY besides" "$expected" \
    "$(reaches http_proxy=$none "${client[@]}") $(reaches HTTP_PROXY=$none "${client[@]}") $(reaches "${here[@]}" "${client[@]}")"
done
stop

# Every caller needs the token here. The first call after the revocation gets the provider's 401, all others the sidecar's 503.
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
  curl -s -o "$work/first" -H @- http://127.0.0.1:8080/open/v1/payment-requests
before=$(count apiRequests)
launch "waits while there is no token, and succeeds after it" E
for _ in $(seq 600); do
  refused=0
  for language in "${languages[@]}"; do
    if says 'not sent \(token_unavailable\)' "$work/waits while there is no token, and succeeds after it.$language.err"; then refused=$((refused + 1)); fi
  done
  if [ "$refused" = "$n" ]; then break; fi
  sleep 0.1
done
told "all were refused for want of a token" "$n" "$refused"
told "and nothing was sent" 0 "$(($(count apiRequests) - before))"
faults '{}'
all "waits while there is no token, and succeeds after it" 0 "^$uuid CREATED\$" 'not sent \(token_unavailable\), again in [0-9]+ s'
for language in "${languages[@]}"; do
  told "$language: has waited as long as it was told" 1 "$(sed -n 's/.*, again in \([0-9]*\) s$/\1/p' "$work/waits"*".$language.err" |
    awk -v ms="$(cat "$work/waits"*".$language.ms")" '{ sum += $1 } END { print (sum > 0 && sum * 1000 <= ms) }')"
done
told "each refusal is one that a program has waited for" "$(cat "$work/waits"*.err | grep -c 'not sent')" \
  "$(curl -s http://127.0.0.1:9090/metrics | sed -n 's/^clik2pay_sidecar_own_answers_total{code="token_unavailable",sent="no"} //p')"
told "each created once and read once" "$n $((2 * n))" "$(count paymentRequestsCreated) $(($(count apiRequests) - before))"
unset CLIK2PAY_CALLER_TOKEN_FILE Sidecar__CallerTokenFile
stop

start simulate "$simulator/_simulator/counters" "$sidecar" simulate
mkdir /tmp/clik2pay && mv "$work/caller-token" /tmp/clik2pay/caller-token
Sidecar__CallerTokenFile=/tmp/clik2pay/caller-token start sidecar http://127.0.0.1:9090/startupz "$sidecar" run --Sidecar:Listen=http://unix:/tmp/clik2pay/sidecar.sock
check_block docs/calling.md socket-shell '"paymentRequests":\[\]' list.sh bash
check_block docs/calling.md socket-python '"paymentRequests":\[\]' list.py python3
check_block docs/calling.md socket-node '"paymentRequests":\[\]' list.mjs node
case " ${languages[*]} " in *' php '*) check_block docs/calling.md socket-php '"paymentRequests":\[\]' list.php php ;; esac
check_block docs/calling.md socket-csharp '"paymentRequests":\[\]' list.cs dotnet run
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
  check_block docs/migrating.md count-before '"tokenRequests":5,.*"apiRequests":5,' count-before.sh "${in_work[@]}"
  block docs/migrating.md credentials >"$work/credentials.sh"
  . "$work/credentials.sh"
  check_block docs/migrating.md check "routes of $PWD/proxy.json" migrating-check.sh bash
  start_block docs/migrating.md run http://127.0.0.1:9090/startupz
  check_block docs/migrating.md compare '^the same$' compare.sh "${in_work[@]}"
  told "the sidecar has got four requests to compare" 4 "$(wc -l <"$work/through")"

  before="$(count tokenRequests) $(count apiRequests)"
  check_block docs/migrating.md count-after '"paymentRequestsCreated":8,' count-after.sh env -u CLIK2PAY_USERNAME -u CLIK2PAY_PASSWORD -u CLIK2PAY_API_KEY "${in_work[@]}"
  read -r tokens calls <<<"$before"
  told "five calls through the sidecar cost no token request" "5 0" "$(($(count apiRequests) - calls)) $(($(count tokenRequests) - tokens))"

  # Its pitfalls.
  url=http://127.0.0.1:8080/open/v1/payment-requests
  status() { curl -s -o "$work/answer" -w '%{http_code}%header{clik2pay-sidecar-error}' "$@"; }
  told "pitfall: another Host" 403caller_refused "$(status -H 'Host: api.clik2pay.com' "$url")"
  told "pitfall: https" 000 "$(status "https${url#http}")"
  told "pitfall: HTTP/2 is offered, and not taken" 200 "$(status --http2 "$url")"
  told "pitfall: HTTP/2 at once" 000 "$(status --http2-prior-knowledge "$url")"
  told "pitfall: another path" 404no_route "$(status http://127.0.0.1:8080/v1/payment-requests)"
  told "pitfall: a web page" 403caller_refused "$(status -H 'Origin: https://shop.example' "$url")"
  stop
fi

# --- docs/sizing.md

# near FIGURE ACTUAL PERCENT: whether a row "| FIGURE | NUMBER |" of docs/sizing.md is right within so many percent.
near() {
  local figure
  figure=$(awk -F ' *[|] *' -v name="$1" '$2 == name { gsub(",", "", $3); print $3 }' docs/sizing.md)
  if [ -n "$figure" ] && awk -v a="$2" -v b="$figure" -v percent="$3" 'BEGIN { exit !(a > 0 && (a - b) ^ 2 <= (b * percent / 100) ^ 2) }'; then
    tell passed "docs/sizing.md: $1"
  else
    tell failed "docs/sizing.md: $1 is ${figure:-missing}, and was $2"
  fi
}

# six CALLERS: six kinds of calls, by method and status.
six() {
  local url=http://127.0.0.1:$1/open/v1/payment-requests id
  id=$(curl -s -X POST "$url" -d '{"amount":12.5,"type":"ECOMM","payer":{"name":"A. Payer","email":"a@example.com"}}' | grep -oE "\"id\":\"$uuid" | cut -c7-)
  curl -s -X POST "$url" -d '{}' --next -s "$url/$id" --next -s "$url/none" --next -s -X DELETE "$url/$id" --next -s -X DELETE "$url/none" >"$work/answer"
}

# scrape ADMIN KINDS: into $work/scrape, once so many kinds of calls are in it. A scrape stands for 300 ms.
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
near "series before the first call" "$(series)" 2
six 8080
scrape 9090 6
near "series with six kinds of calls" "$(series)" 2
near "bytes of that scrape" "$(wc -c <"$work/scrape")" 5
stop

told "no alert needs another of the platform's metrics" process_start_time_seconds \
  "$(grep -oE '\b(http_server|http_client|kestrel|dotnet|process)_[a-z_]+' observability/alerts.yaml | sort -u)"

if command -v redis-server >/dev/null && command -v redis-cli >/dev/null; then
  port=$(free_port)
  start redis "$port" redis-server --port "$port" --save ''
  Redis__ConnectionString=localhost:$port start fleet http://127.0.0.1:9090/startupz "$sidecar" demo --replicas 3
  most=0
  for replica in 0 1 2; do
    for _ in $(seq 100); do
      if answers "http://127.0.0.1:909$replica/startupz"; then break; fi
      sleep 0.1
    done
    six "808$replica"
    scrape "909$replica" 6
    if [ "$(series)" -gt "$most" ]; then most=$(series); fi
  done
  near "series with six kinds of calls, with Redis" "$most" 5
  near "token requests of three replicas that start" "$(count tokenRequests)" 0
  redis() { redis-cli -p "$port" "$@"; }
  key=$(redis --scan)
  near "bytes of the token in Redis" "$(redis memory usage "$key")" 15 # by how its allocator rounds
  told "no connection to Redis is held but the one that asks" 1 "$(redis info clients | sed -n 's/^connected_clients:\([0-9]*\).*/\1/p')"
  faults '{"tokenEndpoint":"Down"}'
  curl -s -o "$work/answer" -X POST "$simulator/_simulator/revoke-tokens" --next -s -o "$work/answer" http://127.0.0.1:8080/open/v1/payment-requests
  near "bytes of the note that a token call has failed" "$(redis memory usage "${key%:token}:failure")" 10
  stop
else
  tell skipped "figures of Redis (redis-server is not installed)"
fi
end
