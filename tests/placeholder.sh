#!/usr/bin/env bash
# Runs the applications examples/migrating/oauth.py and oauth.mjs, which obtain access tokens with OAuth libraries, unchanged: against the
# simulator, then through a sidecar with Sidecar:PlaceholderTokenEndpoint, then through one that also defines callers. Relays record what
# the applications and the simulator send and receive. Then runs the blocks of docs/how-to/migrate-token-code.md that follow a comment
# <!-- run: NAME -->, unchanged. Requires the Debug build.
# Usage: tests/placeholder.sh [FILE]   FILE receives a line "passed|failed|skipped TITLE" for each check.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
suite placeholder "${1:-}"
guide=docs/how-to/migrate-token-code.md samples=examples/migrating
require_commands "The applications in $samples work unchanged" curl jq node npm python3
require_ports 5080 8080 9090
export Sidecar__DrainSeconds=0 PYTHONDONTWRITEBYTECODE=1
sidecar=${TEST_SIDECAR:-$PWD/src/Clik2pay.Sidecar/bin/Debug/net10.0/clik2pay-sidecar}
if [ ! -x "$sidecar" ]; then
  report failed "The sidecar is built (to build it, run dotnet build)"
  end
fi
if [ -e /tmp/clik2pay ]; then
  report failed "/tmp/clik2pay, which the guide creates, does not exist yet"
  end
fi
trap 'stop; rm -rf "$work" /tmp/clik2pay' EXIT
(cd "$samples" && npm ci --ignore-scripts --no-audit --no-fund) >"$work/npm" 2>&1 ||
  { cat "$work/npm"; report failed "npm ci succeeds"; end; }

# Another Python than Debian's does not find Debian's packages.
if ! python3 -c 'import requests_oauthlib' 2>/dev/null; then
  if ! /usr/bin/python3 -c 'import requests_oauthlib' 2>/dev/null; then
    report skipped "The applications in $samples work unchanged (the Python module requests_oauthlib is not installed)"
    end
  fi
  mkdir "$work/bin"
  ln -s /usr/bin/python3 "$work/bin/python3"
  PATH=$work/bin:$PATH
fi

placeholder=clik2pay-sidecar-placeholder
uuid='[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
declare -A commands=([oauthlib]="python3 oauth.py" [simple-oauth2]="node oauth.mjs")
libraries=(oauthlib simple-oauth2)

# The token contains characters that simple-oauth2 form-encodes and oauthlib does not.
caller_token=$(head -c 30 /dev/urandom | base64)+/%2B=
printf '%s\n' "$caller_token" >"$work/shop-token"
head -c 32 /dev/urandom | base64 >"$work/reader-token"

# start_relay NAME TARGET_PORT: starts a relay that records to $work/NAME.bytes, and sets $relay to its port.
start_relay() {
  relay=$(free_port)
  start "relay-$1" "$relay" python3 tests/placeholder/relay.py "$relay" "$2" "$work/$1.bytes"
}

# start_sidecar NAME SETTING…: starts a sidecar between two relays, and sets $relay to the port for applications and $admin to the address
# of its administration listener.
start_sidecar() {
  local name=$1 port
  shift
  start_relay "$name-upstream" "$simulator_port"
  port=$(free_port) admin=http://127.0.0.1:$(free_port)
  start "$name" "$admin/startupz" env Sidecar__Listen="http://127.0.0.1:$port" Sidecar__Admin="$admin" \
    Sidecar__PlaceholderTokenEndpoint=true Sidecar__AccessLog=true Logging__LogLevel__Default=Trace \
    Clik2pay__Environment=Custom Clik2pay__ApiBaseUrl="http://127.0.0.1:$relay" \
    Clik2pay__TokenEndpoint="http://127.0.0.1:$relay/oauth2/token" Clik2pay__Username=sandbox-username \
    Clik2pay__Password=sandbox-password Clik2pay__ApiKey=sandbox-api-key "$@" "$sidecar" run
  start_relay "$name" "$port"
}

# run_application LIBRARY RELAY USERNAME PASSWORD API_KEY ORDER: runs an application. Its output goes to $work/output.
run_application() {
  (cd "$samples" && CLIK2PAY_API=http://127.0.0.1:$2 CLIK2PAY_TOKEN_ENDPOINT=http://127.0.0.1:$2/oauth2/token \
    CLIK2PAY_USERNAME=$3 CLIK2PAY_PASSWORD=$4 CLIK2PAY_API_KEY=$5 OAUTHLIB_INSECURE_TRANSPORT=1 \
    ${commands[$1]} "$6") >"$work/output" 2>&1
}

