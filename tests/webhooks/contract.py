"""Checks a listener of examples/webhooks against a server that replaces the sidecar.

Usage: contract.py python|node|php FOLDER   The folder contains the program. Prints a line "passed|failed TITLE" for each check.
"""

import json, pathlib, sys, threading, time, uuid
from concurrent.futures import ThreadPoolExecutor

from programs import PASSWORD, USER, Listener, basic, event
from sidecar import Sidecar, drip, new, payment_request, requests, start

language, folder = sys.argv[1], pathlib.Path(sys.argv[2])
FOLLOWED, PROCESSING, COMPLETED, FAILED = (
    f"PAYMENT-{name}" for name in ("LINK-FOLLOWED", "PROCESSING", "COMPLETED", "FAILED")
)


def check(title, expected, actual):
    is_equal = expected == actual
    difference = "" if is_equal else f" (expected {expected}, got {actual})"
    print("passed" if is_equal else "failed", f"The {language} listener {title}{difference}", flush=True)


def post_all(bodies, **options):
    return [listener.post(body, **options) for body in bodies]


def fulfilled_lines(id):
    return sum(line[0] == id for line in listener.printed())


def post_slowly(ids):
    """Returns the status, and whether it arrived long before the sidecar would have responded to all reads."""
    began = time.monotonic()
    return listener.post([event(COMPLETED, id, "PAID") for id in ids]), time.monotonic() - began < 30


def status_of(id, type="payment-request"):
    return listener.stored()[0].get((type, id))


def is_fulfilled(*ids):
    return [id in listener.stored()[1] for id in ids]


def check_refusals():
    id = new("PAID")
    body = [event(COMPLETED, id, "PAID")]
    wrong = [None, "", "Basic", "Basic !", "Bearer x", basic("", "")]
    wrong += [basic(USER, "wrong"), basic("wrong", PASSWORD), basic(USER, PASSWORD + "x")]
    check("responds with 401 to missing and wrong credentials", [401] * 9, [listener.post(body, authorization=value) for value in wrong])
    broken = [b"", b"{", b"x", b'"text"', b"null", b"[1]", b"[null]", b"[[1]]", b"[[]]", b"\xff", b"[" * 60_000]
    check("responds with 400 to a body that is not a JSON object or an array of objects", [400] * 11, post_all(broken))
    large = json.dumps(body).encode() + b" " * 65_536
    check("responds with 413 to a body over 64 KiB", 413, listener.post(large))
    check("responds with 413 to a chunked body over 64 KiB", 413, listener.post(large, chunked=True))
    check("responds with 413 to 21 events", 413, listener.post(body * 21))
    digits = id.replace("-", "")
    spellings = [f"----{digits}", f"{digits[:16]}----{digits[16:]}", f"{id[:8]}{id[9:]}-", digits, f"{{{id}}}"]
    ids = ["../../payments", "..%2f..%2fpayments", f"{id}\n", f"{id}/refunds", f"{id}0", f"{id[:-1]}/", id[:-1], "", 7, None, [id], {}]
    events = [event(COMPLETED, value, "PAID") for value in ids + spellings + [f"{id[:-1]}g", "-" * 36]]
    events += [event("PAYMENT-NEW", "../../payments", "PAID"), event(COMPLETED, "../../payments", "PAID", "refund")]
    events += [event(COMPLETED, id, "PAID") | {"resource": value} for value in (None, 1, [id])]
    check("responds with 400 to an ID that is not a UUID", [400] * 24, post_all(events))
    check("refuses a refund without a status with 400", [400] * 2, post_all(event(COMPLETED, id, value, "refund") for value in (None, 1)))
    unknown = [event(COMPLETED, id, "PAID", "invoice"), event(COMPLETED, id, "PAID", {}), {}, {"eventType": COMPLETED}, []]
    check("responds with 200 to unknown resource types", [200] * 5, post_all(unknown))
    check("sends nothing to the sidecar and stores nothing for such events", (0, None), (requests({id}), status_of(id)))


