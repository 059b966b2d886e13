// Looks at the status page of a running demo in a real browser.
// Usage: node status-page.mjs CHROMIUM SCREENSHOTS PID   PID is the demo's process group, which is ended at the end.
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
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

const complaints = [];
async function open(options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on('console', line => complaints.push(line.text()));
  page.on('pageerror', error => complaints.push(`${error}`));
  page.on('request', request => { if (!request.url().startsWith(admin) && !request.url().startsWith('data:')) complaints.push(`asked for ${request.url()}`); });
  await page.goto(admin);
  return page;
}

async function violations(page) {
  await page.evaluate(axe);
  const result = await page.evaluate(() => globalThis.axe.run());
  return result.violations.map(violation => `${violation.id}: ${violation.nodes.map(node => node.html).join(', ')}`);
}

const call = (url, options) => fetch(url, options).then(answer => answer.text());
const sees = (page, text) => page.getByText(text, { exact: false }).first().waitFor({ timeout: 20_000 });

const light = await open({ colorScheme: 'light', viewport: { width: 900, height: 700 } });
const dark = await open({ colorScheme: 'dark', viewport: { width: 360, height: 740 }, isMobile: true });

await check('a screen reader finds headings, state, bar and tables', async () => {
  assert.equal(await light.title(), 'Ready – Clik2pay Sidecar');
  assert.equal(await light.getByRole('heading', { level: 1 }).innerText(), 'Clik2pay Sidecar');
  assert.deepEqual(await light.getByRole('heading', { level: 2 }).allInnerTexts(), ['Access token', 'Last refreshes', 'Sharing', 'Answers since the start', 'Program']);
  const bar = light.getByRole('meter', { name: 'Access token' });
  const [value, max] = await bar.evaluate(meter => [meter.value, meter.max]);
  assert.equal(max, 3600);
  assert.ok(value > 3500 && value <= 3600, `${value}`);
  assert.deepEqual(await light.getByRole('columnheader').allInnerTexts(), ['Ended (UTC)', 'Begun because', 'Outcome', 'Took', 'Answer', 'Count']);
  assert.equal(await light.getByRole('row', { name: /startup success/ }).count(), 1);
});

for (const [name, page] of [['light', light], ['dark, on a phone', dark]]) {
  await check(`axe finds nothing to complain of: ${name}`, async () => assert.deepEqual(await violations(page), []));
  await check(`nothing is wider than the screen: ${name}`, async () =>
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)));
}

await check('light and dark differ', async () => {
  const back = page => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.notEqual(await back(light), await back(dark));
});

await check('it renews itself and keeps what the reader has done', async () => {
  const all = () => light.getByRole('row', { name: /^all/ }).innerText();
  const before = await all();
  await light.evaluate(() => { globalThis.mark = 1; });
  await light.getByRole('checkbox').focus();
  await call(`${callers}/open/v1/payment-requests`);
  await light.waitForFunction(text => ![...document.querySelectorAll('tr')].some(row => row.innerText === text), before, { timeout: 20_000 });
  assert.equal(await light.evaluate(() => globalThis.mark), 1);
  assert.equal(await light.evaluate(() => document.activeElement.id), 'live');
});

await check('it stops when it is told to', async () => {
  await dark.getByRole('checkbox').uncheck();
  const before = await dark.locator('main').innerHTML();
  await call(`${callers}/open/v1/payment-requests`);
  let asked = 0;
  dark.on('request', () => asked++);
  await light.waitForResponse(`${admin}/`, { timeout: 20_000 });
  await light.waitForResponse(`${admin}/`, { timeout: 20_000 });
  assert.equal(asked, 0);
  assert.equal(await dark.locator('main').innerHTML(), before);
  await dark.getByRole('checkbox').check();
});

await check('an outage is told with its reason, to a screen reader too', async () => {
  await call(`${simulator}/_simulator/faults`, { method: 'PUT', body: '{"tokenEndpoint":"Refusing"}' });
  await call(`${simulator}/_simulator/revoke-tokens`, { method: 'POST' });
  await call(`${callers}/open/v1/payment-requests`);
  await light.waitForFunction(() => document.title.startsWith('Not ready'), null, { timeout: 40_000 });
  await sees(light, 'refused the username or the password');
  await sees(light, 'None is held');
  assert.equal(await light.getByRole('status').innerText(), 'Not ready – Clik2pay Sidecar');
  assert.deepEqual(await violations(light), []);
  await dark.waitForFunction(() => document.title.startsWith('Not ready'), null, { timeout: 40_000 });
  assert.deepEqual(await violations(dark), []);
});

await light.screenshot({ path: `${screenshots}/light.png`, fullPage: true });
await dark.screenshot({ path: `${screenshots}/dark.png`, fullPage: true });

await check('an answer of somebody else is not taken for the page, and the next one is', async () => {
  await dark.route(`${admin}/`, route => route.fulfill({ status: 503, contentType: 'text/html', body: '<h1>no</h1>' }), { times: 1 });
  await dark.waitForFunction(() => document.body.classList.contains('stale'), null, { timeout: 20_000 });
  assert.equal(await dark.getByRole('heading', { level: 1 }).innerText(), 'Clik2pay Sidecar');
  await dark.waitForFunction(() => !document.body.classList.contains('stale'), null, { timeout: 20_000 });
  complaints.splice(0, Infinity, ...complaints.filter(line => !line.includes('503')));
});

await check('without scripts it renews itself all the same', async () => {
  const plain = await open({ javaScriptEnabled: false });
  assert.equal(await plain.locator('noscript meta[http-equiv=refresh]').count(), 1);
  assert.equal(await plain.getByRole('checkbox').count(), 0);
});

await check('nothing is asked of anybody else, and the policy is never broken', async () => assert.deepEqual(complaints, []));

await check('a sidecar that is gone is told, and what is shown is marked as old', async () => {
  process.kill(-Number(group), 'SIGTERM');
  await light.waitForFunction(() => document.body.classList.contains('stale'), null, { timeout: 40_000 });
  assert.equal(await light.getByRole('status').innerText(), 'The sidecar does not answer; what is shown is old.');
});

await browser.close();
process.exit(failures === 0 ? 0 : 1);
