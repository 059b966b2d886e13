#!/usr/bin/env bash
# Opens the status page of a demo in a real browser and looks whether it is as it should be: tests/browser/status-page.mjs.
# Usage: tests/browser.sh [FILE]   FILE gets a line "passed|failed|skipped NAME" for each check. Screenshots lie in artifacts/.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
suite browser "${1:-}"
need "status page" chromium node npm
need_ports 5080 8080 9090
(cd tests/browser && npm ci --no-audit --no-fund >"$work/npm" 2>&1) || { cat "$work/npm"; tell failed "npm ci"; end; }

mkdir -p artifacts
start demo http://127.0.0.1:9090/startupz "${TEST_SIDECAR:-src/Clik2pay.Sidecar/bin/Debug/net10.0/clik2pay-sidecar}" demo
node tests/browser/status-page.mjs "$(command -v chromium)" artifacts "${started[-1]}" >"$work/checks" 2>&1
status=$?
tell_lines <"$work/checks"
# A script that broke off has told of no failure.
[ "$status" = 0 ] || [ "$failed" = 1 ] || { cat "$work/demo.log"; tell failed "status page"; }
end