def check_log():
    personal = {"payer": {"email": "payer@example.com"}}
    skipped = event("PAYMENT-NEW\nfulfilled 1 2", str(uuid.uuid4()), "PAID", "invoice\r" + "x" * 1000)
    refused = event("PAYMENT-OLD", "payer@example.com", "PAID")
    failing = new(lambda call: call.respond(200, '{"payer":"payer@example.com"'))
    post_all([skipped | personal, refused | personal, event(FOLLOWED, failing, "ACTIVE"), b'{"payer":"payer@example.com"'])
    log = listener.log.read_text()
    skipped_line = f"Skipped an event of an unknown resource type: PAYMENT-NEW?fulfilled?1?2 of invoice?{'x' * 32}\n"
    refused_line = "Refused an event without a valid ID: PAYMENT-OLD of payment-request\n"
    check("logs skipped and refused events", [True] * 2, [line in log for line in (skipped_line, refused_line)])
    check("logs no personal data, and no forged lines", [False] * 3, [text in log for text in ("payer@", "\nfulfilled 1 2", "x" * 40)])


def check_confirmation():
    array, single, chunked, upper, new_type = (new("PAID") for _ in range(5))
    statuses = post_all([[event(COMPLETED, array, "PAID")], event(COMPLETED, single, "PAID")])
    statuses.append(listener.post([event(COMPLETED, chunked, "PAID")], chunked=True))
    check("accepts an array, an object and a chunked body", [200] * 3, statuses)
    statuses = post_all([event("PAYMENT-NEW", new_type, None), event([], array, None), event(None, single, None)])
    check("accepts events with any event type and without a status", [200] * 3, statuses)
    fulfilled, ids = listener.stored()[1], (array, single, chunked, new_type)
    check("fulfills the confirmed payment requests", [f"ORDER-{id[:8]}" for id in ids], [fulfilled.get(id) for id in ids])
    post_all([event(COMPLETED, id, "PAID") for id in (upper.upper(), upper)])
    check("ignores the case of an ID", 1, fulfilled_lines(upper))

    for name, final in ((COMPLETED, "PAID"), (FAILED, "FAILED")):
        id = new("ACTIVE")
        statuses = [listener.post([event(name, id, final)])]
        Sidecar.responses[id] = final
        statuses.append(listener.post([event(name, id, final)]))
        check(f"responds with 503 to {name} until the status is final", ([503, 200], final), (statuses, status_of(id)))

    id = new("NEW")
    statuses = [listener.post([event(name, id, "PAID")]) for name in (COMPLETED, FOLLOWED)]
    Sidecar.responses[id] = "ACTIVE"
    statuses.append(listener.post([event(FOLLOWED, id, "ACTIVE")]))
    Sidecar.responses[id] = "NEW"
    statuses.append(listener.post([event(PROCESSING, id, "NEW")]))
    check("never replaces a known status with an unknown one", ([503, 200, 200, 200], "ACTIVE"), (statuses, status_of(id)))

    id = new("FAILED")
    result = (listener.post([event(COMPLETED, id, "PAID")]), status_of(id), is_fulfilled(id))
    check("uses the provider's status instead of the event's", (200, "FAILED", [False]), result)

    other = str(uuid.uuid4())
    failures = [(status, payment_request(other, "PAID")) for status in (200, 302, 401, 404, 429, 500, 503)]
    failures += [(200, body) for body in ("<html>", "{}", "[]", "null", '{"status":"PAID"}', '{"id":1,"status":"PAID"}')]
    broken = [new(lambda call, failure=failure: call.respond(*failure)) for failure in failures]
    broken += [new(lambda call: None), new(lambda call: call.respond(200, f'{{"id":"{call.id}"}}'))]
    check("responds with 503 if the confirmation fails", [503] * 15, post_all([event(COMPLETED, id, "PAID")] for id in broken))
    stored = {id for _, id in listener.stored()[0]}
    check("stores nothing if the confirmation fails", set(), stored & {*broken, other})
    check("sends the caller token to the sidecar", {"a token"}, Sidecar.tokens)
    return broken[0]


