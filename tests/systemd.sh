#!/usr/bin/env bash
# Runs the blocks of docs/how-to/systemd.md with a real systemd, which boots in namespaces of its own, and checks the unit in
# examples/systemd: its syntax, the rating of its sandbox, credentials, callers, rotation, restarts and the stop. Booting systemd requires
# root. TEST_SIDECAR is the published program, because the sandbox forbids a program to compile code at run time.
# Usage: tests/systemd.sh [FILE]   FILE receives a line "passed|failed|skipped TITLE" for each check.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
suite systemd "${1:-}"
guide=docs/how-to/systemd.md unit=examples/systemd/clik2pay-sidecar.service name=clik2pay-sidecar
require_commands "systemd-analyze verify accepts $unit" systemd-analyze

# Without a booted systemd

# The unit, with a program that exists on this machine. Versions before 254 do not have the keys of the growing delay.
sed 's:/usr/local/bin/clik2pay-sidecar:/bin/true:' "$unit" >"$work/$name.service"
verify_unit() {
  systemd-analyze verify "$work/$name.service" 2>&1 | tee "$work/verify.log"
  ! grep -v "Unknown key '\(RestartSteps\|RestartMaxDelaySec\)' in section \[Service\], ignoring" "$work/verify.log"
}
check "systemd-analyze verify accepts $unit" verify_unit
# The guide states this rating.
rating=$(sed -n 's/.*The rating is \([0-9.]*\) of 10.*/\1/p' "$guide")
check "The exposure of $unit is at most $rating" \
  systemd-analyze security --offline=true --no-pager --threshold="${rating/./}" "$work/$name.service"

# With a booted systemd

title="The unit runs in a booted systemd"
program=${TEST_SIDECAR:-artifacts/program/clik2pay-sidecar}
if [ "$(id -u)" != 0 ]; then
  report skipped "$title (root is required)"
  end
fi
if [ ! -x "$program" ]; then
  report skipped "$title (the program is not published; run dotnet publish)"
  end
fi
require_commands "$title" unshare nsenter ip curl systemctl systemd-creds runuser

# Commands of the guide run in this copy of the files that it names. `sudo` can be missing, and the test is root.
mkdir -p "$work/clone/DIR" "$work/bin"
cp -r --parents examples/systemd examples/compose/credentials "$work/clone"
cp "$program" proxy.json "$work/clone/DIR"
printf '#!/bin/sh\n[ "$1" = -u ] || exec "$@"\nuser=$2; shift 2\nexec runuser -u "$user" -- "$@"\n' >"$work/bin/sudo"
chmod 0755 "$work" "$work/clone" "$work/clone/DIR" "$work/bin" "$work/bin/sudo"

setsid unshare --mount --pid --net --uts --ipc --cgroup --fork --kill-child \
  tests/systemd/boot.sh "$work" >"$work/boot.log" 2>&1 </dev/null &
machine=$!
# unshare ignores SIGTERM.
trap 'kill -KILL "$machine"; wait "$machine" 2>/dev/null; rm -rf "$work"' EXIT
# inside COMMAND…: runs a command in the booted machine. $work has the same path there.
inside() {
  local first
  read -r first <"/proc/$machine/task/$machine/children"
  nsenter --target "${first:-none}" --all env -C "$work/clone" PATH="$work/bin:$PATH" "$@"
}
# eventually COMMAND…: the command must succeed once within 30 s.
eventually() { for _ in $(seq 150); do "$@" && return; sleep 0.2; done; return 1; }
if ! eventually inside systemctl is-active --quiet test.target 2>>"$work/boot.log"; then
  report skipped "$title (systemd does not boot in namespaces here: $(tail -n 1 "$work/boot.log"))"
  end
fi

check_guide() { check_block "$guide" "$1" "$2" "$1.sh" inside bash; }
# check_quiet_block NAME: a block whose output is not important.
check_quiet_block() {
  block "$guide" "$1" >"$work/$1.sh"
  check "The block $1 in $guide succeeds" inside bash -e "$work/$1.sh"
}
# property NAME: a property of the service.
property() { inside systemctl show --property "$1" --value "$name"; }
journal() { inside journalctl --no-pager --output cat --unit "$name"; }
# drop_in NAME: installs lines that the guide shows, as `systemctl edit` does, and restarts the service.
drop_in() {
  awk -v mark="<!-- drop-in: $1 -->" '$0 == mark { found = 1; next } found && /^```/ { if (inside) exit; inside = 1; next } inside' \
    "$guide" >"$work/override.conf"
  apply_drop_in
}
apply_drop_in() {
  inside install -D -m 0644 "$work/override.conf" "/etc/systemd/system/$name.service.d/override.conf" &&
    inside systemctl daemon-reload && inside systemctl restart "$name"
}
# call USER [ARGUMENT…]: creates a payment request as this user, and prints the response with its headers.
call() {
  inside runuser -u "$1" -- curl -s -i --unix-socket "/run/$name/sidecar.sock" http://localhost/open/v1/payment-requests \
    -H 'content-type: application/json' -d '{"amount":12.5,"type":"ECOMM","payer":{"name":"A. Payer","email":"a@example.com"}}' "${@:2}"
}
succeeds() { call "$@" | grep -q '"status":"CREATED"'; }
refused() { call "$@" | grep -qi '^clik2pay-sidecar-error: caller_refused'; }

