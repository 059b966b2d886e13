#!/usr/bin/env bash
# Runs the blocks of docs/tutorial.md that follow a comment <!-- run: NAME -->, unchanged. Requires the Debug build.
# Usage: tests/tutorial.sh [FILE]   FILE receives a line "passed|failed|skipped TITLE" for each check.
set -uo pipefail
cd "$(dirname "$0")/.."

. tests/support.sh
suite tutorial "${1:-}"
require_ports 5080 6379 8080 8081 8082 9090 9091 9092

tutorial=docs/tutorial.md
uuid='[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'

# step NAME PATTERN: runs a block in this shell, because later blocks use the variables of earlier ones. The output must match the pattern.
step() { check_block "$tutorial" "$1" "$2" "$1.sh" .; }

# also NAME PATTERN: the output of the same block must also match this pattern.
also() { check_exit 0 "The output of the block $1 in $tutorial has a line that matches '$2'" grep -qE "$2" "$work/$1.log"; }

start_block "$tutorial" demo http://127.0.0.1:9090/startupz
step create "^\{\"id\":\"$uuid\",\"status\":\"CREATED\""
step pay "^\{\"id\":\"$uuid\",\"status\":\"PAID\""
step direct '^direct call: 401$'
also direct '"tokenRequests":1,"tokensIssued":1,"tokenRequestsRefused":0,"apiRequests":3,"apiUnauthorized":1,'
step revoke '^through the sidecar: 200$'
also revoke '"tokenRequests":2,"tokensIssued":2,"tokenRequestsRefused":0,"apiRequests":5,"apiUnauthorized":2,'
step stop-token-endpoint '^token endpoint down: 200$'
step expire '"code":"token_unavailable","sent":"no"'
step readiness '^There is no access token at the moment: the token endpoint .* closed the connection'
also readiness '^200$'
step restore "^\{\"id\":\"$uuid\",\"status\":\"PAID\""
stop

if command -v redis-server >/dev/null && command -v redis-cli >/dev/null; then
  start_block "$tutorial" redis 6379
  start_block "$tutorial" fleet http://127.0.0.1:9092/startupz
  step shared '"tokenRequests":1,"tokensIssued":1,.*"apiRequests":3,.*"paymentRequestsCreated":3,'
  also shared '^clik2pay:\{Custom:[0-9a-f]{32}\}:token$'
  also shared '^8082: 201$'
  stop
else
  report skipped "The blocks redis, fleet and shared in $tutorial succeed (redis-server or redis-cli is not installed)"
fi
end