def check_arrays(failing):
    good = [new("PAID") for _ in range(3)]
    valid = [event(COMPLETED, id, "PAID") for id in good]
    invalid, skipped = event(COMPLETED, "no-uuid", "PAID"), event(COMPLETED, good[0], "PAID", "invoice")
    failed = event(COMPLETED, failing, "PAID")
    bodies = [[invalid, skipped, valid[0], 1], [failed, valid[1]], [failed, invalid, valid[2], invalid]]
    result = (post_all(bodies), is_fulfilled(*good))
    check("handles the valid events of an array, and responds with 503 rather than 400", ([400, 503, 503], [True] * 3), result)
    many = [new("PAID") for _ in range(20)]
    result = (listener.post([event(COMPLETED, id, "PAID") for id in many]), requests(many), is_fulfilled(*many))
    check("accepts 20 events", (200, 20, [True] * 20), result)
    id = new("PAID")
    check("reads once if a body repeats an event", (200, 1), (listener.post([event(COMPLETED, id, "PAID")] * 20), requests({id})))
    bad, good = new("PAID"), new("PAID")
    events = [event(COMPLETED, id, "PAID") for id in (bad, good)]
    with listener.failing_fulfillment(bad):
        result = (listener.post(events), status_of(bad), status_of(good), is_fulfilled(bad, good))
    check("rolls back a change that it cannot store, and handles the next event", (503, None, "PAID", [False, True]), result)
    check("stores the change when the event arrives again", (200, [True]), (listener.post(events), is_fulfilled(bad)))


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
    check("fulfills at SETTLED, but not at REFUNDED", [True, False], is_fulfilled(settled, refunded))
    Sidecar.responses[refunded] = "PAID"
    listener.post([event(COMPLETED, refunded, "PAID")])
    result = (status_of(refunded), is_fulfilled(refunded))
    check("fulfills a confirmed payment even if a later status is stored", ("REFUNDED", [True]), result)
    check("fulfills a payment request once", 1, fulfilled_lines(id))


def check_types():
    refund, payment = str(uuid.uuid4()), str(uuid.uuid4())
    post_all([event(COMPLETED, refund, "PAID", "refund"), event(PROCESSING, refund, "ACTIVE", "refund")])
    post_all([event(FAILED, payment, "FAILED", "payment")])
    result = (status_of(refund, "refund"), status_of(payment, "payment"), requests({refund, payment}))
    check("stores the status of refunds and payments without a request", ("PAID", "FAILED", 0), result)
    check("fulfills nothing for refunds and payments", [False] * 2, is_fulfilled(refund, payment))
    for other in ("refund", "payment"):
        for status in ("PAID", "REFUNDED"):
            before, after = new("PAID"), new("PAID")
            events = [event(COMPLETED, before, status, other), event(COMPLETED, before, "PAID")]
            post_all([*events, event(COMPLETED, after, "PAID"), event(COMPLETED, after, status, other)])
            stored = [status_of(id, type) for id in (before, after) for type in (other, "payment-request")]
            result = (stored, is_fulfilled(before, after))
            title = f"keeps a payment request apart from a {other} with the same ID and the status {status}"
            check(title, ([status, "PAID"] * 2, [True] * 2), result)


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


def check_setting(title, expected, **settings):
    """Starts the listener with other settings. A PHP listener responds with 503 instead of exiting."""
    other = Listener(language, folder, port, **settings)
    try:
        with other:
            result = other.post([event(COMPLETED, str(uuid.uuid4()), "PAID", "refund")], basic(USER, other.environment["WEBHOOK_PASSWORD"]))
    except ChildProcessError:
        result = "did not start"
    check(title, "did not start" if expected == 503 and language != "php" else expected, result)


port = start()
(folder / "caller-token").write_text("a token\n")
listener = Listener(language, folder, port, CLIK2PAY_CALLER_TOKEN_FILE=str(folder / "caller-token"))
# Without a time limit for all reads, the responses would arrive after 60 s, 60 s and 42 s. A PHP worker can get two of the bodies, and
# then handles them one after the other.
slow_bodies = [[new(lambda _: time.sleep(60))], [new(drip)], [new(lambda _: time.sleep(7) or "PAID") for _ in range(6)]]
with listener, ThreadPoolExecutor(3) as pool:
    slow = [pool.submit(post_slowly, ids) for ids in slow_bodies]
    check_refusals()
    check_log()
    check_arrays(check_confirmation())
    check_order()
    check_types()
    last = check_concurrency()
    check("responds with 503 in time if reads are slow", [(503, True)] * 3, [response.result() for response in slow])
    before = listener.stored()
with listener:
    listener.post([event(COMPLETED, last, "PAID")])
    check("keeps its state after it is killed, and fulfills nothing twice", (before, 1), (listener.stored(), fulfilled_lines(last)))
check("prints one line for each fulfillment", sorted(listener.stored()[1].items()), sorted(listener.printed()))
check_setting("rejects an empty WEBHOOK_PASSWORD", 503, WEBHOOK_PASSWORD="")
check_setting("works with the password 0", 200, WEBHOOK_PASSWORD="0")
check_setting("works with an empty CLIK2PAY_BASE_URL", 200, CLIK2PAY_BASE_URL="")
check_setting("rejects a CLIK2PAY_BASE_URL that starts with https://", 503, CLIK2PAY_BASE_URL="https://127.0.0.1")
