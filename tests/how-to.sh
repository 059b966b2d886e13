#!/usr/bin/env bash
# Runs the blocks of guides in docs/how-to that follow a comment <!-- run: NAME -->, unchanged, and checks their manifests. Requires the
# Debug build.
# Usage: tests/how-to.sh [FILE]   FILE receives a line "passed|failed|skipped TITLE" for each check.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
suite how-to "${1:-}"
require_ports 5080 5081 6379 8080 8081 8082 9090 9091 9092
export Sidecar__DrainSeconds=0
for folder in /tmp/clik2pay /tmp/clik2pay-credentials; do
  if [ -e "$folder" ]; then
    report failed "$folder, which the guides create, does not exist yet"
    end
  fi
done
trap 'stop; rm -rf "$work" /tmp/clik2pay /tmp/clik2pay-credentials' EXIT

simulator=http://127.0.0.1:5080/_simulator/counters
uuid='[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'

# use_settings: runs the block settings of the guide in this shell.
use_settings() {
  block "$guide" settings >"$work/settings.sh"
  . "$work/settings.sh"
}

# use_exports BLOCK: runs the lines of a block that export settings in this shell. A reader starts the next block in the same terminal.
use_exports() {
  block "$guide" "$1" | grep '^export ' >"$work/exports.sh"
  . "$work/exports.sh"
}

# unset_settings: removes the settings of the guide.
unset_settings() {
  local name
  for name in $(compgen -e | grep -E '^(Clik2pay|Profiles|Callers|Sidecar)__'); do unset "$name"; done
  export Sidecar__DrainSeconds=0
}

# check_output BLOCK: the output of a block that has run must be the text that the guide shows after the block.
check_output() {
  check_equal "The block $1 in $guide prints exactly the output that the guide shows" "$(awk -v mark="<!-- run: $1 -->" '
    $0 == mark { found = 1 }
    inside && /^```$/ { exit }
    inside
    found && /^```text$/ { inside = 1 }' "$guide")" "$(cat "$work/$1.log")"
}

# check_silent_block BLOCK [BEFORE]: runs a block that prints nothing. It may use the functions of the block BEFORE.
check_silent_block() {
  block "$guide" "$1" >"$work/$1.sh"
  check "The block $1 in $guide succeeds" timeout 60 bash -c 'for file; do . "$file" >/dev/null || exit; done' run \
    ${2:+"$work/$2.sh"} "$work/$1.sh"
}

# check_next_block BLOCK PATTERN BEFORE: runs a block that uses the functions of the block before it.
check_next_block() { check_block "$guide" "$1" "$2" "$1.sh" bash -c '. "$1" >/dev/null && . "$2"' run "$work/$3.sh"; }

guide=docs/how-to/restrict-callers.md
start_block "$guide" simulate "$simulator"
use_settings
start_block "$guide" token http://127.0.0.1:9090/startupz
check_block "$guide" with-token "\"id\":\"$uuid\"" with-token.sh bash
stop
start_block "$guide" simulate "$simulator"
export Sidecar__CallerTokenFile=/tmp/clik2pay/caller-token
start_block "$guide" closed http://127.0.0.1:9090/startupz
check_block "$guide" through-the-socket "\"id\":\"$uuid\"" through-the-socket.sh bash
check_block "$guide" refused '^403 caller_refused$' refused.sh bash
check_block "$guide" refused '^404 no_route$' refused.sh bash
stop
rm -r /tmp/clik2pay
unset_settings

guide=docs/how-to/callers.md
check_silent_block tokens
start_block "$guide" simulate "$simulator"
use_settings
start_block "$guide" run http://127.0.0.1:9090/startupz
check_block "$guide" create "\"id\":\"$uuid\"" create.sh bash
check_next_block refused '"code":"operation_not_allowed","sent":"no"' create
check "The block refused in $guide is refused without a token" grep -qF '"code":"caller_refused","sent":"no"' "$work/refused.log"
# The check of the block refused also repeats the block create.
check "The simulator receives only the two creates of $guide" \
  bash -c 'curl -s "$0" | grep "\"apiRequests\":2,.*\"paymentRequestsCreated\":2,"' "$simulator"
