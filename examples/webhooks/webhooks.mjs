// Receives Clik2pay's webhooks, confirms each event through the sidecar, and records each paid payment request once.
// README.md lists the settings.
import { createHash, timingSafeEqual } from "node:crypto";
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";

const resourceTypes = ["payment-request", "refund", "payment"];
const finalStatuses = ["FAILED", "CANCELLED", "ACCEPTED", "PAID", "SETTLED", "REFUNDED"];
// In order of progress. A status never replaces a later one, and an unknown status never replaces a known one.
const statuses = ["CREATED", "SCHEDULED", "READY", "ACTIVE", ...finalStatuses];
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const [largestBody, mostEvents, millisecondsForReads] = [64 * 1024, 20, 8000];

const sidecar = process.env.CLIK2PAY_BASE_URL || "http://127.0.0.1:8080";
if (!sidecar.startsWith("http://")) throw new Error("CLIK2PAY_BASE_URL must start with http://.");
const sidecarHeaders = {};
const tokenFile = process.env.CLIK2PAY_CALLER_TOKEN_FILE;
if (tokenFile) sidecarHeaders["Clik2pay-Sidecar-Token"] = readFileSync(tokenFile, "utf8").trim();
const { WEBHOOK_USER: user, WEBHOOK_PASSWORD: password } = process.env;
if (!user || !password) throw new Error("Set WEBHOOK_USER and WEBHOOK_PASSWORD.");
// timingSafeEqual requires equal lengths, which hashes have.
const hash = (text) => createHash("sha256").update(text).digest();
const authorization = hash(`Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`);
mkdirSync("webhooks", { recursive: true });
const folder = openSync("webhooks", "r");

class InvalidEvent extends Error {}

/** Returns a name from an event, without the characters that could forge a log line. */
const loggable = (name) => (typeof name === "string" ? name.slice(0, 40).replace(/[^A-Za-z0-9-]/g, "?") : "?");

/** Returns undefined if the text is not valid JSON. The log must not contain the message of JSON.parse, which can quote personal data. */
function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns the parts of an event that the listener needs, or undefined if the resource type is unknown. */
function parse(event) {
  if (event === null || typeof event !== "object" || Array.isArray(event)) {
    throw new InvalidEvent("Refused an event that is not an object");
  }
  const { eventType, resourceType: type, resource } = event;
  const names = `${loggable(eventType)} of ${loggable(type)}`;
  if (!resourceTypes.includes(type)) {
    console.error(`Skipped an event of an unknown resource type: ${names}`);
    return undefined;
  }
  const { id, status } = resource ?? {};
  // The ID becomes part of a path, so it must be a UUID.
  if (typeof id !== "string" || !uuid.test(id)) throw new InvalidEvent(`Refused an event without a valid ID: ${names}`);
  if (type === "payment-request") {
    return { type, id, mustBeFinal: ["PAYMENT-COMPLETED", "PAYMENT-FAILED"].includes(eventType) };
  }
  if (typeof status !== "string") throw new InvalidEvent(`Refused an event without a status: ${names}`);
  return { type, id, status };
}

async function read(id, signal) {
  const options = { headers: sidecarHeaders, redirect: "manual", signal };
  const response = await fetch(new URL(`/open/v1/payment-requests/${id}`, sidecar), options);
  const current = parseJson(await response.text());
  if (response.status !== 200) throw new Error(`The response for payment request ${id} is ${response.status}`);
  if (String(current?.id).toLowerCase() !== id.toLowerCase() || typeof current.status !== "string") {
    throw new Error(`The response for payment request ${id} has another ID or no status`);
  }
  return current;
}

async function handle({ type, id, status, mustBeFinal }, signal) {
  let order;
  if (type === "payment-request") {
    ({ status, merchantTransactionId: order } = await read(id, signal));
    if (mustBeFinal && !finalStatuses.includes(status)) {
      throw new Error(`Payment request ${id} has a completed or failed payment, but its status is ${status}`);
    }
  }
  record(type, id.toLowerCase(), status, order);
}

/** Does not await anything, so no other event is handled in the meantime. */
function record(type, id, status, order) {
  const file = `webhooks/${type}-${id}.json`;
  const stored = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { fulfilled: false };
  const isLater = !stored.status || statuses.indexOf(status) > statuses.indexOf(stored.status);
  const fulfills = type === "payment-request" && ["PAID", "SETTLED"].includes(status) && !stored.fulfilled;
  if (!isLater && !fulfills) return;
  const fulfilled = fulfills || stored.fulfilled;
  write(file, JSON.stringify({ status: isLater ? status : stored.status, fulfilled, order: order ?? stored.order }));
  if (fulfills) console.log("fulfilled", id, order ?? "-");
}

/** Replaces a file. After a crash, the file has its old or its new content. */
function write(file, content) {
  const next = openSync(`${file}.new`, "w");
  try {
    writeFileSync(next, content);
    fsyncSync(next);
  } finally {
    closeSync(next);
  }
  renameSync(`${file}.new`, file);
  fsyncSync(folder);
}

/** Resolves to undefined if the body is too large. */
function readBody(request) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    let length = 0;
    request.on("data", (chunk) => {
      length += chunk.length;
      if (length > largestBody) resolve(undefined);
      else chunks.push(chunk);
    });
    request.on("end", () => resolve(Buffer.concat(chunks).toString()));
    request.on("error", reject);
  });
}

async function receive(request) {
  if (!timingSafeEqual(hash(request.headers.authorization ?? ""), authorization)) return 401;
  if (request.method !== "POST") return 405;
  const body = await readBody(request);
  if (body === undefined) return 413;
  const parsed = parseJson(body);
  const events = Array.isArray(parsed) ? parsed : [parsed];
  if (events.length > mostEvents) return 413;
  let result = 200;
  const handled = new Set();
  const signal = AbortSignal.timeout(millisecondsForReads);
  for (const event of events) {
    try {
      const hint = parse(event);
      const key = JSON.stringify(hint);
      if (!hint || handled.has(key)) continue;
      handled.add(key);
      await handle(hint, signal);
    } catch (error) {
      console.error(error.message);
      // After 503, the provider sends the events again.
      result = Math.max(result, error instanceof InvalidEvent ? 400 : 503);
    }
  }
  return result;
}

const port = Number(process.env.PORT ?? 8091);
createServer(async (request, response) => {
  const status = await receive(request).catch(() => 400);
  if (status !== 200) console.error(`Responded with ${status}`);
  response.writeHead(status, { connection: "close", ...(status === 401 && { "www-authenticate": "Basic" }) }).end();
}).listen(port, "127.0.0.1", () => console.log(`Listening on http://127.0.0.1:${port}`));