# creates TITLE LIBRARY RELAY USERNAME PASSWORD API_KEY ORDER: the application must create a payment request, which the simulator has.
creates() {
  local title=$1 id
  shift
  if run_application "$@" && id=$(sed -nE "s/^$6 ($uuid) CREATED\$/\1/p" "$work/output") && [ -n "$id" ] &&
    curl -s "$simulator/_simulator/payment-requests" |
    jq -e --arg id "$id" --arg order "$6" 'any(.items[]; .id == $id and .merchantTransactionId == $order)' >"$work/log"; then
    report passed "$title"
  else
    cat "$work/output"
    report failed "$title"
  fi
}

# fails TITLE TEXT LIBRARY…: the application must fail, and its output must contain the text.
fails() {
  local title=$1 text=$2
  shift 2
  if ! run_application "$@" && grep -qF "$text" "$work/output"; then
    report passed "$title"
  else
    cat "$work/output"
    report failed "$title"
  fi
}

# counter NAME: prints one of the simulator's counters.
counter() { curl -s "$simulator/_simulator/counters" | jq ".$1"; }

# contains FILE TEXT, lacks FILE TEXT…: whether a recording or a log contains the text.
contains() { grep -qaF -e "$2" "$1"; }
lacks() {
  local file=$1 text
  shift
  [ -s "$file" ] || return 1
  for text in "$@"; do if contains "$file" "$text"; then return 1; fi; done
}

simulator_port=$(free_port)
simulator=http://127.0.0.1:$simulator_port
start simulator "$simulator/_simulator/counters" "$sidecar" simulate --urls "$simulator"
start_relay direct "$simulator_port"
direct=$relay
start_sidecar plain
plain=$relay
start_sidecar callers Callers__shop__TokenFiles="$work/shop-token" Callers__shop__Operations='create;read' \
  Callers__reader__TokenFiles="$work/reader-token" Callers__reader__Operations=read
callers=$relay

order=1000
for library in "${libraries[@]}"; do
  creates "$library: The application works with Clik2pay" \
    "$library" "$direct" sandbox-username sandbox-password sandbox-api-key "ORDER-$((++order))"
done
token_requests=$(counter tokenRequests)
for library in "${libraries[@]}"; do
  creates "$library: The unchanged application works through the sidecar without secrets" \
    "$library" "$plain" unused unused unused "ORDER-$((++order))"
  creates "$library: The unchanged application works with the name and the token of a caller" \
    "$library" "$callers" shop "$caller_token" unused "ORDER-$((++order))"
  created=$(counter paymentRequestsCreated)
  fails "$library: The library reports invalid_client for a wrong caller token" "No access token: invalid_client" \
    "$library" "$callers" shop "$(<"$work/reader-token")" unused "ORDER-$((++order))"
  fails "$library: The placeholder has the rights of its caller" '"code":"operation_not_allowed"' \
    "$library" "$callers" reader "$(<"$work/reader-token")" unused "ORDER-$((++order))"
  check_equal "$library: Refused requests create nothing" "$created" "$(counter paymentRequestsCreated)"
done
check_equal "The applications cause no token request to Clik2pay" "$token_requests" "$(counter tokenRequests)"
curl -s "$admin/metrics" >"$work/metrics"
# caller_requests CALLER OUTCOME: prints the number of creates of a caller.
caller_requests() {
  sed -nE "/^clik2pay_sidecar_caller_requests_total\{.*caller=\"$1\".*operation=\"create\".*outcome=\"$2\"/s/.* //p" "$work/metrics"
}
check_equal "The sidecar recognizes the caller by its placeholder" "2 2" "$(caller_requests shop allowed) $(caller_requests reader refused)"

# The applications and the simulator have sent the following secrets, so the recordings can contain them.
grep -ahoE '"access_token": *"[^"]+' "$work"/{direct,plain-upstream,callers-upstream}.bytes | sed 's/.*"//' >"$work/tokens"
mapfile -t tokens <"$work/tokens"
basic() { printf %s "$1" | base64 -w 0; }
encoded=$(jq -rn --arg token "$caller_token" '$token | @uri')
caller_secrets=("$placeholder" "$caller_token" "$encoded" "$(basic "shop:$caller_token")" "$(basic "shop:$encoded")"
  "$(<"$work/reader-token")")
