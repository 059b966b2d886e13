# What the test scripts have in common; they source it. Each tells of its checks on standard output and in a file, a line
# "passed|failed|skipped NAME" each, and ends with `end`.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# suite NAME FILE: begins. Afterwards $work is a folder that goes away at the end, as does what `start` has started.
suite() {
  suite=$1 record=${2:-/dev/null} failed=0 started=()
  work=$(mktemp -d)
  : >"$record"
  trap 'stop; rm -rf "$work"' EXIT
}

end() { exit "$failed"; }

tell() {
  echo "$1 $suite: $2"
  echo "$1 $2" >>"$record"
  if [ "$1" = failed ]; then failed=1; fi
}

# Runs a command, and shows what it says only when it fails. Its output stays in $work/log.
check() {
  local name=$1
  shift
  if ! type "$1" >/dev/null 2>&1; then
    tell skipped "$name ($1 is not installed)"
  elif "$@" >"$work/log" 2>&1; then
    tell passed "$name"
  else
    cat "$work/log"
    tell failed "$name"
  fi
}

# exits CODE NAME COMMAND…: runs a command that has to end with that code.
exits() {
  local expected=$1 name=$2 code
  shift 2
  "$@" >"$work/log" 2>&1
  code=$?
  if [ "$code" = "$expected" ]; then
    tell passed "$name"
  else
    cat "$work/log"
    tell failed "$name (the exit code is $code)"
  fi
}

# Takes over lines "passed NAME" and "failed NAME", and shows the others.
tell_lines() {
  local line
  while IFS= read -r line; do
    case $line in
      'passed '* | 'failed '* | 'skipped '*) tell "${line%% *}" "${line#* }" ;;
      *) echo "$line" ;;
    esac
  done
}

# need WHAT COMMAND…: ends the script, as skipped, where one of the commands is not there.
need() {
  local what=$1 command
  shift
  for command in "$@"; do
    if ! command -v "$command" >/dev/null; then
      tell skipped "$what ($command is not installed)"
      end
    fi
  done
}

# need_ports PORT…: ends the script, as failed, where one of them is taken on 127.0.0.1.
need_ports() {
  local port
  for port in "$@"; do
    if answers "$port"; then
      tell failed "port $port of 127.0.0.1 is taken, which is needed here"
      end
    fi
  done
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# Whether an address answers: of HTTP, or a port of 127.0.0.1.
answers() {
  case $1 in
    http:*) curl -sf -m 5 -o /dev/null "$1" ;;
    *) (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null ;;
  esac
}

# start NAME ADDRESS COMMAND…: in the background, in a process group of its own, and waits until the address answers. Without it nothing
# else makes sense: where it does not, the script ends.
start() {
  local name=$1 ready=$2
  shift 2
  setsid "$@" >"$work/$name.log" 2>&1 </dev/null &
  started+=($!)
  for _ in $(seq 600); do
    answers "$ready" && return
    kill -0 "${started[-1]}" 2>/dev/null || break
    sleep 0.1
  done
  cat "$work/$name.log"
  tell failed "$name starts"
  end
}

stop() {
  local group
  for group in "${started[@]}"; do
    kill -TERM -- "-$group" 2>/dev/null
    wait "$group" 2>/dev/null
    # What `dotnet run` has started may end after it, and would answer in the place of what is started next.
    for _ in $(seq 600); do kill -0 -- "-$group" 2>/dev/null || break; sleep 0.05; done
  done
  started=()
}

# block FILE NAME: the fenced block behind <!-- run: NAME --> in a Markdown file.
block() { awk -v mark="<!-- run: $2 -->" '$0 == mark { found = 1; next } found && /^```/ { if (inside) exit; inside = 1; next } inside' "$1"; }

# start_block FILE NAME ADDRESS: starts a block as it stands.
start_block() {
  block "$1" "$2" >"$work/$2.sh"
  start "$2" "$3" bash "$work/$2.sh"
  tell passed "$2"
}

# check_block FILE NAME PATTERN AS COMMAND…: writes a block to the file AS, runs it with a command and looks for a pattern in what it says.
check_block() {
  local document=$1 name=$2 pattern=$3 file=$work/$4
  shift 4
  block "$document" "$name" >"$file"
  if ! command -v "$1" >/dev/null; then
    tell skipped "$name ($1 is not installed)"
  elif "$@" "$file" >"$work/$name.log" 2>&1 && grep -qE "$pattern" "$work/$name.log"; then
    tell passed "$name"
  else
    cat "$work/$name.log"
    tell failed "$name"
  fi
}
