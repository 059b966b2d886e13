#!/usr/bin/env bash
# Prints the section of a version in CHANGELOG.md. Fails if the section is missing or empty.
# Usage: .github/release-notes.sh VERSION
set -euo pipefail
cd "$(dirname "$0")/.."

notes=$(awk -v mark="## [$1]" 'index($0, mark) == 1 { inside = 1; next } /^## / || /^\[.*\]: / { inside = 0 } inside' CHANGELOG.md)
[ -n "$(tr -d '[:space:]' <<<"$notes")" ] || { echo "CHANGELOG.md has no notes for version $1." >&2; exit 1; }
echo "$notes"
