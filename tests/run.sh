#!/usr/bin/env bash
# The one test command: brings what the tests need, builds, runs all of them, and ends with a line
# "N passed, N failed, N skipped". Exit code 0 only when nothing failed.
# With TEST_LONG=1 the tests that repeat themselves do so more often, which takes some minutes longer.
set -uo pipefail
cd "$(dirname "$0")/.."

passed=0 failed=0 skipped=0
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
export TEST_FIGURES="$results/figures"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# Installs a Debian package for a command that is missing, where that is allowed.
need() {
  local command=$1 package=$2
  command -v "$command" >/dev/null && return 0
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "tests/run.sh: installing $package for $command"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package"; } >"$results/apt" 2>&1 && return 0
    tail -5 "$results/apt"
  fi
  echo "tests/run.sh: $command is missing and cannot be installed here; install it (Debian: $package) for all tests to run."
  return 1
}

finish() {
  if [ -s "$TEST_FIGURES" ]; then
    printf '\nMeasured:\n'
    sed 's/^/  /' "$TEST_FIGURES"
  fi
  printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
  exit
}

if ! command -v dotnet >/dev/null; then
  echo "tests/run.sh: dotnet is missing; install the .NET SDK that global.json names."
  failed=1
  finish
fi
need curl curl
need python3 python3
need node nodejs
need promtool prometheus
need chromium chromium
need redis-server redis-server || docker version >/dev/null 2>&1 || echo "tests/run.sh: neither is there a Docker engine to run it on; the integration tests will fail."

echo "== build"
if ! dotnet build Clik2pay.Sidecar.sln -v quiet; then
  echo "tests/run.sh: the build failed."
  failed=1
  finish
fi

echo "== dotnet test"
dotnet test --solution Clik2pay.Sidecar.sln --no-build --no-progress --max-parallel-test-modules 1 2>&1 | tee "$results/dotnet"
count() { sed -n "s/^  $1: \([0-9][0-9]*\)\$/\1/p" "$results/dotnet" | tail -1; }
if [ -z "$(count succeeded)" ]; then
  echo "tests/run.sh: the test run ended without a summary."
  failed=1
else
  passed=$(count succeeded) failed=$(count failed) skipped=$(count skipped)
  # A run that broke off counts no failed test.
  if [ "$failed" = 0 ] && ! grep -q '^Test run summary: Passed!' "$results/dotnet"; then failed=1; fi
fi

# Scripts that tell of each of their checks in a file.
run() {
  echo "== $1"
  # A script that broke off may have told of no failure.
  "tests/$2" "$results/record" || grep -q '^failed' "$results/record" || failed=$((failed + 1))
  passed=$((passed + $(grep -c '^passed' "$results/record")))
  failed=$((failed + $(grep -c '^failed' "$results/record")))
  skipped=$((skipped + $(grep -c '^skipped' "$results/record")))
}
run "alert rules and dashboard" alerts.sh
run "a real Prometheus on two replicas" prometheus.sh
run "the status page in a browser" browser.sh
run "README, as it is written" readme.sh
finish
