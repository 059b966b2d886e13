#!/usr/bin/env bash
# Checks the status page of a demo in a real browser, with tests/browser/status-page.mjs.
# Usage: tests/browser.sh [FILE]   FILE receives a line "passed|failed|skipped TITLE" for each check. Screenshots go to artifacts/.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
suite browser "${1:-}"
require_commands "The status page works in a browser" chromium node npm
require_ports 5080 8080 9090
(cd tests/browser && npm ci --no-audit --no-fund >"$work/npm" 2>&1) || { cat "$work/npm"; report failed "npm ci succeeds"; end; }

mkdir -p artifacts
start demo http://127.0.0.1:9090/startupz "${TEST_SIDECAR:-src/Clik2pay.Sidecar/bin/Debug/net10.0/clik2pay-sidecar}" demo
node tests/browser/status-page.mjs "$(command -v chromium)" artifacts "${started[-1]}" >"$work/checks" 2>&1
status=$?
report_lines <"$work/checks"
# A script that exits early may not have reported a failure.
[ "$status" = 0 ] || [ "$failed" = 1 ] || { cat "$work/demo.log"; report failed "The checks of the status page complete"; }
end
