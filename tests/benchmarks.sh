#!/usr/bin/env bash
# Runs each verb of the benchmarks briefly and checks that it prints its tables, that no request fails, and that the sidecar's own code
# allocates nothing. Checks that the published program was compiled with the list of methods. Speed depends on the machine and is
# not checked. Takes less than two minutes after a Release build.
# Usage: tests/benchmarks.sh [FILE]   FILE receives a line "passed|failed|skipped TITLE" for each check.
# TEST_SIDECAR names a published sidecar. Without it, the Release build is measured, because publishing takes minutes. The other programs
# are measured as Release builds for the same reason.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
suite benchmarks "${1:-}"
require_commands "The benchmarks run" wrk nginx redis-server chrt

project=tests/Clik2pay.Sidecar.Benchmarks
check_exit 0 "The benchmarks build" dotnet build "$project" -c Release -v quiet
for program in BareYarp Bounds; do
  check_exit 0 "The program $program builds" dotnet build "$project/$program" -c Release -v quiet -o "$work/$program"
done
[ "$failed" = 0 ] || end
sidecar=$(dirname "${TEST_SIDECAR:-src/Clik2pay.Sidecar/bin/Release/net10.0/clik2pay-sidecar}")

measure() { dotnet "$project/bin/Release/net10.0/Clik2pay.Sidecar.Benchmarks.dll" "$@"; }

# check_lines COUNT TITLE PATTERN: that many lines of the last output must match the pattern.
check_lines() {
  local count
  count=$(grep -cE "$3" "$work/log")
  if [ "$count" = "$1" ]; then
    report passed "$2"
  else
    cat "$work/log"
    report failed "$2 ($count lines match)"
  fi
}

title="The published program begins with the methods of MethodOrder.txt, and most of them exist"
if ! command -v readelf >/dev/null || ! command -v python3 >/dev/null; then
  report skipped "$title (readelf or python3 is not installed)"
elif [ "$(uname -m)" != x86_64 ]; then
  report skipped "$title (the list is for x86-64)"
elif [ -e "${TEST_SIDECAR:-}.dbg" ]; then
  check "$title" tests/benchmarks/method-order.sh --check "$sidecar"
else
  report skipped "$title (TEST_SIDECAR does not name a published program with its debug symbols)"
fi

figure='[0-9][0-9,]*(\.[0-9]+)?'
interval="$figure [(]$figure to $figure[)]"
proxy='(the sidecar|bare YARP|bound: )[^|]*'
# row CELL…: the pattern of a table row with these cells.
row() { printf '^\| %s ' "$1"; shift; printf '\| %s ' "$@"; printf '\|$'; }
# figures COUNT CELL…: the pattern of a table row with these cells and that many figures.
figures() {
  local count=$1 cells=("${@:2}")
  for _ in $(seq "$count"); do cells+=("$figure"); done
  row "${cells[@]}"
}

load=('(GET|POST) of [^|]*' "$proxy" "$figure" "$interval" "$figure" "$interval" "$figure" "$figure" "$figure" "$figure")

check_exit 0 "The verb load succeeds" measure --sidecar "$sidecar" --bare-native "$work/BareYarp" --bounds "$work/Bounds" \
  --rounds 1 --seconds 1 --starts 1 --only sidecar,bare-native,bound-invoker,bound-client,bound-epoll --cases small-32,post-32 \
  --batch-scheduling
check_lines 10 "load prints a row for each proxy and case" "$(row "${load[@]}")"
check_lines 5 "load prints the memory, start time and size of each proxy" "$(figures 4 "$proxy")"
check_lines 1 "load compares with the native bare YARP" '^\|.* requests/s vs\. bare YARP 2\.3, native .* p99 vs\. bare YARP 2\.3, native '
check_lines 1 "load reports the scheduling policy" '^Scheduling: SCHED_BATCH for the sidecar, bare YARP and the bounds'
check_lines 1 "load describes the machine" '^Machine: [0-9]+ processors .*nginx [0-9.]+.*\.NET SDK [0-9.]+\.$'
cp "$work/log" "$work/load"
rising='/^[|] (GET|POST)/ { gsub(",", ""); if ($8 > 0 && $8 <= $9 && $9 <= $11) n++ } END { exit n != 10 }'
check_exit 0 "Higher percentiles have higher latencies" awk -F ' *[|] *' "$rising" "$work/load"
check_exit 1 "The benchmark rejects a baseline that is not measured" measure --only nginx --baseline caddy
check_lines 1 "The output names the baseline" "^--baseline: 'caddy' is not measured"

check_exit 0 "The verb memory succeeds" measure memory --sidecar "$sidecar" --processes 1 --seconds 1 --starts 1
check_lines 1 "memory prints a row for the sidecar" "$(figures 6 'the sidecar[^|]*')"

check_exit 0 "The verb compare succeeds" measure compare --before "$sidecar" --sidecar "$sidecar" --rounds 2 --seconds 1 \
  --cases small-1 --set Sidecar__AccessLog=false --set-new Sidecar__BatchScheduling=true
columns=("$figure" "$interval")
check_lines 1 "compare prints a row for the case" "$(row 'GET of [^|]*' "${columns[@]}" "${columns[@]}" "${columns[@]}" "${columns[@]}")"

check_exit 0 "The verb refresh succeeds" measure refresh --sidecar "$sidecar" --rounds 1 --seconds 2 --lifetime 2
check_lines 3 "refresh prints a row for each sidecar and a row of ratios" "$(figures 5 '(no refresh|refreshes|ratio)')"
check_lines 1 "refresh reports at least one refresh in each run" 'made [1-9][0-9]* refreshes, at least one in each run'

check_exit 0 "The verb telemetry succeeds" measure telemetry --sidecar "$sidecar" --rounds 1 --seconds 1 --scrapes 3
check_lines 4 "telemetry prints a row for each telemetry setting" '^\| (telemetry off|metrics)[^|]*\|( [0-9][^|]*\|){8}$'
check_lines 1 "telemetry reports the duration of scrapes under load" '^A scrape under load: median [0-9.]+ ms'

check_exit 0 "The verb micro succeeds" measure micro --short --filter '*RequestBenchmarks*'
check_lines 1 "micro prints a row for WholeRequest" '^\| WholeRequest '
check_lines 1 "The sidecar's own code allocates nothing on the steady path" '^Our own code allocates 0 B in 1000 requests'

check_exit 1 "The benchmark fails if the sidecar does not start" measure --sidecar "$sidecar" --only sidecar --set Clik2pay__RefreshAt=2
check_lines 1 "The output names the invalid setting" 'Clik2pay:RefreshAt'
check_exit 1 "The benchmark rejects an unknown proxy" measure --only apache
end
