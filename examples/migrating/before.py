# An application that obtains its access tokens itself. For each order, it creates a payment request and reads it.
import base64, json, os, pathlib, sys, urllib.request


def access_token():
    credentials = base64.b64encode(f"{os.environ['CLIK2PAY_USERNAME']}:{os.environ['CLIK2PAY_PASSWORD']}".encode()).decode()
    request = urllib.request.Request(
        os.environ["CLIK2PAY_TOKEN_ENDPOINT"],
        data=b"grant_type=client_credentials&scope=payment_request/all",
        headers={"Authorization": f"Basic {credentials}"},
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)["access_token"]


def call(path, body=None):
    request = urllib.request.Request(
        os.environ["CLIK2PAY_API"] + path,
        data=body and json.dumps(body).encode(),
        headers={
            "Content-Type": "application/json",
            "Authorization": f"Bearer {access_token()}",
            "x-api-key": os.environ["CLIK2PAY_API_KEY"],
        },
    )
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
