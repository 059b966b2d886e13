"""A server that replaces the sidecar in the checks of the listeners."""

import http.server, json, threading, time, uuid


class Sidecar(http.server.BaseHTTPRequestHandler):
    """Responds to a GET according to the entry for the ID in `responses`: a status of the payment request, or a function."""

    requests, responses, tokens = [], {}, set()

    def do_GET(self):
        self.requests.append(self.id)
        self.tokens.add(self.headers.get("Clik2pay-Sidecar-Token"))
        response = self.responses.get(self.id, "CREATED")
        if callable(response):
            response = response(self)
        if response:
            self.respond(200, payment_request(self.id, response))

    @property
    def id(self):
        return self.path.removeprefix("/open/v1/payment-requests/")

    def respond(self, status, body):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """Does not print anything if a listener closes its connection."""


def start():
    """Returns the port."""
    server = Server(("127.0.0.1", 0), Sidecar)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def payment_request(id, status):
    return json.dumps({"id": id, "status": status, "merchantTransactionId": f"ORDER-{id[:8].lower()}"})


def new(response):
    """Returns the ID of a new payment request for which the sidecar has this response."""
    id = str(uuid.uuid4())
    Sidecar.responses[id] = Sidecar.responses[id.upper()] = response
    return id


def requests(ids):
    """Returns the number of requests for these payment requests."""
    return sum(id.lower() in ids for id in Sidecar.requests)


def drip(call):
    """Sends a valid response in pieces over 60 s, so that no single socket operation takes long."""
    call.send_response(200)
    call.end_headers()
    for _ in range(120):
        call.wfile.write(b" ")
        time.sleep(0.5)
    call.wfile.write(payment_request(call.id, "PAID").encode())
