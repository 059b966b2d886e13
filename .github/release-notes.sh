#!/usr/bin/env bash
# Prints what CHANGELOG.md says of a version. Fails when it has no section of it, or an empty one.
# Usage: .github/release-notes.sh VERSION
set -euo pipefail
cd "$(dirname "$0")/.."

notes=$(awk -v mark="## [$1]" 'index($0, mark) == 1 { inside = 1; next } /^## / || /^\[.*\]: / { inside = 0 } inside' CHANGELOG.md)
[ -n "$(tr -d '[:space:]' <<<"$notes")" ] || { echo "CHANGELOG.md says nothing of version $1." >&2; exit 1; }
echo "$notes"
