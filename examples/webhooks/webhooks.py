# Receives Clik2pay's webhooks, confirms each event through the sidecar, and records each paid payment request once.
# README.md lists the settings.
import base64, hmac, http.client, http.server, json, os, re, socket, sqlite3, sys, threading, time
from urllib.parse import urlsplit

RESOURCES = ("payment-request", "refund", "payment")
FINAL_STATUSES = ("FAILED", "CANCELLED", "ACCEPTED", "PAID", "SETTLED", "REFUNDED")
# In order of progress. A status never replaces a later one, and an unknown status never replaces a known one.
STATUSES = ("CREATED", "SCHEDULED", "READY", "ACTIVE", *FINAL_STATUSES)
UUID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
LARGEST_BODY, MOST_EVENTS, SECONDS_FOR_READS = 64 * 1024, 20, 8

sidecar = urlsplit(os.environ.get("CLIK2PAY_BASE_URL") or "http://127.0.0.1:8080")
if sidecar.scheme != "http" or not sidecar.netloc:
    raise SystemExit("CLIK2PAY_BASE_URL must start with http://.")
sidecar_headers = {}
if token_file := os.environ.get("CLIK2PAY_CALLER_TOKEN_FILE"):
    sidecar_headers["Clik2pay-Sidecar-Token"] = open(token_file).read().strip()
user, password = os.environ.get("WEBHOOK_USER"), os.environ.get("WEBHOOK_PASSWORD")
if not user or not password:
    raise SystemExit("Set WEBHOOK_USER and WEBHOOK_PASSWORD.")
authorization = b"Basic " + base64.b64encode(f"{user}:{password}".encode())
lock = threading.Lock()
database = sqlite3.connect("webhooks.db", check_same_thread=False)
database.executescript("""
    CREATE TABLE IF NOT EXISTS resources (type TEXT, id TEXT, status TEXT, progress INTEGER, PRIMARY KEY (type, id));
    CREATE TABLE IF NOT EXISTS fulfillments (id TEXT PRIMARY KEY, merchant_transaction_id TEXT);
""")


class InvalidEvent(Exception):
    pass


def write(stream, line):
    """Writes the line at once. print() writes the end of the line separately, so lines of different threads could mix."""
    stream.write(f"{line}\n")
    stream.flush()


def log(message):
    write(sys.stderr, message)


def loggable(name):
    """Returns a name from an event, without the characters that could forge a log line."""
    return re.sub("[^A-Za-z0-9-]", "?", name[:40]) if isinstance(name, str) else "?"


def parse(event):
    """Returns the resource type, the ID, the status of a refund or payment, and whether a payment request must have a final status.
    Returns None if the resource type is unknown."""
    if not isinstance(event, dict):
        raise InvalidEvent("Refused an event that is not an object")
    event_type, type, resource = event.get("eventType"), event.get("resourceType"), event.get("resource")
    names = f"{loggable(event_type)} of {loggable(type)}"
    if type not in RESOURCES:
        return log(f"Skipped an event of an unknown resource type: {names}")
    id, status = (resource.get("id"), resource.get("status")) if isinstance(resource, dict) else (None, None)
    # The ID becomes part of a path, so it must be a UUID.
    if not isinstance(id, str) or not re.fullmatch(UUID, id):
        raise InvalidEvent(f"Refused an event without a valid ID: {names}")
    if type == "payment-request":
        return type, id, None, event_type in ("PAYMENT-COMPLETED", "PAYMENT-FAILED")
    if not isinstance(status, str):
        raise InvalidEvent(f"Refused an event without a status: {names}")
    return type, id, status, False


def read(id, deadline):
    connection = http.client.HTTPConnection(sidecar.netloc, timeout=max(0.001, deadline - time.monotonic()))
    connection.connect()
    # The timeout applies to each socket operation. The timer applies to all of them together.
    timer = threading.Timer(deadline - time.monotonic(), connection.sock.shutdown, [socket.SHUT_RDWR])
    timer.start()
    try:
        connection.request("GET", f"/open/v1/payment-requests/{id}", headers=sidecar_headers)
        response = connection.getresponse()
        if response.status != 200:
            raise OSError(f"The response for payment request {id} is {response.status}")
        current = json.loads(response.read())
    finally:
        timer.cancel()
        connection.close()
    if str(current.get("id")).lower() != id.lower() or not isinstance(current.get("status"), str):
        raise ValueError(f"The response for payment request {id} has another ID or no status")
    return current


def handle(type, id, status, must_be_final, deadline):
    order = None
    if type == "payment-request":
        current = read(id, deadline)
        status, order = current["status"], current.get("merchantTransactionId")
        if must_be_final and status not in FINAL_STATUSES:
            raise ValueError(f"Payment request {id} has a completed or failed payment, but its status is {status}")
    record(type, id.lower(), status, order)


def record(type, id, status, order):
    progress = STATUSES.index(status) if status in STATUSES else -1
    fulfilled = 0
    with lock, database:  # one transaction, which is on disk when the block ends
        database.execute(
            "INSERT INTO resources VALUES (?, ?, ?, ?) ON CONFLICT (type, id) DO UPDATE"
            " SET status = excluded.status, progress = excluded.progress WHERE excluded.progress > progress",
            (type, id, status, progress),
        )
        if type == "payment-request" and status in ("PAID", "SETTLED"):
            fulfilled = database.execute("INSERT OR IGNORE INTO fulfillments VALUES (?, ?)", (id, order)).rowcount
    if fulfilled:
        write(sys.stdout, f"fulfilled {id} {order or '-'}")


class Listener(http.server.BaseHTTPRequestHandler):
    timeout = 10

    def do_POST(self):
        status = self.receive()
        self.send_response(status)  # also logs the status
        if status == 401:
            self.send_header("WWW-Authenticate", "Basic")
        self.end_headers()

    def receive(self):
        if not hmac.compare_digest(self.headers.get("Authorization", "").encode(), authorization):
            return 401
        try:
            body = self.read_body()
            if body is None:
                return 413
            events = json.loads(body)
        except (ValueError, RecursionError):
            return 400
        events = events if isinstance(events, list) else [events]
        if len(events) > MOST_EVENTS:
            return 413
        result, handled, deadline = 200, set(), time.monotonic() + SECONDS_FOR_READS
        for event in events:
            try:
                hint = parse(event)
                if hint and hint not in handled:
                    handled.add(hint)
                    handle(*hint, deadline)
            except InvalidEvent as error:
                log(error)
                result = max(result, 400)
            except Exception as error:
                log(error)
                result = 503  # The provider sends the events again.
        return result

    def read_body(self):
        """Returns None if the body is too large. Raises ValueError if a length is invalid."""
        if "Transfer-Encoding" not in self.headers:
            length = int(self.headers.get("Content-Length", 0))
            return self.rfile.read(length) if 0 <= length <= LARGEST_BODY else None
        body = b""
        while length := int(self.rfile.readline(1000).split(b";")[0], 16):
            if not 0 < length <= LARGEST_BODY - len(body):
                return None
            body += self.rfile.read(length)
            self.rfile.readline(1000)
        return body


port = int(os.environ.get("PORT", 8091))
server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Listener)
log(f"Listening on http://127.0.0.1:{port}")
server.serve_forever()
