#!/usr/bin/env bash
# Prints the version of everything that is built here. It stands in Directory.Build.props alone.
# Usage: .github/version.sh [TAG]   Fails when TAG is not "v" and that version.
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
if [ "${1:-v$version}" != "v$version" ]; then
  echo "The tag is $1, but the version in Directory.Build.props is $version." >&2
  exit 1
fi
echo "$version"
