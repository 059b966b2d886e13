"""A server that responds to each create depending on the letter in the order number. Prints the path and the letter of each request.

Usage: responses.py PORT FILE   A header contains a shell command that would create FILE. No client may run it.
"""

import collections, http.server, json, socket, struct, sys

INJECTION = "a[$(touch " + sys.argv[2] + ")]"
BUSY = {"Clik2pay-Sidecar-Error": "token_unavailable"}
BAD_REQUEST = (400, {}, "{}")
created = (201, {}, json.dumps({"id": "1-2-3", "status": "CREATED"}))
creates = {
    "H": [(503, BUSY | {"Retry-After": INJECTION}, '{"sent":"no"}'), (503, BUSY | {"Retry-After": "0"}, '{"sent":"no"}'), created],
    "I": [(307, {"Location": "/elsewhere"}, ""), created],
    "J": [(500, {"Clik2pay-Sidecar-Error": "internal_error"}, ""), BAD_REQUEST],
    "K": [(201, {}, ""), (201, {}, "[]"), BAD_REQUEST],
    "L": [(201, {}, '{"id":"none"}')],
    "M": [None, BAD_REQUEST],
    "N": [BAD_REQUEST],
}
counts = collections.Counter()


def log(line):
    """Writes the line at once. print() writes the end of the line separately, so lines of different threads could mix."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Responses(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["merchantTransactionId"]
        letter = order.split("-")[1]
        log(f"{self.path} {letter}")
        response = creates[letter][counts[order]]
        counts[order] += 1
        if response:
            self.respond(*response)
        else:  # closes with a TCP reset
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True

    def do_GET(self):
        log(self.path)
        self.respond(*(created if self.path.endswith("/1-2-3") else (404, {}, "{}")))

    def respond(self, status, headers, body):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Responses).serve_forever()
