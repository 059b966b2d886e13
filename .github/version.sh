#!/usr/bin/env bash
# Prints the version of everything that is built here, which stands in Directory.Build.props alone.
# Usage: .github/version.sh [TAG]   Fails when TAG is not "v" and that version, or CHANGELOG.md has no section of it.
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
if [ -n "${1:-}" ]; then
  [ "$1" = "v$version" ] || { echo "The tag is $1, but the version in Directory.Build.props is $version." >&2; exit 1; }
  grep -qF "## [$version]" CHANGELOG.md || { echo "CHANGELOG.md has no section [$version]." >&2; exit 1; }
fi
echo "$version"
