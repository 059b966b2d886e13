# Creates a payment request through the sidecar, reads it, and prints its id and status. README.md lists the exit codes.
import http.client, json, os, re, sys, time


def fail(exit_code, message):
    print(message, file=sys.stderr)
    sys.exit(exit_code)


if len(sys.argv) != 2 or not re.fullmatch(r"[A-Za-z0-9._-]{6,32}", sys.argv[1]):
    fail(2, "Usage: python3 pay.py ORDER (6 to 32 letters, digits, '.', '_' or '-')")
base = os.environ.get("CLIK2PAY_BASE_URL") or "http://127.0.0.1:8080"
if not re.fullmatch(r"http://[A-Za-z0-9.:[\]-]+", base):
    fail(2, "CLIK2PAY_BASE_URL must be http://HOST:PORT")
headers = {"content-type": "application/json"}
if token_file := os.environ.get("CLIK2PAY_CALLER_TOKEN_FILE"):
    try:
        token = open(token_file).read().strip()
    except (OSError, ValueError):
        token = ""
    if not re.fullmatch("[!-~]+", token):
        fail(2, "CLIK2PAY_CALLER_TOKEN_FILE must name a file that contains one token")
    headers["Clik2pay-Sidecar-Token"] = token


class Refused(Exception):
    """The request was not carried out. The status is the provider's, or None if the provider did not respond."""

    def __init__(self, message, status):
        super().__init__(message)
        self.status = status


def parse(text):
    try:
        body = json.loads(text)
    except ValueError:
        body = None
    return body if isinstance(body, dict) else {}


def call(method, path, body=None):
    """Returns the payment request. Raises Refused if the request was not carried out, and another exception if it may have been."""
    give_up = time.monotonic() + 60
    while True:
        status, wait = None, ""
        try:
            if sidecar.sock is None:
                sidecar.connect()
        except OSError as e:
            not_processed, code, message = True, "no connection", f"no connection: {e}"
        else:
            sidecar.request(method, path, body and json.dumps(body), headers)
            response = sidecar.getresponse()
            text = response.read().decode(errors="replace")
            status, code, wait = response.status, response.getheader("Clik2pay-Sidecar-Error"), response.getheader("Retry-After", "")
            fields = parse(text)
            id = fields.get("id")
            if 200 <= status < 300 and isinstance(id, str) and re.fullmatch(r"[A-Za-z0-9._-]+", id):
                return fields
            not_processed = code in ("token_unavailable", "credentials_refused") or (code and status >= 500 and fields.get("sent") == "no")
            message = f"{status} {code or 'of the provider'}: {text}"
            if not not_processed and (status >= 500 or status < 300):
                raise OSError(message)
        wait = max(int(wait), 1) if re.fullmatch("[0-9]{1,4}", wait) else 5
        if not not_processed or time.monotonic() + wait >= give_up:
            raise Refused(message, None if code else status)
        print(f"not processed ({code}), again in {wait} s", file=sys.stderr)
        time.sleep(wait)


def create(order):
    payer = {"name": "A. Payer", "email": "a@example.com"}
    body = {"amount": 12.5, "type": "ECOMM", "merchantTransactionId": order, "payer": payer}
    try:
        return call("POST", "/open/v1/payment-requests", body)
    except Refused:
        raise
    except Exception as e:
        print(e, file=sys.stderr)
    sidecar.close()  # the next request opens a new connection
    time.sleep(5)
    try:
        return call("POST", "/open/v1/payment-requests", body)  # cannot create a second payment request
    except Exception as e:
        print(e, file=sys.stderr)
        if isinstance(e, Refused) and e.status in (400, 409, 422):
            fail(3, f"{order}: may exist: the provider refused the second create; check a webhook or the portal before you create it again")
    fail(1, f"{order}: outcome unknown; run the program again later with the same order number")


try:
    sidecar = http.client.HTTPConnection(base.removeprefix("http://"), timeout=70)
    id = create(sys.argv[1])["id"]  # store it together with the order
    read = call("GET", f"/open/v1/payment-requests/{id}")
    print(read["id"], read.get("status"))
except Exception as e:
    fail(1, e)
