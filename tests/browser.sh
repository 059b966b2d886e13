#!/usr/bin/env bash
# Checks the page behind a payment link, the status page, and the status page with several profiles in a real browser, each with a
# separate demo.
# Usage: [SCREENSHOTS=FOLDER] tests/browser.sh [FILE]   FILE receives a line "passed|failed|skipped TITLE" for each check.
# Screenshots go to artifacts/. SCREENSHOTS=docs/images replaces those of the status page that the documents show.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
suite browser "${1:-}"
require_commands "The pages work in a browser" chromium node npm
require_ports 5080 8080 8081 8082 9090 9091 9092
(cd tests/browser && npm ci --ignore-scripts --no-audit --no-fund >"$work/npm" 2>&1) ||
  { cat "$work/npm"; report failed "npm ci succeeds"; end; }

export TEST_SIDECAR=${TEST_SIDECAR:-src/Clik2pay.Sidecar/bin/Debug/net10.0/clik2pay-sidecar}
screenshots=${SCREENSHOTS:-artifacts}
mkdir -p artifacts "$screenshots"
for page in payer-page status-page profiles-page; do
  start demo http://127.0.0.1:9090/startupz "$TEST_SIDECAR" demo
  if [ "$page" = status-page ]; then folder=$screenshots; else folder=artifacts; fi
  node "tests/browser/$page.mjs" "$(command -v chromium)" "$folder" "${started[-1]}" >"$work/checks" 2>&1
  status=$?
  report_lines <"$work/checks"
  # A script that exits early may not report a failure.
  if [ "$status" != 0 ] && ! grep -q '^failed ' "$work/checks"; then
    cat "$work/checks" "$work/demo.log"
    report failed "The checks of $page.mjs complete"
  fi
  stop
done
end
