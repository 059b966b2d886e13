# An application that obtains its access token with the library requests-oauthlib. It creates a payment request for each order.
import os, sys

from oauthlib.oauth2 import BackendApplicationClient, OAuth2Error
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

username, password = os.environ["CLIK2PAY_USERNAME"], os.environ["CLIK2PAY_PASSWORD"]
session = OAuth2Session(client=BackendApplicationClient(username, scope="payment_request/all"))
session.headers["x-api-key"] = os.environ["CLIK2PAY_API_KEY"]
try:
    session.fetch_token(os.environ["CLIK2PAY_TOKEN_ENDPOINT"], auth=HTTPBasicAuth(username, password), timeout=10)
except OAuth2Error as error:
    sys.exit(f"No access token: {error.error}")

for order in sys.argv[1:]:
    payer = {"name": "A. Payer", "email": "a@example.com"}
    payment_request = {"amount": 12.5, "type": "ECOMM", "merchantTransactionId": order, "payer": payer}
    response = session.post(os.environ["CLIK2PAY_API"] + "/open/v1/payment-requests", json=payment_request, timeout=70)
    if not response.ok:
        sys.exit(f"{order} {response.status_code} {response.text}")
    created = response.json()
    print(order, created["id"], created["status"])
