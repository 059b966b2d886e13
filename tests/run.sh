#!/usr/bin/env bash
# Builds the solution and runs all tests. `tests/run.sh --help` describes the options and the exit codes.
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

usage() {
  cat <<'TEXT'
Usage: tests/run.sh [--fast] [--install | --skip-missing]

Builds the solution and runs all tests. The last line is "N passed, N failed, N skipped".

  --fast           Run only the unit tests and the README blocks, on a Debug build.
  --install        Install missing Debian packages first. Requires root and apt-get.
  --skip-missing   Run without the missing commands and skip the tests that need them.
  --help           Print this text.

With TEST_LONG=1 in the environment, tests with repetitions repeat more often. This takes about twice as long.

Exit codes:
  0   At least one test passed, and none failed.
  1   The build or a test failed.
  2   An argument is invalid, or a command is missing. Nothing was built.
TEXT
}

# refuse MESSAGE…: prints each message as a line and exits with 2.
refuse() {
  printf 'tests/run.sh: %s\n' "$@" >&2
  exit 2
}

fast='' missing=refuse
for argument in "$@"; do
  case $argument in
    --fast) fast=yes ;;
    --install) missing=install ;;
    --skip-missing) missing=skip ;;
    --help)
      usage
      exit 0
      ;;
    *)
      usage >&2
      refuse "'$argument' is not an option."
      ;;
  esac
done

results=$(mktemp -d)
groups=()
trap 'for group in "${groups[@]}"; do kill -- "-$group" 2>/dev/null; done; rm -rf "$results"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir "$results/running"
: >"$results/times"
export TEST_FIGURES="$results/figures"
passed=0 failed=0 skipped=0

# --- Parts: what is running, and how long it took

duration() {
  if [ "$1" -ge 60 ]; then printf '%d min ' $(($1 / 60)); fi
  printf '%d s' $(($1 % 60))
}

# part TITLE COMMAND…: runs the command with its output in a file. Prints the output and the time when the command has ended.
part() {
  local title=$1 began=$SECONDS output code
  shift
  output=$(mktemp "$results/output.XXXXXX")
  echo "$began $output" >"$results/running/$title"
  "$@" >"$output" 2>&1
  code=$?
  rm "$results/running/$title"
  echo "$((SECONDS - began)) $title" >>"$results/times"
  echo "== $title ($(duration $((SECONDS - began))))"
  without_passed <"$output"
  return "$code"
}

# Removes the tests that passed, which `dotnet test` reports in two lines each.
without_passed() { awk '/^passed .*\(.*ms\)$/ { passed = 1; next } passed && /^  from / { next } { passed = 0; print }'; }

# Prints what is running every 20 seconds.
progress() {
  local file title began output count
  # The redirection keeps `sleep` from holding a pipe open after the run has ended.
  while sleep 20 >/dev/null 2>&1; do
    for file in "$results/running"/*; do
      read -r began output 2>/dev/null <"$file" || continue
      title=${file##*/}
      count=$(grep -c '^passed ' "$output")
      echo "… $title: $(duration $((SECONDS - began)))$([ "$count" = 0 ] || echo ", $count passed")"
    done
  done
}

# background COMMAND: runs it in a process group of its own, which ends with this script.
background() {
  set -m
  "$@" &
  set +m
  groups+=($!)
}

finish() {
  if [ -s "$TEST_FIGURES" ]; then
    printf '\nMeasured:\n'
    sed 's/^/  /' "$TEST_FIGURES"
  fi
  if [ "$failed" != 0 ]; then
    printf '\nFailed:\n'
    cat "$results"/*.tests 2>/dev/null | without_passed | grep -A 6 '^failed' | sed 's/^/  /'
    grep -H '^failed' "$results"/*.record 2>/dev/null | sed 's|.*/|  |'
  fi
  printf '\nTime:\n'
  while read -r seconds title; do printf '  %-44s %s\n' "$title" "$(duration "$seconds")"; done <"$results/times"
  printf '  %-44s %s\n' total "$(duration "$SECONDS")"
  printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
  exit
}

# Ends the run because nothing can be tested.
give_up() {
  echo "tests/run.sh: $1"
  failed=$((failed + 1))
  finish
}

# --- What the tests need

commands=() packages=()

# need COMMAND PACKAGE…: notes the Debian packages of a command that is missing.
need() {
  command -v "$1" >/dev/null && return
  commands+=("${1##*/}") packages+=("${@:2}")
}

# need_yaml: the same for Python's yaml module, if Python is Debian's own. Another Python does not see Debian's package.
need_yaml() {
  case $(command -v python3) in '' | /usr/bin/python3) ;; *) return ;; esac
  /usr/bin/python3 -c 'import yaml' 2>/dev/null && return
  commands+=("the Python module yaml") packages+=(python3-yaml)
}

need_all() {
  commands=() packages=()
  need curl curl
  need python3 python3
  need node nodejs
  need promtool prometheus
  need redis-server redis-server
  [ -z "$fast" ] || return
  need_yaml
  need npm npm
  need jq jq
  need php php-cli php-curl
  need java default-jdk-headless
  need chromium chromium
  need wrk wrk
  need nginx nginx-light
  need podman podman
  need runc runc
  need /usr/lib/podman/netavark netavark aardvark-dns
  need iptables iptables
  need docker-compose docker-compose
  need ip iproute2
  need clang clang
  need git git
}

