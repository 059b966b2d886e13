// Creates a payment request through the sidecar, reads it, and prints its id and status. README.md lists the exit codes.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

function fail(exitCode, message) {
  console.error(message);
  process.exit(exitCode);
}

const [order] = process.argv.slice(2);
if (process.argv.length !== 3 || !/^[A-Za-z0-9._-]{6,32}$/.test(order)) {
  fail(2, "Usage: node pay.mjs ORDER (6 to 32 letters, digits, '.', '_' or '-')");
}
const base = process.env.CLIK2PAY_BASE_URL || "http://127.0.0.1:8080";
if (!/^http:\/\/[A-Za-z0-9.:[\]-]+$/.test(base)) fail(2, "CLIK2PAY_BASE_URL must be http://HOST:PORT");
const headers = { "content-type": "application/json" };
const tokenFile = process.env.CLIK2PAY_CALLER_TOKEN_FILE;
if (tokenFile) {
  let token = "";
  try {
    token = readFileSync(tokenFile, "utf8").trim();
  } catch {}
  if (!/^[!-~]+$/.test(token)) fail(2, "CLIK2PAY_CALLER_TOKEN_FILE must name a file that contains one token");
  headers["Clik2pay-Sidecar-Token"] = token;
}

/** The request was not carried out. The status is the provider's, or undefined if the provider did not respond. */
class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

function parse(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

/** Returns the payment request. Throws Refused if the request was not carried out, and another error if it may have been. */
async function call(method, path, body) {
  const giveUp = Date.now() + 60_000;
  for (;;) {
    let status, code, message, wait, notProcessed;
    try {
      const options = { method, headers, body: body && JSON.stringify(body), redirect: "manual", signal: AbortSignal.timeout(70_000) };
      const response = await fetch(base + path, options);
      const text = await response.text();
      const fields = parse(text);
      if (response.ok && typeof fields.id === "string" && /^[A-Za-z0-9._-]+$/.test(fields.id)) return fields;
      status = response.status;
      code = response.headers.get("Clik2pay-Sidecar-Error");
      wait = response.headers.get("Retry-After");
      notProcessed = ["token_unavailable", "credentials_refused"].includes(code) || (code && status >= 500 && fields.sent === "no");
      message = `${status} ${code ?? "of the provider"}: ${text}`;
    } catch (e) {
      if (!["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"].includes(e.cause?.code)) throw new Error(e.cause?.message || e.message);
      notProcessed = true;
      code = "no connection";
      message = `no connection: ${e.cause.message || e.cause.code}`;
    }
    if (!notProcessed && (status >= 500 || status < 300)) throw new Error(message);
    wait = /^[0-9]{1,4}$/.test(wait) ? Math.max(Number(wait), 1) : 5;
    if (!notProcessed || Date.now() + wait * 1000 >= giveUp) throw new Refused(message, code ? undefined : status);
    console.error(`not processed (${code}), again in ${wait} s`);
    await sleep(wait * 1000);
  }
}

async function create(order) {
  const payer = { name: "A. Payer", email: "a@example.com" };
  const body = { amount: 12.5, type: "ECOMM", merchantTransactionId: order, payer };
  try {
    return await call("POST", "/open/v1/payment-requests", body);
  } catch (e) {
    if (e instanceof Refused) throw e;
    console.error(e.message);
  }
  await sleep(5000);
  try {
    return await call("POST", "/open/v1/payment-requests", body); // cannot create a second payment request
  } catch (e) {
    console.error(e.message);
    if ([400, 409, 422].includes(e.status))
      fail(3, `${order}: may exist: the provider refused the second create; check a webhook or the portal before you create it again`);
    throw new Error(`${order}: outcome unknown; run the program again later with the same order number`);
  }
}

try {
  const created = await create(order);
  // Store created.id together with the order.
  const { id, status } = await call("GET", `/open/v1/payment-requests/${created.id}`);
  console.log(id, status);
} catch (e) {
  fail(1, e.message);
}
