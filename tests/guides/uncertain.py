"""A server in front of the sidecar that forwards each request, but responds to each successful create with a 504.

Usage: uncertain.py PORT
"""

import http.client, http.server, sys

TIMEOUT = (
    b'{"code":"upstream_timeout","sent":"maybe",'
    b'"detail":"The provider may have processed the request. Check its status before you retry."}'
)


class Uncertain(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        sidecar = http.client.HTTPConnection("127.0.0.1", 8080)
        request = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        sidecar.request(self.command, self.path, request, {"content-type": "application/json"})
        response = sidecar.getresponse()
        status, body = response.status, response.read()
        lost = self.command == "POST" and status == 201
        if lost:
            status, body = 504, TIMEOUT
        self.send_response(status)
        if lost:
            self.send_header("Clik2pay-Sidecar-Error", "upstream_timeout")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Uncertain).serve_forever()
