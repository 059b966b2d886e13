// An application that obtains its access token with the library simple-oauth2. It creates a payment request for each order.
import { ClientCredentials } from 'simple-oauth2';

const { CLIK2PAY_API, CLIK2PAY_TOKEN_ENDPOINT, CLIK2PAY_USERNAME, CLIK2PAY_PASSWORD, CLIK2PAY_API_KEY } = process.env;

function fail(message) {
  console.error(message);
  process.exit(1);
}

const endpoint = new URL(CLIK2PAY_TOKEN_ENDPOINT);
const client = new ClientCredentials({
  client: { id: CLIK2PAY_USERNAME, secret: CLIK2PAY_PASSWORD },
  auth: { tokenHost: endpoint.origin, tokenPath: endpoint.pathname },
});
let token;
try {
  ({ token } = await client.getToken({ scope: 'payment_request/all' }, { timeout: 10_000 }));
} catch (error) {
  fail(`No access token: ${error.data?.payload?.error ?? error.message}`);
}

for (const order of process.argv.slice(2)) {
  const payer = { name: 'A. Payer', email: 'a@example.com' };
  const response = await fetch(`${CLIK2PAY_API}/open/v1/payment-requests`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token.access_token}`, 'x-api-key': CLIK2PAY_API_KEY },
    body: JSON.stringify({ amount: 12.5, type: 'ECOMM', merchantTransactionId: order, payer }),
    signal: AbortSignal.timeout(70_000),
  });
  if (!response.ok) fail(`${order} ${response.status} ${await response.text()}`);
  const created = await response.json();
  console.log(order, created.id, created.status);
}
