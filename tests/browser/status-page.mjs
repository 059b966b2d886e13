// Checks the status page of a running demo in a real browser.
// Usage: node status-page.mjs CHROMIUM SCREENSHOTS PID   PID is the process group of the demo. The last check stops it.
// Prints "passed NAME" or "failed NAME: WHY" for each check.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const [executablePath, screenshots, group] = process.argv.slice(2);
const [admin, callers, simulator] = ['http://127.0.0.1:9090', 'http://127.0.0.1:8080', 'http://127.0.0.1:5080'];
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let failures = 0;
async function check(name, body) {
  try {
    await body();
    console.log(`passed ${name}`);
  } catch (e) {
    failures++;
    console.log(`failed ${name}: ${e.message}`);
  }
}

const browser = await chromium.launch({
  executablePath,
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
    '--disable-sync',
  ],
});

// Console messages, script errors, and requests to other addresses.
const problems = [];
async function open(options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on('console', line => problems.push(line.text()));
  page.on('pageerror', error => problems.push(`${error}`));
  page.on('request', request => {
    const url = request.url();
    if (!url.startsWith(admin) && !url.startsWith('data:')) problems.push(`request to ${url}`);
  });
  await page.goto(admin);
  return page;
}

async function violations(page) {
  await page.evaluate(axe);
  const result = await page.evaluate(() => globalThis.axe.run());
  return result.violations.map(violation => `${violation.id}: ${violation.nodes.map(node => node.html).join(', ')}`);
}

const call = (url, options) => fetch(url, options).then(response => response.text());
const waitForText = (page, text) => page.getByText(text, { exact: false }).first().waitFor({ timeout: 20_000 });

const light = await open({ colorScheme: 'light', viewport: { width: 900, height: 700 } });
const dark = await open({ colorScheme: 'dark', viewport: { width: 360, height: 740 }, isMobile: true });

await check('headings, state, meter and tables are accessible', async () => {
  assert.equal(await light.title(), 'Ready – Clik2pay Sidecar');
  assert.equal(await light.getByRole('heading', { level: 1 }).innerText(), 'Clik2pay Sidecar');
  const headings = await light.getByRole('heading', { level: 2 }).allInnerTexts();
  assert.deepEqual(headings, ['Access token', 'Last refreshes', 'Sharing', 'Responses since startup', 'Program']);
  const bar = light.getByRole('meter', { name: 'Access token' });
  const [value, max] = await bar.evaluate(meter => [meter.value, meter.max]);
  assert.equal(max, 3600);
  assert.ok(value > 3500 && value <= 3600, `${value}`);
  const columns = await light.getByRole('columnheader').allInnerTexts();
  assert.deepEqual(columns, ['Ended (UTC)', 'Trigger', 'Outcome', 'Duration', 'Response', 'Count']);
  assert.equal(await light.getByRole('row', { name: /startup success/ }).count(), 1);
});

for (const [name, page] of [['light', light], ['dark, on a phone', dark]]) {
  await check(`axe reports no violations: ${name}`, async () => assert.deepEqual(await violations(page), []));
  await check(`the page fits the width of the screen: ${name}`, async () =>
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)));
}

await check('the light and dark schemes differ', async () => {
  const background = page => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.notEqual(await background(light), await background(dark));
});

await check('an update keeps the focus and the document', async () => {
  const all = () => light.getByRole('row', { name: /^all/ }).innerText();
  const before = await all();
  await light.evaluate(() => { globalThis.mark = 1; });
  await light.getByRole('checkbox').focus();
  await call(`${callers}/open/v1/payment-requests`);
  const isUpdated = text => ![...document.querySelectorAll('tr')].some(row => row.innerText === text);
  await light.waitForFunction(isUpdated, before, { timeout: 20_000 });
  assert.equal(await light.evaluate(() => globalThis.mark), 1);
  assert.equal(await light.evaluate(() => document.activeElement.id), 'live');
});

await check('updates stop when the checkbox is cleared', async () => {
  await dark.getByRole('checkbox').uncheck();
  const before = await dark.locator('main').innerHTML();
  await call(`${callers}/open/v1/payment-requests`);
  let requests = 0;
  dark.on('request', () => requests++);
  await light.waitForResponse(`${admin}/`, { timeout: 20_000 });
  await light.waitForResponse(`${admin}/`, { timeout: 20_000 });
  assert.equal(requests, 0);
  assert.equal(await dark.locator('main').innerHTML(), before);
  await dark.getByRole('checkbox').check();
});

await check('an outage is shown with its reason and announced to screen readers', async () => {
  await call(`${simulator}/_simulator/faults`, { method: 'PUT', body: '{"tokenEndpoint":"Refusing"}' });
  await call(`${simulator}/_simulator/revoke-tokens`, { method: 'POST' });
  await call(`${callers}/open/v1/payment-requests`);
  await light.waitForFunction(() => document.title.startsWith('Not ready'), null, { timeout: 40_000 });
  await waitForText(light, 'refused the username or the password');
  await waitForText(light, 'There is no valid access token');
  assert.equal(await light.getByRole('status').innerText(), 'Not ready – Clik2pay Sidecar');
  assert.deepEqual(await violations(light), []);
  await dark.waitForFunction(() => document.title.startsWith('Not ready'), null, { timeout: 40_000 });
  assert.deepEqual(await violations(dark), []);
});

await light.screenshot({ path: `${screenshots}/light.png`, fullPage: true });
await dark.screenshot({ path: `${screenshots}/dark.png`, fullPage: true });

await check('a response of another server does not replace the page, and the next update does', async () => {
  await dark.route(`${admin}/`, route => route.fulfill({ status: 503, contentType: 'text/html', body: '<h1>no</h1>' }), { times: 1 });
  await dark.waitForFunction(() => document.body.classList.contains('stale'), null, { timeout: 20_000 });
  assert.equal(await dark.getByRole('heading', { level: 1 }).innerText(), 'Clik2pay Sidecar');
  await dark.waitForFunction(() => !document.body.classList.contains('stale'), null, { timeout: 20_000 });
  problems.splice(0, Infinity, ...problems.filter(line => !line.includes('503')));
});

await check('without scripts the page reloads itself', async () => {
  const plain = await open({ javaScriptEnabled: false });
  assert.equal(await plain.locator('noscript meta[http-equiv=refresh]').count(), 1);
  assert.equal(await plain.getByRole('checkbox').count(), 0);
});

await check('the page sends no requests to other addresses, and the console stays empty', async () => assert.deepEqual(problems, []));

await check('a stopped sidecar is reported, and the page is marked as stale', async () => {
  process.kill(-Number(group), 'SIGTERM');
  await light.waitForFunction(() => document.body.classList.contains('stale'), null, { timeout: 40_000 });
  assert.equal(await light.getByRole('status').innerText(), 'The sidecar does not respond. This page is out of date.');
});

await browser.close();
process.exit(failures === 0 ? 0 : 1);
