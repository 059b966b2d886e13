#!/usr/bin/env bash
# Lints the OpenAPI description that the simulator serves, with the rules in tests/openapi.
# Usage: tests/openapi.sh [FILE]   FILE receives a line "passed|failed|skipped TITLE" for each check.
set -uo pipefail
cd "$(dirname "$0")/.."
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true

. tests/support.sh
suite OpenAPI "${1:-}"

lint() {
  tests/openapi/node_modules/.bin/redocly lint "$1" --config tests/openapi/redocly.yaml --lint-config error --format stylish
}

# rejects RULE WHAT FILTER: changes a copy of the description with a jq filter. The linter must report exactly one error, of this rule.
rejects() {
  local title="A description with $2 is rejected"
  if jq "$3" "$work/openapi.json" >"$work/broken.json" && ! lint "$work/broken.json" >"$work/log" 2>&1 &&
    [ "$(grep -cE '^ +[0-9]+:[0-9]+ +error ' "$work/log")" = 1 ] && grep -qF " $1 " "$work/log"; then
    report passed "$title"
  else
    cat "$work/log"
    report failed "$title"
  fi
}

require_commands "The OpenAPI description has no findings" curl jq node npm python3
(cd tests/openapi && npm ci --ignore-scripts --no-audit --no-fund) >"$work/npm" 2>&1 ||
  { cat "$work/npm"; report failed "npm ci succeeds"; end; }

address=http://127.0.0.1:$(free_port)
program=${TEST_SIDECAR:-src/Clik2pay.Sidecar/bin/Debug/net10.0/clik2pay-sidecar}
start simulator "$address/_simulator/counters" "$program" simulate --urls "$address"
check "The simulator serves its OpenAPI description" curl -sSf -m 10 -o "$work/served.json" "$address/_simulator/openapi.json"
jq . "$work/served.json" >"$work/openapi.json" # one value per line, so that findings have useful line numbers
check "The OpenAPI description has no findings" lint "$work/openapi.json"

[ "$failed" = 0 ] || end

# These checks show that the linter can fail.
rejects no-unresolved-refs "a reference to an unknown schema" \
  '.paths["/payments"].post.requestBody.content["application/json"].schema["$ref"] = "#/components/schemas/Nothing"
  | del(.components.schemas.NewPayment)'
rejects operation-operationId "an operation without an operationId" 'del(.paths["/payments"].post.operationId)'
rejects clik2pay/sources "an operation without a source" 'del(.paths["/payments"].post["x-source"])'
rejects clik2pay/sources "a webhook without a certainty" 'del(.webhooks.event.post["x-certainty"])'
rejects clik2pay/sources "a response without a source" \
  '.paths["/payments"].post.responses["201"] |= del(.["x-source", "x-certainty"])'
rejects clik2pay/sources "a shared response without a certainty" 'del(.components.responses.NotFound["x-certainty"])'
rejects clik2pay/sources "a security scheme without a source" 'del(.components.securitySchemes.apiKey["x-source"])'
rejects clik2pay/sources "a property without a source" \
  '.components.schemas.PaymentRequest.properties.status |= del(.["x-source", "x-certainty"])'
rejects clik2pay/sources "a property in a request body without a source" \
  '.components.schemas.NewPayment.properties.recipient.properties.email |= del(.["x-source", "x-certainty"])'
rejects clik2pay/sources "an unknown certainty" '.components.schemas.NewRefund.properties.amount["x-certainty"] = "likely"'
rejects clik2pay/sources "a documented rule with a source on another site" \
  '.components.schemas.NewRefund.properties.amount["x-source"] = "https://example.com/"'
end
