"""Checks a listener of docs/how-to/webhooks.md against a server that takes the place of the sidecar.

Usage: contract.py python|node|php FOLDER   The folder contains the program. Prints a line "passed|failed TITLE" for each check.
"""

import http.server, json, pathlib, sys, threading, time, uuid
from concurrent.futures import ThreadPoolExecutor

from programs import PASSWORD, USER, Listener, basic, event

language, folder = sys.argv[1], pathlib.Path(sys.argv[2])
FOLLOWED, PROCESSING, COMPLETED, FAILED = (
    f"PAYMENT-{name}" for name in ("LINK-FOLLOWED", "PROCESSING", "COMPLETED", "FAILED")
)


class Sidecar(http.server.BaseHTTPRequestHandler):
    """Responds to a GET with what `responses` has for the ID: a status of the payment request, or a function."""

    requests, responses, tokens = [], {}, set()

    def do_GET(self):
        self.requests.append(self.path)
        self.tokens.add(self.headers.get("Clik2pay-Sidecar-Token"))
        id = self.path.rpartition("/")[2]
        response = self.responses.get(id, "CREATED")
        if callable(response):
            response = response(self)
        if response:
            self.respond(200, json.dumps({"id": id, "status": response, "merchantTransactionId": f"ORDER-{id[:8]}"}))

    def respond(self, status, body):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


def check(title, expected, actual):
    is_equal = expected == actual
    difference = "" if is_equal else f" (expected {expected}, got {actual})"
    print("passed" if is_equal else "failed", f"The {language} listener {title}{difference}")


def new(response):
    """Returns the ID of a new payment request for which the sidecar has this response."""
    id = str(uuid.uuid4())
    Sidecar.responses[id] = response
    return id


def post_all(bodies, **options):
    return [listener.post(body, **options) for body in bodies]


def sidecar_requests():
    """Returns the paths of all requests except the one that waits in the background."""
    return [path for path in Sidecar.requests if not path.endswith(slow)]


def fulfilled_lines(id):
    return sum(line[0] == id for line in listener.printed())


def post_slowly():
    """Returns the status, and whether it arrived within 10 s."""
    began = time.monotonic()
    return listener.post([event(COMPLETED, slow, "PAID")]), time.monotonic() - began < 10


def status_of(id):
    return listener.stored()[0].get(id)


def check_refusals():
    id = new("PAID")
    body = [event(COMPLETED, id, "PAID")]
    before = sidecar_requests()
    wrong = [None, "", "Basic", "Basic !", "Bearer x", basic("", "")]
    wrong += [basic(USER, "wrong"), basic("wrong", PASSWORD), basic(USER, PASSWORD + "x")]
    check("responds 401 to missing and wrong credentials", [401] * 9, [listener.post(body, authorization=value) for value in wrong])
    broken = [b"", b"{", b"x", b'"text"', b"null", b"[1]", b"[null]", b"\xff", b"[" * 60_000]
    check("responds 400 to a body that is not a JSON object or an array of objects", [400] * 9, post_all(broken))
    large = json.dumps(body).encode() + b" " * 65_536
    check("responds 413 to a body over 64 KiB", 413, listener.post(large))
    check("responds 413 to a chunked body over 64 KiB", 413, listener.post(large, chunked=True))
    ids = ["../../payments", "..%2f..%2fpayments", f"{id}\n", f"{id}/refunds", f"{id}0", f"{id[:-1]}/", id[:-1], "", 7, None, [id], {}]
    events = [event(COMPLETED, value, "PAID") for value in ids]
    events += [event(COMPLETED, id, "PAID") | {"resource": value} for value in (None, 1, [id])]
    check("responds 400 to an ID that is not a UUID", [400] * 15, post_all(events))
    unknown = [
        event("PAYMENT-NEW", id, "PAID"), event(COMPLETED, id, "PAID", "invoice"), event(None, id, "PAID"), event([], id, "PAID"),
        event(COMPLETED, id, "PAID", {}), event("PAYMENT-NEW", "../../payments", "PAID"), {}, {"eventType": COMPLETED}, [],
    ]
    check("responds 200 to unknown types of events and resources", [200] * 9, post_all(unknown))
    check("sends nothing to the sidecar and stores nothing for these", (before, None), (sidecar_requests(), status_of(id)))


