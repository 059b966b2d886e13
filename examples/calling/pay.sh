#!/usr/bin/env bash
# Creates a payment request through the sidecar, reads it, and prints its id and status. README.md lists the exit codes.
set -euo pipefail
export LC_ALL=C
fail() { echo "$2" >&2; exit "$1"; } # fail EXIT_CODE MESSAGE
order=${1:-} base=${CLIK2PAY_BASE_URL:-http://127.0.0.1:8080} headers=(-H 'content-type: application/json')
if [ $# != 1 ] || [[ ! $order =~ ^[A-Za-z0-9._-]{6,32}$ ]]; then
  fail 2 "Usage: bash pay.sh ORDER (6 to 32 letters, digits, '.', '_' or '-')"
fi
if [[ ! $base =~ ^http://[][A-Za-z0-9.:-]+$ ]]; then fail 2 'CLIK2PAY_BASE_URL must be http://HOST:PORT'; fi
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
if [ -n "${CLIK2PAY_CALLER_TOKEN_FILE:-}" ]; then
  # The header is in a file, because other users can read a command line.
  jq -rsR 'gsub("^\\s+|\\s+$"; "") | select(test("\\A[!-~]+\\z")) | "Clik2pay-Sidecar-Token: " + .' \
    "$CLIK2PAY_CALLER_TOKEN_FILE" >"$work/token" 2>/dev/null || :
  if [ ! -s "$work/token" ]; then fail 2 'CLIK2PAY_CALLER_TOKEN_FILE must name a file that contains one token'; fi
  headers+=(-H "@$work/token")
fi

# call METHOD PATH [BODY]: sends a request and writes the response to $work/body. Returns 0 after a 2xx with an `id`, 1 if the request may
# have been carried out, 3 if the provider refused it with 400, 409 or 422, and 2 if it was not carried out for another reason.
call() {
  local failed status code wait not_processed give_up=$((SECONDS + 60))
  while :; do
    : >"$work/body"
    IFS='|' read -r failed status code wait < <(
      curl -q -sS --noproxy '*' -m 70 "${headers[@]}" -X "$1" ${3:+--data-binary @-} -o "$work/body" \
        -w '%{exitcode}|%{http_code}|%header{clik2pay-sidecar-error}|%header{retry-after}\n' "$base$2" <<<"${3:-}"
    )
    not_processed=
    case $failed:$status:$code in
      6:* | 7:*) not_processed=1 code='no connection' ;; # the name was not resolved, or the connection was refused
      0:2*) if [[ $(jq -r '.id | strings' "$work/body" 2>/dev/null) =~ ^[A-Za-z0-9._-]+$ ]]; then return 0; fi ;;
      0:503:token_unavailable | 0:503:credentials_refused) not_processed=1 ;;
      0:5*:?*) if [ "$(jq -r .sent "$work/body" 2>/dev/null)" = no ]; then not_processed=1; fi ;;
    esac
    if [[ ! $wait =~ ^[0-9]{1,4}$ ]]; then wait=5; fi
    wait=$((10#$wait > 1 ? 10#$wait : 1))
    if [ -z "$not_processed" ] || ((SECONDS + wait >= give_up)); then break; fi
    echo "not processed ($code), again in $wait s" >&2
    sleep "$wait"
  done
  if [ "$failed" = 0 ]; then echo "$status ${code:-of the provider}: $(cat "$work/body")" >&2; fi # curl has printed its own errors
  case $not_processed:$failed:$status:$code in
    :0:2* | :0:5* | :[1-9]*) return 1 ;;
    :0:400: | :0:409: | :0:422:) return 3 ;;
    *) return 2 ;;
  esac
}

new=$(jq -nc --arg order "$order" \
  '{amount: 12.5, type: "ECOMM", merchantTransactionId: $order, payer: {name: "A. Payer", email: "a@example.com"}}')
outcome=0
call POST /open/v1/payment-requests "$new" || outcome=$?
if [ "$outcome" = 1 ]; then
  sleep 5
  outcome=0
  call POST /open/v1/payment-requests "$new" || outcome=$? # cannot create a second payment request
  case $outcome in
    0) ;;
    3) fail 3 "$order: may exist: the provider refused the second create; check a webhook or the portal before you create it again" ;;
    *) fail 1 "$order: outcome unknown; run the program again later with the same order number" ;;
  esac
elif [ "$outcome" != 0 ]; then
  exit 1
fi
id=$(jq -r .id "$work/body") # store it together with the order
call GET "/open/v1/payment-requests/$id" || exit 1
jq -r '"\(.id) \(.status)"' "$work/body"
