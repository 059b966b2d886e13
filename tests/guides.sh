#!/usr/bin/env bash
# Runs the programs in examples/calling and examples/migrating, and the blocks of docs/how-to/call.md, uncertain-outcome.md and migrate.md
# that follow a comment <!-- run: NAME -->, unchanged. Requires the Debug build.
# Usage: tests/guides.sh [FILE]   FILE receives a line "passed|failed|skipped TITLE" for each check.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
suite guides "${1:-}"
require_ports 5080 8080 9090
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

# --- docs/how-to/call.md

call=docs/how-to/call.md samples=examples/calling
# command_of FILE: prints the command in the README's table, for example "python3 pay.py ORDER-1001". FILE is a pattern.
command_of() { sed -n "s/^| \`$1\` | \`\([^\`]*\)\` |.*/\1/p" "$samples/README.md"; }

declare -A extensions=([shell]=sh [python]=py [node]=mjs [php]=php [java]=java [csharp]=cs) programs=()
languages=()
for language in shell python node php java csharp; do
  program=$(command_of "[Pp]ay\.${extensions[$language]}")
  program=${program% ORDER-1001}
  title="The $language program in $samples works"
  if [ -z "$program" ]; then
    report failed "$samples/README.md has a command for the $language program"
  elif ! command -v "${program%% *}" >/dev/null; then
    report skipped "$title (${program%% *} is not installed)"
  elif [ "$language" = shell ] && ! command -v jq >/dev/null; then
    report skipped "$title (jq is not installed)"
  elif [ "$language" = php ] && ! php -r 'exit(extension_loaded("curl") ? 0 : 1);'; then
    report skipped "$title (the PHP extension curl is not installed)"
  else
    programs[$language]=$program
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
    cd "$samples" || exit
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

n=${#languages[@]}
start_block "$call" demo http://127.0.0.1:9090/startupz
check_block "$call" create "\"id\":\"$uuid\"" create.sh bash
check_block "$call" sample "^$uuid CREATED\$" sample.sh bash

# Nothing listens at this address, so a program that uses the proxy fails.
dead_proxy=http://127.0.0.1:9
created=$(count paymentRequestsCreated)
(
  export http_proxy=$dead_proxy HTTP_PROXY=$dead_proxy ALL_PROXY=$dead_proxy
  launch proxy A
  check_programs proxy "prints ID and status and ignores the proxy variables" 0 "^$uuid CREATED\$" ''
  exit "$failed"
) || failed=1
check_equal "Each program creates one payment request" "$n" "$(($(count paymentRequestsCreated) - created))"

# rejections LANGUAGE: runs the program with inputs that it must reject, and writes its exit codes and errors to files.
printf 'SECRET-1\nSECRET-2\n' >"$work/two-tokens"
rejections() {
  local codes=() language=$1 program=${programs[$1]}
  rejects() { # [NAME=VALUE] COMMAND…
    timeout 100 env "$@" >"$work/rejected.$language.out" 2>>"$work/rejected.$language.err" </dev/null
    codes+=($?)
  }
  cd "$samples" || return
  rejects $program
  rejects $program ''
  rejects $program ORDER
  rejects $program 'ORDER","amount":"1'
  rejects $program ORDER-1001 ORDER-1002
  rejects CLIK2PAY_BASE_URL=https://127.0.0.1:8080 $program "ORDER-X-$language"
  rejects CLIK2PAY_CALLER_TOKEN_FILE="$work/two-tokens" $program "ORDER-X-$language"
  rejects CLIK2PAY_CALLER_TOKEN_FILE="$work/missing" $program "ORDER-X-$language"
  echo "${codes[*]}" >"$work/rejected.$language.codes"
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

port=$(free_port)
start uncertain "$port" python3 tests/guides/uncertain.py "$port"
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

late_port=$(free_port)
CLIK2PAY_BASE_URL=http://127.0.0.1:$late_port launch late N
port=$(free_port)
start responses "$port" python3 tests/guides/responses.py "$port" "$work/injected"
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
start late "$late_port" python3 tests/guides/responses.py "$late_port" "$work/injected"
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
check_equal "Each program sends each create as often as $samples/README.md describes" \
  "$((3 * n)) $n $((2 * n)) $((2 * n)) $n $((2 * n)) 0" \
  "$(for letter in H I J K L M; do grep -c "^/open/v1/payment-requests $letter\$" "$work/responses.log"; done | xargs) $(
    grep -c elsewhere "$work/responses.log"
  )"
check_equal "No program prints a stack trace" 0 "$(cat "$work"/*.err | grep -ciE 'traceback|^\s+at |unhandled|stack trace|^PHP ')"

# --- docs/how-to/uncertain-outcome.md

uncertain=docs/how-to/uncertain-outcome.md
check_block "$uncertain" lose '"api":"ResponseLost"' lose.sh bash
check_block "$uncertain" create '"code":"upstream_unreachable","sent":"maybe"' create.sh bash
# The block repeats the create with the function of the block before.
check_block "$uncertain" repeat '"problem":"was already used ' repeat.sh bash -c '. "$1" && . "$2"' run "$work/create.sh"
if command -v jq >/dev/null; then
  check_block "$uncertain" portal "^$uuid CREATED\$" portal.sh bash
else
  report skipped "The block portal in $uncertain succeeds (jq is not installed)"
fi
faults '{}'

# --- The proxy variables in docs/how-to/call.md

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
  check_equal "The $language program of README.md treats http_proxy, HTTP_PROXY and NO_PROXY as $call describes" "$expected" \
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
new_id="\"id\":\"$uuid\""
check_block "$call" socket-shell "$new_id" create.sh bash
check_block "$call" socket-python "$new_id" create.py python3
check_block "$call" socket-node "$new_id" create.mjs node
for language in php csharp; do
  case " ${languages[*]} " in *" $language "*) ;; *) continue ;; esac
  program=$(command_of "socket\.${extensions[$language]}")
  title="'$program' in $samples creates a payment request through the socket"
  if (cd "$samples" && $program) >"$work/log" 2>&1 && grep -qE "$new_id" "$work/log"; then
    report passed "$title"
  else
    cat "$work/log"
    report failed "$title"
  fi