# The user that the guide names. Its user id is the only one that the sidecar recognizes, so that the call in the guide succeeds only if
# the sandbox shows the sidecar the user ids of its callers.
inside useradd --badname --create-home APP_USER
simulator=http://127.0.0.1:5080
cat >>"$work/clone/examples/systemd/sidecar.env" <<TEXT
Clik2pay__Environment=Custom
Clik2pay__ApiBaseUrl=$simulator
Clik2pay__TokenEndpoint=$simulator/oauth2/token
Callers__shop__Uid=$(inside id -u APP_USER)
Callers__shop__Operations=create
TEXT
inside systemd-run --quiet --unit=simulator "$work/clone/DIR/$name" simulate --urls "$simulator"

check_quiet_block install
check_quiet_block group
printf '%s\n' sandbox-username sandbox-password sandbox-api-key | check_quiet_block encrypt
check_quiet_block start
check_guide call '"status":"CREATED"'
check_guide rating "Overall exposure level for $name.service: $rating "
check_equal "The service has started once" 0 "$(property NRestarts)"

# `systemd-run --pipe` needs D-Bus.
if inside systemctl start dbus.socket 2>/dev/null; then
  check_block docs/runbook.md systemd '^ok +credentials ' runbook.sh inside bash
else
  report skipped "The block systemd in docs/runbook.md succeeds (D-Bus does not start here)"
fi

pid=$(property MainPID)
status_of() { inside sed -n "s/^$1:\t//p" "/proc/$pid/status"; }
check_equal "The process has no capabilities, no new privileges, and a filter of system calls" "0000000000000000 0000000000000000 1 2" \
  "$(status_of CapEff) $(status_of CapBnd) $(status_of NoNewPrivs) $(status_of Seccomp)"
check_equal "The process writes no core dump" 0 "$(inside awk '/^Max core file size/ { print $6 }' "/proc/$pid/limits")"
if [ "$(ulimit -Hn)" -ge 65536 ]; then
  limited() { journal | grep -i 'open files'; }
  check "The limit of open files suffices for all connections" bash -c '! grep .' <<<"$(limited)"
else
  report skipped "The limit of open files suffices for all connections (this machine's limit is $(ulimit -Hn))"
fi
no_secrets() {
  ! { inside cat "/proc/$pid/environ" "/proc/$pid/cmdline" && inside systemctl show "$name" && journal; } |
    grep -a -e sandbox-username -e sandbox-password -e sandbox-api-key
}
check "Credentials occur neither in the environment, nor in the properties of the service, nor in the log" no_secrets
can_read() { inside runuser -u APP_USER -- cat "$1"; }
unreadable() { ! can_read "/run/credentials/$name.service/password" && ! can_read "/proc/$pid/environ"; }
check "A caller can read neither the credentials nor the environment of the service" unreadable
inside useradd --create-home outsider
unreachable() { call outsider; [ $? = 7 ]; }
check "A user outside the group cannot connect" unreachable
inside usermod --append --groups clik2pay-callers outsider
check "A member of the group with another user id is refused" refused outsider

inside systemctl kill --kill-who=main --signal=KILL "$name"
restarted() { [ "$(property NRestarts) $(property ActiveState)" = "1 active" ] && succeeds APP_USER; }
check "The service restarts after a crash" eventually restarted

# Other sources of credentials

inside cp -r examples/compose/credentials "/etc/$name/"
inside chmod -R u=rwX,go= "/etc/$name/credentials"
plain() { drop_in plain && succeeds APP_USER; }
check "The drop-in plain in $guide works with plain files that only root can read" plain

check_quiet_block watched-files
watched() { drop_in watched && succeeds APP_USER; }
check "The drop-in watched in $guide works with files of the second group" watched
pid=$(property MainPID)
inside bash -c "printf wrong >/etc/$name/credentials/password"
noticed() { journal | grep -q 'The new credentials were refused'; }
check "The sidecar reads changed files without a restart" eventually noticed
check_equal "The process is the same after the files have changed" "$pid" "$(property MainPID)"
no_access() { ! can_read "/etc/$name/credentials/username"; }
check "A caller cannot read these files" no_access

# The lines of the unit that are commented out.
secret() { printf %s "$2" | inside systemd-creds encrypt --name="$1" - "/etc/credstore.encrypted/$name.$1"; }
optional() {
  secret redis 127.0.0.1:9,abortConnect=false && secret caller-token a-caller-token-of-the-test || return 1
  inside sed -i /^Callers__/d "/etc/$name/sidecar.env"
  { echo '[Service]' && sed -n 's/^#\(LoadCredentialEncrypted=\|Environment=\)/\1/p' "$unit"; } >"$work/override.conf"
  apply_drop_in && refused APP_USER && succeeds APP_USER -H 'clik2pay-sidecar-token: a-caller-token-of-the-test' &&
    journal | grep Redis
}
check "The lines of the unit for Redis and a caller token work" optional

# Stop and configuration errors

inside systemctl stop "$name"
check_equal "The service stops with exit code 0" "success 0" "$(property Result) $(property ExecMainStatus)"
inside bash -c "echo Clik2pay__Environment=Nope >>/etc/$name/sidecar.env"
# Without the delay of ExecStartPost.
printf '[Service]\nExecStartPost=\n' >"$work/override.conf"
apply_drop_in
failed_for_good() {
  [ "$(property ActiveState) $(property Result) $(property ExecMainStatus) $(property NRestarts)" = "failed exit-code 2 0" ]
}
check "A configuration error stops the service without a restart" eventually failed_for_good
end