check_equal "The simulator issues an access token to each application and each sidecar" 4 "$(sort -u "$work/tokens" | wc -l)"
check "oauthlib sends the caller token as it is" contains "$work/callers.bytes" "$(basic "shop:$caller_token")"
check "simple-oauth2 sends the caller token form-encoded" contains "$work/callers.bytes" "$(basic "shop:$encoded")"
for name in plain callers; do
  check "The applications get a placeholder ($name)" contains "$work/$name.bytes" "\"access_token\":\"$placeholder"
  check "The applications get no access token ($name)" lacks "$work/$name.bytes" "${tokens[@]}"
  check "The simulator gets no placeholder and no caller token ($name)" lacks "$work/$name-upstream.bytes" "${caller_secrets[@]}"
  check "The log contains no token and no placeholder ($name)" lacks "$work/$name.log" "${caller_secrets[@]}" "${tokens[@]}"
done
stop

# --- docs/how-to/migrate-token-code.md

# in_third_terminal FILE: runs a block in the folder of the applications. Its settings remain for the next block.
in_third_terminal() {
  local code
  pushd "$samples" >/dev/null
  . "$1"
  code=$?
  popd >/dev/null
  return "$code"
}

# check_orders NAME LINE…: the block must have printed these lines. IDs are replaced by an ellipsis.
check_orders() {
  local name=$1
  shift
  check_equal "The block $name in $guide prints exactly the expected lines" \
    "$(printf '%s\n' "$@")" "$(sed -E "s/$uuid/…/" "$work/$name.log")"
}

start_block "$guide" simulate http://127.0.0.1:5080/_simulator/counters
block "$guide" settings >"$work/settings.sh"
. "$work/settings.sh"
check_block "$guide" direct '^ORDER-1002 ' direct.sh in_third_terminal
check_orders direct "ORDER-1001 … CREATED" "ORDER-1002 … CREATED"
block "$guide" credentials >"$work/credentials.sh"
. "$work/credentials.sh"
start_block "$guide" run http://127.0.0.1:9090/startupz
check_block "$guide" through '^ORDER-1004 ' through.sh in_third_terminal
check_orders through "ORDER-1003 … CREATED" "ORDER-1004 … CREATED"

stop_last
start_block "$guide" caller http://127.0.0.1:9090/startupz
check_block "$guide" as-caller '^ORDER-1006 ' as-caller.sh in_third_terminal
check_orders as-caller "No access token: invalid_client" "ORDER-1005 … CREATED" "ORDER-1006 … CREATED"
check_block "$guide" placeholder "^\{\"access_token\":\"$placeholder-[^\"]+\",\"expires_in\":3600,\"token_type\":\"Bearer\"}\$" \
  placeholder.sh bash

# The pitfalls of the guide.
status() { curl -s -o "$work/response" -w '%{http_code}%header{clik2pay-sidecar-error}' "$@"; }
form=(-d grant_type=client_credentials)
token=$(curl -s http://127.0.0.1:5080/oauth2/token -u sandbox-username:sandbox-password "${form[@]}" | jq -r .access_token)
check_equal "A cached access token gets 401 caller_refused" 401caller_refused \
  "$(status -H "Authorization: Bearer $token" "$CLIK2PAY_API/open/v1/payment-requests/1")"
check_equal "Another path of the token endpoint gets 403 caller_refused" 403caller_refused \
  "$(status -u "shop:$CLIK2PAY_PASSWORD" "${form[@]}" "$CLIK2PAY_API/token")"
check_equal "A request for the metadata of the token endpoint gets 403 caller_refused" 403caller_refused \
  "$(status "$CLIK2PAY_API/.well-known/openid-configuration")"
check_equal "Credentials in the form get 401 caller_refused" 401caller_refused \
  "$(status "${form[@]}" -d client_id=shop --data-urlencode "client_secret=$CLIK2PAY_PASSWORD" "$CLIK2PAY_TOKEN_ENDPOINT")"
env -u OAUTHLIB_INSECURE_TRANSPORT python3 "$samples/oauth.py" ORDER-1008 >"$work/output" 2>&1
check_equal "oauthlib refuses http without OAUTHLIB_INSECURE_TRANSPORT" "No access token: insecure_transport" "$(<"$work/output")"
stop
end