done
stop
rm -r /tmp/clik2pay

# --- docs/how-to/migrate.md

for name in $(compgen -e Clik2pay__); do unset "$name"; done
migrate=docs/how-to/migrate.md
# The application writes files, so the third terminal of the guide is in a copy of examples/migrating.
mkdir "$work/migrating"
cp examples/migrating/*.py "$work/migrating"
in_third_terminal=(bash -c 'cd "$1" && . "$2"' run "$work/migrating")
if command -v python3 >/dev/null; then
  start_block "$migrate" simulate "$simulator/_simulator/counters"
  block "$migrate" settings >"$work/settings.sh"
  . "$work/settings.sh"
  check_block "$migrate" count-before '"tokenRequests":8,.*"apiRequests":8,' count-before.sh "${in_third_terminal[@]}"
  block "$migrate" credentials >"$work/credentials.sh"
  . "$work/credentials.sh"
  check_block "$migrate" check "routes of $PWD/proxy.json" migrating-check.sh bash
  start_block "$migrate" run http://127.0.0.1:9090/startupz
  check_block "$migrate" compare '^the same$' compare.sh "${in_third_terminal[@]}"
  check_equal "compare finds four requests that went through the sidecar" 4 "$(wc -l <"$work/migrating/through")"

  before="$(count tokenRequests) $(count apiRequests)"
  check_block "$migrate" count-after '"paymentRequestsCreated":8,' count-after.sh \
    env -u CLIK2PAY_USERNAME -u CLIK2PAY_PASSWORD -u CLIK2PAY_API_KEY "${in_third_terminal[@]}"
  read -r tokens calls <<<"$before"
  check_equal "Eight calls through the sidecar cause no token request" "8 0" \
    "$(($(count apiRequests) - calls)) $(($(count tokenRequests) - tokens))"

  # The pitfalls of the guide.
  url=http://127.0.0.1:8080/open/v1/payment-requests/$(cat "$work/migrating/ORDER-1001.id")
  status() { curl -s -o "$work/response" -w '%{http_code}%header{clik2pay-sidecar-error}' "$@"; }
  check_equal "A call with another Host gets 403 caller_refused" 403caller_refused "$(status -H 'Host: api.clik2pay.com' "$url")"
  check_equal "A call over https fails" 000 "$(status "https${url#http}")"
  check_equal "A call that offers an upgrade to HTTP/2 gets 200" 200 "$(status --http2 "$url")"
  check_equal "A call that starts with HTTP/2 fails" 000 "$(status --http2-prior-knowledge "$url")"
  check_equal "A call to another path gets 404 no_route" 404no_route "$(status http://127.0.0.1:8080/v1/payment-requests)"
  check_equal "A call from a web page gets 403 caller_refused" 403caller_refused "$(status -H 'Origin: https://shop.example' "$url")"
  stop
fi
end