# list WORD…: "a, b, c"
list() {
  printf '%s' "$1"
  if [ $# -gt 1 ]; then printf ', %s' "${@:2}"; fi
}

# Shows the output of apt-get only if it fails.
apt_install() {
  {
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"
  } >"$results/apt" 2>&1 || { tail -n 20 "$results/apt"; return 1; }
}

install_packages() {
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    refuse "Missing: $(list "${commands[@]}")" \
      "--install requires root and apt-get. Install the commands yourself, or pass --skip-missing."
  fi
  echo "Installing ${packages[*]}"
  part "installation" apt_install || refuse "apt-get failed. Install the packages yourself, or pass --skip-missing."
  need_all
  [ "${#commands[@]}" = 0 ] || refuse "Still missing after the installation: $(list "${commands[@]}")"
}

command -v dotnet >/dev/null || refuse "dotnet is missing. Install the .NET SDK that global.json names."
background progress
need_all
if [ "${#commands[@]}" != 0 ]; then
  case $missing in
    install) install_packages ;;
    skip) echo "Missing, so that tests are skipped: $(list "${commands[@]}")" ;;
    refuse)
      refuse "Missing: $(list "${commands[@]}")" "Debian packages: ${packages[*]}" \
        "To install the packages, pass --install. To skip the tests that need the commands, pass --skip-missing."
      ;;
  esac
fi
# Debian has no packages for these.
if [ -z "$fast" ]; then
  for command in helm kubectl kube-validate; do
    command -v "$command" >/dev/null || echo "$command is missing. Chart tests that need it are skipped."
  done
  python3 -c 'import yaml' 2>/dev/null || echo "Python's yaml module is missing. The chart tests are skipped."
fi

# --- Running and counting tests

# dotnet_test NAME PROJECT OPTION…: runs tests of a project.
dotnet_test() { dotnet test --project "tests/$2" --no-build --no-progress --output Detailed "${@:3}" 2>&1 | tee "$results/$1.tests"; }

# count_tests NAME: adds up the summary of a run. A run without a summary counts as a failure.
count_tests() {
  local file=$results/$1.tests
  count() { sed -n "s/^  $1: \([0-9][0-9]*\)\$/\1/p" "$file" | tail -1; }
  if [ -z "$(count succeeded)" ]; then
    echo "tests/run.sh: The $1 tests ended without a summary."
    failed=$((failed + 1))
    return
  fi
  passed=$((passed + $(count succeeded))) failed=$((failed + $(count failed))) skipped=$((skipped + $(count skipped)))
  if [ "$(count failed)" = 0 ] && ! grep -q '^Test run summary: Passed!' "$file"; then failed=$((failed + 1)); fi
}

# script NAME: runs a test script, which writes the result of each check to a file.
script() {
  "tests/$1" "$results/$1.record"
  echo $? >"$results/$1.code"
}

# count_checks NAME: adds up the results of a script. A script that exits early may not have recorded a failure.
count_checks() {
  local record=$results/$1.record
  [ "$(cat "$results/$1.code")" = 0 ] || grep -q '^failed' "$record" || failed=$((failed + 1))
  passed=$((passed + $(grep -c '^passed' "$record")))
  failed=$((failed + $(grep -c '^failed' "$record")))
  skipped=$((skipped + $(grep -c '^skipped' "$record")))
}

# --- The run

unit_tests() { part "unit tests" dotnet_test unit Clik2pay.Sidecar.Tests; }

if [ -n "$fast" ]; then
  part "build" dotnet build tests/Clik2pay.Sidecar.Tests -v quiet || give_up "The build failed."
  background part "README blocks" script readme.sh
  unit_tests
  wait "${groups[-1]}"
  count_tests unit
  count_checks readme.sh
  finish
fi

# The tests start the published program. `dotnet publish` runs before the build because both restore into the same folders.
if command -v clang >/dev/null; then
  part "publish" dotnet publish src/Clik2pay.Sidecar --os linux --output artifacts/program -v quiet || give_up "Publishing failed."
  export TEST_SIDECAR=$PWD/artifacts/program/clik2pay-sidecar
else
  echo "clang is missing. The tests start the Debug build instead of the published program."
fi
part "build" dotnet build Clik2pay.Sidecar.sln -v quiet || give_up "The build failed."

# Many tests wait most of their time, so several parts run at the same time. These scripts use the same ports, so they run one after another.
documents_and_tools() {
  part "Prometheus with two replicas" script prometheus.sh
  part "alert rules and dashboard" script alerts.sh
  part "status page in a browser" script browser.sh
  part "README blocks" script readme.sh
  part "guides" script guides.sh
  part "chart and Kubernetes examples" script charts.sh
  part "workflows" script workflows.sh
}
background documents_and_tools
scripts=${groups[-1]}
unit_tests
background part "integration tests with long waits" dotnet_test waiting Clik2pay.Sidecar.IntegrationTests --filter-trait Waiting=long
waiting=${groups[-1]}
part "integration tests" dotnet_test integration Clik2pay.Sidecar.IntegrationTests --filter-not-trait Waiting=long
wait "$waiting" "$scripts"

# The benchmarks measure, so nothing else runs at the same time.
part "benchmarks" script benchmarks.sh
part "image" script image.sh
part "docker compose" script compose.sh

for name in unit integration waiting; do count_tests "$name"; done
for name in alerts prometheus browser readme guides charts workflows benchmarks image compose; do count_checks "$name.sh"; done
finish
