"""Sends the events of many payment requests to a listener of examples/webhooks while the simulator injects faults. Afterward, the
listener must have stored the simulator's statuses, and fulfilled each paid payment request once.

Usage: load.py python|node|php FOLDER SIDECAR COUNT   The folder contains the listener's program. SIDECAR is the built sidecar, and COUNT
the number of payment requests. Prints a line "passed|failed TITLE" for each check.
"""

import http.client, json, pathlib, sys, threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

from programs import PASSWORD, USER, Listener, Program, free_port, wait_until

language, folder, sidecar_program, count = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
# The actions on a payment request, and the events that they cause.
SCENARIOS = [
    (["follow-link", "pay"], ["PAYMENT-LINK-FOLLOWED", "PAYMENT-PROCESSING", "PAYMENT-COMPLETED"]),
    (["follow-link", "fail"], ["PAYMENT-LINK-FOLLOWED", "PAYMENT-FAILED"]),
    (["pay"], ["PAYMENT-PROCESSING", "PAYMENT-COMPLETED"]),
    (["follow-link"], ["PAYMENT-LINK-FOLLOWED"]),
]
FAULTS = {
    "webhookDuplicatePercent": 20,
    "webhookReorderPercent": 20,
    "webhookDelayMs": 5,
    "rules": [{"path": "/open/v1/payment-requests/{id}", "method": "GET", "percent": 10, "api": "ServerError"}],
}
simulator_port, sidecar_port, admin_port = (free_port() for _ in range(3))
connections = threading.local()


def check(title, is_true, details=""):
    print("passed" if is_true else "failed", f"The {language} listener {title}" + ("" if is_true else f" ({details})"))


def call(port, method, path, body=None):
    """Sends a request over the thread's own connection, which stays open. Returns the JSON of the response."""
    connection = connections.__dict__.setdefault(port, http.client.HTTPConnection("127.0.0.1", port, timeout=60))
    connection.request(method, path, body and json.dumps(body), {"Content-Type": "application/json"})
    response = connection.getresponse()
    content = response.read()
    if response.status >= 300:
        raise SystemExit(f"{method} {path}: {response.status} {content}")
    return json.loads(content or b"null")


def run_scenario(number):
    """Returns the ID of a new payment request and the events that the listener must receive for it."""
    actions, events = SCENARIOS[number % len(SCENARIOS)]
    request = {
        "amount": 12.5,
        "type": "ECOMM",
        "merchantTransactionId": f"{language}-{number:06}",
        "payer": {"name": "A. Payer", "email": "a@example.com"},
    }
    id = call(sidecar_port, "POST", "/open/v1/payment-requests", request)["id"]
    for action in actions:
        call(simulator_port, "POST", f"/_simulator/payment-requests/{id}/{action}")
    return id, events


def pay_others(payment_request):
    """Returns the IDs of a refund of the payment request and of a payment, with the events that the listener must receive for them."""
    body = {"amount": 1, "recipient": {"name": "A. Payer", "email": "a@example.com", "mobileNumber": "4165550100"}}
    refund = call(sidecar_port, "POST", f"/open/v1/payment-requests/{payment_request}/refunds", body)["id"]
    payment = call(sidecar_port, "POST", "/open/v1/payments", body)["id"]
    call(simulator_port, "POST", f"/_simulator/refunds/{refund}/pay")
    call(simulator_port, "POST", f"/_simulator/payments/{payment}/pay")
    return {refund: ["PAYMENT-COMPLETED"], payment: ["PAYMENT-COMPLETED"]}


def items(kind):
    return call(simulator_port, "GET", f"/_simulator/{kind}")["items"]


def deliveries():
    return call(simulator_port, "GET", "/_simulator/deliveries")["deliveries"]


def has_started():
    connection = http.client.HTTPConnection("127.0.0.1", admin_port, timeout=60)
    try:
        connection.request("GET", "/startupz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def check_results(expected):
    wait_until(lambda: all(delivery["status"] == "delivered" for delivery in deliveries()), 240, pause=0.5)
    delivered, seen, last_arrival = defaultdict(list), set(), {}
    for delivery in deliveries():
        id, outcomes = delivery["resourceId"], [attempt["outcome"] for attempt in delivery["attempts"]]
        if delivery["status"] == "delivered":
            delivered[id].append(delivery["eventType"])
            arrival = delivery["attempts"][outcomes.index("200")]["at"]
            seen |= {"reordered event"} if arrival < last_arrival.get(id, "") else set()
            last_arrival[id] = arrival
        seen |= {"repeated event"} if outcomes.count("200") == 2 else set()
        seen |= {"failed confirmation"} if "503" in outcomes else set()
    undelivered = {id: (events, delivered[id]) for id, events in expected.items() if delivered[id] != events}
    check(f"receives each of {sum(map(len, expected.values()))} events", not undelivered, list(undelivered.items())[:3])
    check("receives repeated and reordered events, and some of its confirmations fail", len(seen) == 3, seen)

    payment_requests = items("payment-requests")
    statuses, fulfilled = listener.stored()
    kinds = {"payment-request": payment_requests, "refund": items("refunds"), "payment": items("payments")}
    actual = {(kind, item["id"]): item["status"] for kind in kinds for item in kinds[kind]}
    wrong = [(key, status, statuses.get(key)) for key, status in actual.items() if statuses.get(key) != status]
    is_complete = len(payment_requests) == count and len(actual) == count + 2 and statuses == actual
    check(f"stores the status of each of {count} payment requests, of a refund and of a payment", is_complete, wrong[:3])
    paid = {item["id"]: item["merchantTransactionId"] for item in payment_requests if item["status"] == "PAID"}
    is_exact = fulfilled == paid and sorted(listener.printed()) == sorted(paid.items())
    check("fulfills each paid payment request once, and no others", is_exact, f"{len(paid)} paid, {len(listener.printed())} lines")


listener = Listener(language, folder, sidecar_port)
simulator = f"http://127.0.0.1:{simulator_port}"
simulate = [sidecar_program, "simulate", "--urls", simulator, "--webhook", f"http://127.0.0.1:{listener.port}/"]
settings = {
    "Clik2pay__Environment": "Custom", "Clik2pay__ApiBaseUrl": simulator, "Clik2pay__TokenEndpoint": f"{simulator}/oauth2/token",
    "Clik2pay__Username": "sandbox-username", "Clik2pay__Password": "sandbox-password", "Clik2pay__ApiKey": "sandbox-api-key",
    "Sidecar__Listen": f"http://127.0.0.1:{sidecar_port}", "Sidecar__Admin": f"http://127.0.0.1:{admin_port}",
}  # fmt: skip
with (
    listener,
    Program([*simulate, "--webhook-user", USER, "--webhook-password", PASSWORD], simulator_port, folder),
    Program([sidecar_program, "run"], sidecar_port, folder, **settings),
):
    if not wait_until(has_started, 60):
        raise SystemExit("The sidecar does not start.")
    call(simulator_port, "PUT", "/_simulator/faults", FAULTS)
    with ThreadPoolExecutor(4) as pool:
        expected = dict(pool.map(run_scenario, range(count)))
    expected |= pay_others(next(iter(expected)))
    check_results(expected)
