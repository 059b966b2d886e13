#!/usr/bin/env bash
# A short run of each verb of the benchmarks: that tables come out, that no request in them failed, and that our own code allocates nothing. How fast
# anything is depends on the machine and is not looked at. Takes about a minute, after a build of the configuration Release.
# Usage: tests/benchmarks.sh [FILE]   FILE gets a line "passed|failed|skipped NAME" for each check.
# TEST_SIDECAR names a published sidecar; without it the one that was built is measured, which takes no minutes to make.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
suite benchmarks "${1:-}"
need "all of them" wrk nginx redis-server

project=tests/Clik2pay.Sidecar.Benchmarks
exits 0 "they are built" dotnet build "$project" -c Release -v quiet
[ "$failed" = 0 ] || end
sidecar=$(dirname "${TEST_SIDECAR:-src/Clik2pay.Sidecar/bin/Release/net10.0/clik2pay-sidecar}")

measure() { dotnet "$project/bin/Release/net10.0/Clik2pay.Sidecar.Benchmarks.dll" "$@"; }

# rows COUNT NAME PATTERN: that many lines of what was said last match.
rows() {
  local count
  count=$(grep -cE "$3" "$work/log")
  if [ "$count" = "$1" ]; then
    tell passed "$2"
  else
    cat "$work/log"
    tell failed "$2 ($count lines)"
  fi
}

figure='[0-9][0-9,]*(\.[0-9]+)?'
row() { printf '^\| %s ' "$1"; shift; printf '\| %s ' "$@"; printf '\|$'; }

exits 0 "load" measure --sidecar "$sidecar" --rounds 1 --seconds 1 --starts 1 \
  --only sidecar,bare --cases small-32,post-32 --set Sidecar__BatchScheduling=true
rows 4 "load has a row for each proxy and case" "$(row '(GET|POST) of [^|]*' '(the sidecar|bare YARP)[^|]*' "$figure" "$figure" "$figure" "$figure" "$figure" "$figure" "$figure" "$figure")"
rows 2 "of each proxy memory, start and size are told" "$(row '(the sidecar|bare YARP)[^|]*' "$figure" "$figure" "$figure" "$figure")"
rows 1 "the machine is told" '^Machine: [0-9]+ processors .*nginx [0-9.]+.*\.NET SDK [0-9.]+\.$'
cp "$work/log" "$work/load"
exits 0 "percentiles rise" awk -F ' *[|] *' '/^[|] (GET|POST)/ { gsub(",", ""); if ($8 > 0 && $8 <= $9 && $9 <= $11) n++ } END { exit n != 4 }' "$work/load"

exits 0 "compare" measure compare --before "$sidecar" --sidecar "$sidecar" --rounds 2 --seconds 1 \
  --cases small-1 --set Sidecar__AccessLog=false --set-new Sidecar__BatchScheduling=true
rows 1 "compare has a row for the case" "$(row 'GET of [^|]*' "$figure" "$figure [(]$figure to $figure[)]" "$figure" "$figure [(]$figure to $figure[)]" "$figure" "$figure [(]$figure to $figure[)]" "$figure" "$figure [(]$figure to $figure[)]")"

exits 0 "refresh" measure refresh --sidecar "$sidecar" --rounds 1 --seconds 2 --life 2
rows 3 "refresh has a row for both, and one of ratios" "$(row '(no refresh|refreshes|ratio)' "$figure" "$figure" "$figure" "$figure" "$figure")"
rows 1 "there were refreshes" 'made [1-9][0-9]* refreshes, at least one in each run'

exits 0 "telemetry" measure telemetry --sidecar "$sidecar" --rounds 1 --seconds 1 --scrapes 3
rows 4 "telemetry has a row for each way" '^\| (telemetry off|metrics)[^|]*\|( [0-9][^|]*\|){8}$'
rows 1 "scrapes under load are told" '^A scrape under load: median [0-9.]+ ms'

exits 0 "micro" measure micro --short --filter '*RequestBenchmarks*'
rows 1 "micro has a row" '^\| WholeRequest '
rows 1 "our own code allocates nothing on the steady path" '^Our own code allocates 0 B in 1000 requests'

exits 1 "a sidecar that does not start ends it" measure --sidecar "$sidecar" --only sidecar --set Clik2pay__RefreshAt=2
rows 1 "and it is told why" 'Clik2pay:RefreshAt'
exits 1 "a proxy that is not known is refused" measure --only apache
end
