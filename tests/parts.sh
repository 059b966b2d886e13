# The parts of a test run: what runs, how long it took, and how many tests passed. tests/run.sh sources this file.
# $results is the folder of the run.

passed=0 failed=0 skipped=0 groups=()
mkdir "$results/running"
: >"$results/times"

duration() {
  if [ "$1" -ge 60 ]; then printf '%d min ' $(($1 / 60)); fi
  printf '%d s' $(($1 % 60))
}

# part TITLE COMMAND…: runs the command with its output in a file. Prints the output and the time when the command has ended.
part() {
  local title=$1 began=$SECONDS output code
  shift
  output=$(mktemp "$results/output.XXXXXX")
  echo "$began $output" >"$results/running/$title"
  "$@" >"$output" 2>&1
  code=$?
  rm "$results/running/$title"
  echo "$((SECONDS - began)) $title" >>"$results/times"
  echo "== $title ($(duration $((SECONDS - began))))"
  without_passed <"$output"
  return "$code"
}

# Removes the tests that passed, which `dotnet test` reports in two lines each.
without_passed() { awk '/^passed .*\(.*ms\)$/ { passed = 1; next } passed && /^  from / { next } { passed = 0; print }'; }

# Every 20 seconds, prints which parts are running.
progress() {
  local file title began output count
  # The redirection keeps `sleep` from holding a pipe open after the run has ended.
  while sleep 20 >/dev/null 2>&1; do
    for file in "$results/running"/*; do
      read -r began output 2>/dev/null <"$file" || continue
      title=${file##*/}
      count=$(grep -c '^passed ' "$output")
      echo "… $title: $(duration $((SECONDS - began)))$([ "$count" = 0 ] || echo ", $count passed")"
    done
  done
}

# background COMMAND: runs it in a process group of its own, which ends with this script.
background() {
  set -m
  "$@" &
  set +m
  groups+=($!)
}

# dotnet_test NAME PROJECT OPTION…: runs tests of a project.
dotnet_test() { dotnet test --project "tests/$2" --no-build --no-progress --output Detailed "${@:3}" 2>&1 | tee "$results/$1.tests"; }

# count_tests NAME: adds up the summary of a run. A run without a summary counts as a failure.
count_tests() {
  local file=$results/$1.tests
  count() { sed -n "s/^  $1: \([0-9][0-9]*\)\$/\1/p" "$file" | tail -1; }
  if [ -z "$(count succeeded)" ]; then
    echo "tests/run.sh: The $1 tests ended without a summary."
    failed=$((failed + 1))
    return
  fi
  passed=$((passed + $(count succeeded))) failed=$((failed + $(count failed))) skipped=$((skipped + $(count skipped)))
  if [ "$(count failed)" = 0 ] && ! grep -q '^Test run summary: Passed!' "$file"; then failed=$((failed + 1)); fi
}

# script NAME: runs a test script, which writes the result of each check to a file.
script() {
  "tests/$1" "$results/$1.record"
  echo $? >"$results/$1.code"
}

# count_checks NAME: adds up the results of a script. A script that exits early may not have recorded a failure.
count_checks() {
  local record=$results/$1.record
  touch "$record"
  [ "$(cat "$results/$1.code")" = 0 ] || grep -q '^failed' "$record" || failed=$((failed + 1))
  passed=$((passed + $(grep -c '^passed' "$record")))
  failed=$((failed + $(grep -c '^failed' "$record")))
  skipped=$((skipped + $(grep -c '^skipped' "$record")))
}

finish() {
  if [ -s "$TEST_FIGURES" ]; then
    printf '\nMeasured:\n'
    sed 's/^/  /' "$TEST_FIGURES"
  fi
  if [ "$failed" != 0 ]; then
    printf '\nFailed:\n'
    cat "$results"/*.tests 2>/dev/null | without_passed | grep -A 6 '^failed' | sed 's/^/  /'
    grep -H '^failed' "$results"/*.record 2>/dev/null | sed 's|.*/|  |'
  fi
  printf '\nTime:\n'
  while read -r seconds title; do printf '  %-44s %s\n' "$title" "$(duration "$seconds")"; done <"$results/times"
  printf '  %-44s %s\n' total "$(duration "$SECONDS")"
  printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
  exit
}

# Ends the run because nothing can be tested.
give_up() {
  echo "tests/run.sh: $1"
  failed=$((failed + 1))
  finish
}