check_block "$guide" counter 'caller="shop",operation="refund",outcome="refused",profile="none"} 1$' counter.sh bash
check "The access log has the line that $guide describes" timeout 10 bash -c 'until grep -E "$1" "$2"; do sleep 0.2; done' run \
  'error operation_not_allowed, sent no, profile -, caller shop, operation refund\.$' "$work/run.log"
check_silent_block rotate create
stop
start_block "$guide" simulate "$simulator"
use_exports run
start_block "$guide" socket http://127.0.0.1:9090/startupz
check_block "$guide" by-user '"_simulator"' by-user.sh bash
stop
rm -r /tmp/clik2pay
unset_settings

guide=docs/how-to/ai-agent.md
check_silent_block tokens
start_block "$guide" simulate "$simulator"
use_settings
start_block "$guide" run http://127.0.0.1:9090/startupz
check_block "$guide" refused '"apiRequests":1' refused.sh bash
check_output refused
check_next_block without-id '"code":"merchant_transaction_id_required","sent":"no"' refused
stop
rm -r /tmp/clik2pay
unset_settings

guide=docs/how-to/several-merchants.md
check_silent_block credentials
start_block "$guide" simulate-east "$simulator"
start_block "$guide" simulate-west http://127.0.0.1:5081/_simulator/counters
block "$guide" profiles >"$work/profiles.sh"
. "$work/profiles.sh"
start_block "$guide" run http://127.0.0.1:9090/startupz
for profile in east west; do
  check "The block run in $guide checks the credentials of $profile" grep -F "[$profile] username and password accepted" "$work/run.log"
done
check_block "$guide" create '"createdBy":"production-username"' create.sh bash
check_output create
check_block "$guide" refused '^403 caller_refused$' refused.sh bash
check_output refused
check_block "$guide" metrics 'rotation_pending\{profile="west"\} 0$' metrics.sh bash
stop
rm -r /tmp/clik2pay-credentials
unset_settings

guide=docs/how-to/rotate-credentials.md
start_block "$guide" simulate "$simulator"
use_settings
start_block "$guide" credential-files http://127.0.0.1:9090/startupz
check_block "$guide" wrong-rotation "\"id\":\"$uuid\"" wrong-rotation.sh timeout 60 bash
check_block "$guide" restore '^clik2pay_sidecar_rotation_pending\{profile="default"\} 0$' restore.sh timeout 60 bash
check "The log of the sidecar reports the refused credentials, as $guide describes" \
  grep -F 'The new credentials were refused, and the current ones stay in use' "$work/credential-files.log"
check "The log of the sidecar reports that the files contain the current credentials again, as $guide describes" \
  timeout 10 bash -c 'until grep -F "The credential files contain the current credentials again" "$0"; do sleep 0.2; done' \
  "$work/credential-files.log"
stop
rm -r /tmp/clik2pay-credentials
for name in $(compgen -e Clik2pay__); do unset "$name"; done

guide=docs/how-to/share-tokens.md
if command -v redis-server >/dev/null && command -v redis-cli >/dev/null; then
  start_block "$guide" redis 6379
  start_block "$guide" fleet http://127.0.0.1:9092/startupz
  check_block "$guide" shared '"tokenRequests":1,' shared.sh bash
  check_block "$guide" shared 'clik2pay:\{Custom:[0-9a-f]{32}\}:token$' shared.sh bash
  stop
else
  report skipped "The blocks redis, fleet and shared in $guide succeed (redis-server or redis-cli is not installed)"
fi

# Manifests
if python3 -c 'import yaml' 2>/dev/null; then
  check "Each YAML block of the guides for clusters is valid" \
    python3 -B tests/how-to/manifests.py docs/how-to/{argo-cd,external-secrets,monitor,openshift,service-mesh}.md
else
  report skipped "Each YAML block of the guides for clusters is valid (Python's module yaml is not installed; Debian package: python3-yaml)"
fi
end
