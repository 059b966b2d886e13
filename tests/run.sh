#!/usr/bin/env bash
# Builds the solution and runs all tests. `tests/run.sh --help` describes the options and the exit codes.
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

usage() {
  cat <<'TEXT'
Usage: tests/run.sh [--fast] [--install | --skip-missing]

Publishes the program, builds the solution and runs all tests. The last line is "N passed, N failed, N skipped".
By default, a missing command ends the run with exit code 2.

  --fast           Run only the unit tests and the README blocks, on a Debug build.
  --install        Install missing Debian packages first. Requires root and apt-get.
  --skip-missing   Run without the missing commands and skip the tests that need them.
  --help           Print this text.

Set TEST_LONG=1 to run more repetitions of the randomized tests. This takes about twice as long.

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
trap 'for group in "${groups[@]}"; do kill -- "-$group" 2>/dev/null; done; rm -rf "$results"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
export TEST_FIGURES="$results/figures"

. tests/parts.sh
. tests/requirements.sh
background progress
require_all "$missing"

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

# Many tests spend most of their time waiting, so several parts run at the same time.
# The scripts below use the same ports, so they run one after another.
documents_and_tools() {
  part "Prometheus with two replicas" script prometheus.sh
  part "pages in a browser" script browser.sh
  part "README blocks" script readme.sh
  part "tutorial" script tutorial.sh
  part "guides" script guides.sh
  part "how-to guides" script how-to.sh
  part "systemd unit" script systemd.sh
  part "examples for other platforms" script platforms.sh
  part "figures in the documentation" script figures.sh
  part "webhook listeners" script webhooks.sh
  part "placeholder token endpoint" script placeholder.sh
  part "dotnet tool" script tool.sh
  part "OpenAPI description" script openapi.sh
  part "workflows" script workflows.sh
}
background documents_and_tools
scripts=${groups[-1]}
unit_tests
background part "integration tests with long waits" dotnet_test waiting Clik2pay.Sidecar.IntegrationTests --filter-trait Waiting=long
waiting=${groups[-1]}
part "integration tests" dotnet_test integration Clik2pay.Sidecar.IntegrationTests --filter-not-trait Waiting=long
# These scripts use no fixed ports.
part "alert rules and dashboard" script alerts.sh
part "chart and Kubernetes examples" script charts.sh
wait "$waiting" "$scripts"

# Nothing else runs during the benchmarks, because other load would distort their figures.
part "benchmarks" script benchmarks.sh
part "image" script image.sh
part "docker compose" script compose.sh

for name in unit integration waiting; do count_tests "$name"; done
for name in alerts prometheus browser readme tutorial guides how-to systemd; do count_checks "$name.sh"; done
for name in platforms figures webhooks placeholder; do count_checks "$name.sh"; done
for name in tool charts openapi workflows benchmarks image compose; do count_checks "$name.sh"; done
finish
