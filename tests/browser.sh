#!/usr/bin/env bash
# Opens the status page of a demo in a real browser and looks whether it is as it should be: tests/browser/status-page.mjs.
# Usage: tests/browser.sh [FILE]   FILE gets a line "passed|failed|skipped NAME" for each check. Screenshots lie in artifacts/.
set -uo pipefail
cd "$(dirname "$0")/.."

record=${1:-/dev/null}
: >"$record"
work=$(mktemp -d)
demo=
trap '[ -n "$demo" ] && kill -TERM -- "-$demo" 2>/dev/null; rm -rf "$work"' EXIT

tell() {
  echo "$1 browser: $2"
  echo "$1 $2" >>"$record"
}

for command in chromium node npm; do
  command -v "$command" >/dev/null || { tell skipped "status page ($command is not installed)"; exit 0; }
done
for port in 5080 8080 9090; do
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    tell failed "port $port of 127.0.0.1 is taken; the demo needs it"
    exit 1
  fi
done
(cd tests/browser && npm ci --no-audit --no-fund >"$work/npm" 2>&1) || { cat "$work/npm"; tell failed "npm ci"; exit 1; }

mkdir -p artifacts
setsid src/Clik2pay.Sidecar/bin/Debug/net10.0/clik2pay-sidecar demo >"$work/demo" 2>&1 </dev/null &
demo=$!
for _ in $(seq 300); do
  curl -sf -o /dev/null http://127.0.0.1:9090/startupz && break
  kill -0 "$demo" 2>/dev/null || break
  sleep 0.1
done

node tests/browser/status-page.mjs "$(command -v chromium)" artifacts "$demo" >"$work/checks" 2>&1
status=$?
while IFS= read -r line; do
  case $line in
    'passed '* | 'failed '*) tell "${line%% *}" "${line#* }" ;;
    *) echo "$line" ;;
  esac
done <"$work/checks"
# A script that broke off has told of no failure.
[ "$status" = 0 ] || grep -q '^failed' "$record" || { cat "$work/demo"; tell failed "status page"; }
[ "$status" = 0 ]
