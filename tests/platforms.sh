#!/usr/bin/env bash
# Checks the examples for other platforms in examples/ecs, examples/cloud-run and examples/nomad: their form, and that the program runs with
# their settings, files and commands. The platforms themselves are not involved. Requires the Debug build, and npm for a parser of HCL.
# Usage: tests/platforms.sh [FILE]   FILE receives a line "passed|failed|skipped TITLE" for each check.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
suite platforms "${1:-}"
title="The examples for other platforms have the right form"
require_commands "$title" node npm python3
if ! python3 -c 'import yaml' 2>/dev/null; then
  report skipped "$title (Python's module yaml is not installed; Debian package: python3-yaml)"
  end
fi
require_ports 5080 8080 9090
(cd tests/platforms && npm ci --ignore-scripts --no-audit --no-fund) >"$work/npm" 2>&1 ||
  { cat "$work/npm"; report failed "npm ci succeeds"; end; }
node tests/platforms/hcl.mjs examples/nomad/job.hcl >"$work/job.json" || { report failed "examples/nomad/job.hcl is valid HCL"; end; }

report_lines < <(python3 -B tests/platforms/checks.py "$work" || echo "failed The checks in tests/platforms/checks.py complete")
end
