#!/usr/bin/env bash
# Runs the blocks of README.md that follow a comment <!-- run: NAME -->, unchanged. tests/compose.sh runs the block docker.
# Usage: tests/readme.sh [FILE]   FILE receives a line "passed|failed|skipped TITLE" for each check.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
suite README "${1:-}"
require_ports 5080 8080 9090
export Sidecar__DrainSeconds=0

uuid='[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'

start_block README.md demo http://127.0.0.1:9090/startupz
# The log shares the output, so each line is compared on its own. A line that ends with … may continue.
while IFS= read -r line; do
  if grep -qF "${line% …}" "$work/demo.log"; then
    report passed "The demo prints '$line'"
  else
    cat "$work/demo.log"
    report failed "The demo prints '$line'"
  fi
done < <(awk '/^The demo prints:/ { found = 1 } inside && /^```$/ { exit } inside; found && /^```text/ { inside = 1 }' README.md)
check_block README.md curl "^\{\"id\":\"$uuid\",\"status\":\"CREATED\",\"type\":\"ECOMM\",\"amount\":12\.5," curl.sh bash
check_block README.md python "^$uuid\$" app.py python3
check_block README.md node "^$uuid\$" app.mjs node
check_block README.md csharp "^$uuid\$" app.cs dotnet run
for path in / /status /startupz /readyz /livez /metrics; do
  check "The administration listener serves $path" curl -sf -o "$work/response" "http://127.0.0.1:9090$path"
done
stop

# A run of all tests publishes the program first, so the block is not published again.
publish=$(block README.md native | head -1) run=$(block README.md native | tail -1)
check "tests/run.sh publishes the program with the command of the block native" grep -qF "$publish -v quiet" tests/run.sh
if [ -x "${run%% *}" ]; then
  start native http://127.0.0.1:9090/startupz bash -c "$run"
  report passed "The command '$run' of README.md starts the demo"
  stop
else
  report skipped "The command '$run' of README.md starts the demo (the program is not published)"
fi

# The placeholders are not credentials of Clik2pay, and the proxy does not exist, so nothing is sent to Clik2pay. Here, `dotnet run` starts
# the program that is already built, because a restore of packages would use the proxy too.
block README.md credentials >"$work/credentials.sh"
mkdir "$work/home" "$work/bin"
printf '#!/bin/sh\nshift 4\nexec "%s" "$@"\n' "$PWD/src/Clik2pay.Sidecar/bin/Debug/net10.0/clik2pay-sidecar" >"$work/bin/dotnet"
chmod +x "$work/bin/dotnet"
HOME=$work/home PATH=$work/bin:$PATH HTTPS_PROXY=http://127.0.0.1:1 bash "$work/credentials.sh" >"$work/credentials.log" 2>&1
code=$?
if [ "$code" = 5 ] && grep -q 'https://api-auth.sandbox.clik2pay.com/oauth2/token' "$work/credentials.log"; then
  report passed "The block credentials of README.md is valid up to the call of the token endpoint"
else
  cat "$work/credentials.log"
  report failed "The block credentials of README.md is valid up to the call of the token endpoint (the exit code is $code)"
fi
check_exit 0 "Only the owner can read the credentials of README.md" test "$(stat -c %a "$work"/home/.clik2pay/*)" = $'600\n600\n600'
end
