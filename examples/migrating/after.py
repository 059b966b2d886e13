# The application of before.py, calling Clik2pay through the sidecar.
import json, pathlib, sys, urllib.request


def call(path, body=None):
    data = body and json.dumps(body).encode()
    request = urllib.request.Request("http://127.0.0.1:8080" + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=70) as response:
        return json.load(response)


for order in sys.argv[1:]:
    stored = pathlib.Path(f"{order}.id")
    if not stored.exists():
        payer = {"name": "A. Payer", "email": "a@example.com"}
        created = call("/open/v1/payment-requests", {"amount": 12.5, "type": "ECOMM", "merchantTransactionId": order, "payer": payer})
        stored.write_text(created["id"])
    read = call(f"/open/v1/payment-requests/{stored.read_text()}")
    print(order, read["id"], read["status"])
