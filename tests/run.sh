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

# need COMMAND PACKAGE…: what tests use. Without it they are told as skipped, or fail where they cannot do without.
commands=() packages=()
need() {
  command -v "$1" >/dev/null && return
  commands+=("$1") packages+=("${@:2}")
}

# Installs the Debian packages that are missing, where that is allowed.
install() {
  local command
  [ "${#packages[@]}" = 0 ] && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "tests/run.sh: installing ${packages[*]}"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"; } >"$results/apt" 2>&1 || tail -5 "$results/apt"
  fi
  for command in "${commands[@]}"; do
    command -v "$command" >/dev/null || echo "tests/run.sh: $command is missing and cannot be installed here; without it not all tests run."
  done
}

finish() {
  if [ -s "$TEST_FIGURES" ]; then
    printf '\nMeasured:\n'
    sed 's/^/  /' "$TEST_FIGURES"
  fi
  # Once more, where they are looked for.
  if [ "$failed" != 0 ]; then
    printf '\nFailed:\n'
    grep -hA 6 '^failed' "$results"/*Tests | sed 's/^/  /'
    grep -H '^failed' "$results"/*.record | sed 's|.*/|  |'
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
need npm npm
need jq jq
need php php-cli php-curl
need java openjdk-17-jdk-headless
need promtool prometheus
need chromium chromium
need redis-server redis-server
need wrk wrk
need nginx nginx-light
need podman podman runc netavark aardvark-dns iptables
need docker-compose docker-compose
need ip iproute2
need clang clang
install
python3 -c 'import yaml' 2>/dev/null || echo "tests/run.sh: Python's yaml is missing (Debian: python3-yaml), and without it the chart is not tested."
command -v helm >/dev/null || echo "tests/run.sh: helm is missing, and without it the chart is not tested."

# What is shipped is what is tested, wherever a test starts the program. Before the build, as both keep in one place what they have restored.
echo "== publish"
if command -v clang >/dev/null; then
  if ! dotnet publish src/Clik2pay.Sidecar --os linux --output artifacts/program -v quiet; then
    echo "tests/run.sh: publishing failed."
    failed=1
    finish
  fi
  export TEST_SIDECAR=$PWD/artifacts/program/clik2pay-sidecar
else
  echo "tests/run.sh: clang is missing, so what is tested is what is built, not what is published."
fi

echo "== build"
if ! dotnet build Clik2pay.Sidecar.sln -v quiet; then
  echo "tests/run.sh: the build failed."
  failed=1
  finish
fi

# The tests of a project. A run that broke off counts no failed test.
dotnet_test() {
  local summary=$results/$1
  echo "== $1"
  dotnet test --project "tests/$1" --no-build --no-progress 2>&1 | tee "$summary"
  count() { sed -n "s/^  $1: \([0-9][0-9]*\)\$/\1/p" "$summary" | tail -1; }
  if [ -z "$(count succeeded)" ]; then
    echo "tests/run.sh: the test run ended without a summary."
    failed=$((failed + 1))
    return
  fi
  passed=$((passed + $(count succeeded))) failed=$((failed + $(count failed))) skipped=$((skipped + $(count skipped)))
  if [ "$(count failed)" = 0 ] && ! grep -q '^Test run summary: Passed!' "$summary"; then failed=$((failed + 1)); fi
}

# run TITLE SCRIPT: one of the scripts, which tell of each of their checks in a file.
run() {
  echo "== $1"
  "tests/$2" "$results/$2.record"
  echo $? >"$results/$2.code"
}

# tally SCRIPT: counts what it told. A script that broke off may have told of no failure.
tally() {
  local record=$results/$1.record
  [ "$(cat "$results/$1.code")" = 0 ] || grep -q '^failed' "$record" || failed=$((failed + 1))
  passed=$((passed + $(grep -c '^passed' "$record")))
  failed=$((failed + $(grep -c '^failed' "$record")))
  skipped=$((skipped + $(grep -c '^skipped' "$record")))
}

dotnet_test Clik2pay.Sidecar.Tests

# Most of their time these and the integration tests wait for something, so they do it beside each other.
{
  run "alert rules and dashboard" alerts.sh
  run "a real Prometheus on two replicas" prometheus.sh
  run "the status page in a browser" browser.sh
  run "README, as it is written" readme.sh
  run "the guides, as they are written" guides.sh
  run "chart, examples and the guide for Kubernetes" charts.sh
  run "workflows" workflows.sh
} >"$results/beside" 2>&1 &
beside=$!
dotnet_test Clik2pay.Sidecar.IntegrationTests
wait "$beside"
cat "$results/beside"

# Alone: it measures, and what ran beside it would be slowed down by it.
run "the benchmarks" benchmarks.sh

run "the image" image.sh
run "docker compose, as the guide says" compose.sh
for script in alerts prometheus browser readme guides charts workflows benchmarks image compose; do tally "$script.sh"; done
finish
