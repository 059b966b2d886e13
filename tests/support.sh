# The functions that the test scripts share. The scripts source this file. Each reports its checks on standard output and in a file, in a
# line "passed|failed|skipped TITLE" for each check, and ends with `end`.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# suite NAME FILE: begins a script. $work is a temporary folder. At exit it is removed, and the processes from `start` are stopped.
suite() {
  suite=$1 record=${2:-/dev/null} failed=0 started=()
  work=$(mktemp -d)
  : >"$record"
  trap 'stop; rm -rf "$work"' EXIT
}

end() { exit "$failed"; }

# report passed|failed|skipped TITLE
report() {
  echo "$1 $suite: $2"
  echo "$1 $2" >>"$record"
  if [ "$1" = failed ]; then failed=1; fi
}

# check TITLE COMMAND…: the command must exit with 0. Its output stays in $work/log and is shown only if it fails.
check() {
  local title=$1
  shift
  if ! type "$1" >/dev/null 2>&1; then
    report skipped "$title ($1 is not installed)"
  elif "$@" >"$work/log" 2>&1; then
    report passed "$title"
  else
    cat "$work/log"
    report failed "$title"
  fi
}

# check_exit CODE TITLE COMMAND…: the command must exit with this code. Its output stays in $work/log.
check_exit() {
  local expected=$1 title=$2 code
  shift 2
  "$@" >"$work/log" 2>&1
  code=$?
  if [ "$code" = "$expected" ]; then
    report passed "$title"
  else
    cat "$work/log"
    report failed "$title (the exit code is $code)"
  fi
}

# check_equal TITLE EXPECTED ACTUAL
check_equal() {
  if [ "$2" = "$3" ]; then report passed "$1"; else report failed "$1 (expected $2, got $3)"; fi
}

# Reads standard input, reports the lines "passed|failed|skipped TITLE" and prints the others.
report_lines() {
  local line
  while IFS= read -r line; do
    case $line in
      'passed '* | 'failed '* | 'skipped '*) report "${line%% *}" "${line#* }" ;;
      *) echo "$line" ;;
    esac
  done
}

# require_commands TITLE COMMAND…: if a command is not installed, reports the title as skipped and ends the script.
require_commands() {
  local title=$1 command
  shift
  for command in "$@"; do
    if ! command -v "$command" >/dev/null; then
      report skipped "$title ($command is not installed)"
      end
    fi
  done
}

# require_chart_tools TITLE: installs the tools of the chart tests. If that fails, reports it and ends the script. $chart_tools lists the
# folders with the versions of helm and kubectl, the newest first, and PATH begins with the newest. On machines for which there are no such
# folders, PATH must contain both programs.
require_chart_tools() {
  require_commands "$1" npm node python3 flock
  check "The tools of the chart tests are installed" tests/charts/tools/install.sh
  if [ "$failed" != 0 ]; then end; fi
  readarray -t chart_tools < <(printf '%s\n' "$PWD"/tests/charts/tools/bin/*/ | sort -r)
  if [ -d "${chart_tools[0]}" ]; then PATH=${chart_tools[0]%/}:$PATH; else chart_tools=(); fi
  require_commands "$1" helm kubectl
  if [ "${#chart_tools[@]}" = 0 ]; then chart_tools=("$(dirname "$(command -v helm)")"); fi
}

# require_ports PORT…: ends the script as failed if one of the ports is in use on 127.0.0.1.
require_ports() {
  local port
  for port in "$@"; do
    if responds "$port"; then
      report failed "Port $port on 127.0.0.1 is free"
      end
    fi
  done
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# responds ADDRESS: whether a GET of an http: address succeeds, or whether a port of 127.0.0.1 accepts connections.
responds() {
  case $1 in
    http:*) curl -sf -m 5 -o /dev/null "$1" ;;
    *) (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null ;;
  esac
}

# start NAME ADDRESS COMMAND…: starts the command in a process group of its own, and waits until the address responds. If it does not,
# the script ends, because the checks that follow need it.
start() {
  local name=$1 ready=$2
  shift 2
  setsid "$@" >"$work/$name.log" 2>&1 </dev/null &
  started+=($!)
  for _ in $(seq 600); do
    responds "$ready" && return
    kill -0 "${started[-1]}" 2>/dev/null || break
    sleep 0.1
  done
  cat "$work/$name.log"
  report failed "The process $name starts"
  end
}

stop() {
  local group
  for group in "${started[@]}"; do
    kill -TERM -- "-$group" 2>/dev/null
    wait "$group" 2>/dev/null
    # `dotnet run` can end before the program that it started, which would then respond instead of the next program.
    for _ in $(seq 600); do kill -0 -- "-$group" 2>/dev/null || break; sleep 0.05; done
  done
  started=()
}

# stop_last: stops the most recently started process.
stop_last() {
  local others=("${started[@]:0:${#started[@]}-1}")
  started=("${started[-1]}")
  stop
  started=("${others[@]}")
}

# block FILE NAME: prints the fenced block after <!-- run: NAME --> in a Markdown file.
block() {
  awk -v mark="<!-- run: $2 -->" '
    $0 == mark { found = 1; next }
    found && /^```/ { if (inside) exit; inside = 1; next }
    inside' "$1"
}

# start_block FILE NAME ADDRESS: starts a block unchanged and waits until the address responds.
start_block() {
  block "$1" "$2" >"$work/$2.sh"
  start "$2" "$3" bash "$work/$2.sh"
  report passed "The block $2 in $1 starts"
}

# check_block FILE NAME PATTERN AS COMMAND…: writes a block to the file AS and runs the command with it. The command must exit with 0,
# and its output must contain the pattern.
check_block() {
  local document=$1 name=$2 pattern=$3 file=$work/$4 title="The block $2 in $1 succeeds and prints the expected output"
  shift 4
  block "$document" "$name" >"$file"
  if ! command -v "$1" >/dev/null; then
    report skipped "$title ($1 is not installed)"
  elif "$@" "$file" >"$work/$name.log" 2>&1 && grep -qE "$pattern" "$work/$name.log"; then
    report passed "$title"
  else
    cat "$work/$name.log"
    report failed "$title"
  fi
}
