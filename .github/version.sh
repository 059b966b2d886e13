#!/usr/bin/env bash
# Prints the version in Directory.Build.props.
# Usage: .github/version.sh [TAG]   Fails if TAG is not "v" followed by that version.
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
if [ "${1:-v$version}" != "v$version" ]; then
  echo "The tag is $1, but the version in Directory.Build.props is $version." >&2
  exit 1
fi
echo "$version"