def check_confirmation():
    array, single, chunked, upper = (new("PAID") for _ in range(4))
    Sidecar.responses[upper.upper()] = "PAID"
    statuses = post_all([[event(COMPLETED, array, "PAID")], event(COMPLETED, single, "PAID")])
    statuses.append(listener.post([event(COMPLETED, chunked, "PAID")], chunked=True))
    check("accepts an array, an object and a chunked body", [200] * 3, statuses)
    fulfilled, ids = listener.stored()[1], (array, single, chunked)
    check("fulfills the confirmed payment requests", [f"ORDER-{id[:8]}" for id in ids], [fulfilled.get(id) for id in ids])
    post_all([event(COMPLETED, id, "PAID") for id in (upper.upper(), upper)])
    check("does not distinguish upper and lower case in an ID", 1, fulfilled_lines(upper))

    id = new("ACTIVE")
    statuses = [listener.post([event(COMPLETED, id, "PAID")])]
    Sidecar.responses[id] = "PAID"
    statuses.append(listener.post([event(COMPLETED, id, "PAID")]))
    check("responds 503 to a completed payment until the provider reports it as paid", ([503, 200], "PAID"), (statuses, status_of(id)))

    id = new("NEW")
    statuses = [listener.post([event(name, id, "PAID")]) for name in (COMPLETED, FOLLOWED)]
    Sidecar.responses[id] = "ACTIVE"
    statuses.append(listener.post([event(FOLLOWED, id, "ACTIVE")]))
    Sidecar.responses[id] = "NEW"
    statuses.append(listener.post([event(PROCESSING, id, "NEW")]))
    check("never replaces a known status with an unknown one", ([503, 200, 200, 200], "ACTIVE"), (statuses, status_of(id)))

    id = new("FAILED")
    result = (listener.post([event(COMPLETED, id, "PAID")]), status_of(id), id in listener.stored()[1])
    check("uses the provider's status instead of the event's", (200, "FAILED", False), result)

    failures = [(status, '{"status":"PAID"}') for status in (302, 401, 404, 429, 500, 503)] + [(200, "<html>"), (200, "{}")]
    broken = [new(lambda call, failure=failure: call.respond(*failure)) for failure in failures]
    broken.append(new(lambda call: None))
    check("responds 503 if the confirmation fails", [503] * 9, post_all([event(COMPLETED, id, "PAID")] for id in broken))
    check("stores nothing if the confirmation fails", set(), listener.stored()[0].keys() & set(broken))
    good = new("PAID")
    status = listener.post([event(COMPLETED, broken[0], "PAID"), event(COMPLETED, good, "PAID")])
    check("handles the other events of an array if one of them fails", (503, "PAID"), (status, status_of(good)))
    check("sends the caller token to the sidecar", {"a token"}, Sidecar.tokens)


def check_order():
    id = new("PAID")
    statuses = post_all([event(COMPLETED, id, "PAID")] * 3)
    Sidecar.responses[id] = "ACTIVE"
    statuses += post_all([[event(FOLLOWED, id, "ACTIVE")], [event(PROCESSING, id, "ACTIVE")]])
    check("never replaces PAID with ACTIVE", ([200] * 5, "PAID"), (statuses, status_of(id)))
    Sidecar.responses[id] = "SETTLED"
    listener.post([event(COMPLETED, id, "PAID")])
    check("replaces PAID with SETTLED", "SETTLED", status_of(id))
    settled, refunded = new("SETTLED"), new("REFUNDED")
    post_all([[event(COMPLETED, id, "PAID")] for id in (settled, refunded)])
    fulfilled = listener.stored()[1]
    check("fulfills at SETTLED, but not at REFUNDED", (True, False), (settled in fulfilled, refunded in fulfilled))
    check("fulfills a payment request once", 1, fulfilled_lines(id))

    before = sidecar_requests()
    refund, payment = str(uuid.uuid4()), str(uuid.uuid4())
    post_all([event(COMPLETED, refund, "PAID", "refund"), event(PROCESSING, refund, "ACTIVE", "refund")])
    post_all([event(FAILED, payment, "FAILED", "payment")])
    result = (status_of(refund), status_of(payment), sidecar_requests())
    check("stores the status of refunds and payments without a request", ("PAID", "FAILED", before), result)
    check("fulfills nothing for them", set(), listener.stored()[1].keys() & {refund, payment})


def check_concurrency():
    """The reads of the listener finish in a different order than the events arrive."""
    delays = iter([(0.3, "ACTIVE"), (0, "PAID")] * 4)
    lock = threading.Lock()

    def respond(_):
        with lock:
            delay, status = next(delays)
        time.sleep(delay)
        return status

    id = new(respond)
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: listener.post([event(PROCESSING, id, "ACTIVE")]), range(8)))
    check("keeps PAID when older reads return later", ([200] * 8, "PAID"), (statuses, status_of(id)))
    id = new(lambda _: time.sleep(0.1) or "PAID")
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: listener.post([event(COMPLETED, id, "PAID")]), range(8)))
    check("fulfills once when the same event arrives eight times at once", ([200] * 8, 1), (statuses, fulfilled_lines(id)))
    return id


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sidecar)
threading.Thread(target=server.serve_forever, daemon=True).start()
(folder / "caller-token").write_text("a token\n")
listener = Listener(language, folder, server.server_port, CLIK2PAY_CALLER_TOKEN_FILE=str(folder / "caller-token"))
slow = new(lambda _: time.sleep(12))
with listener, ThreadPoolExecutor(1) as pool:
    silent = pool.submit(post_slowly)
    check_refusals()
    check_confirmation()
    check_order()
    last = check_concurrency()
    check("responds 503 within 10 s if the sidecar does not respond", (503, True), silent.result())
    before = listener.stored()
with listener:
    listener.post([event(COMPLETED, last, "PAID")])
    check("keeps its state and fulfills nothing again after it is killed", (before, 1), (listener.stored(), fulfilled_lines(last)))
check("prints one line for each fulfillment", sorted(listener.stored()[1].items()), sorted(listener.printed()))

without_password = Listener(language, folder, server.server_port)
del without_password.environment["WEBHOOK_PASSWORD"]
try:
    with without_password:
        result = without_password.post([event(COMPLETED, new("PAID"), "PAID")], authorization=basic(USER, ""))
except ChildProcessError:
    result = "did not start"
check("does not work without a password", 503 if language == "php" else "did not start", result)
