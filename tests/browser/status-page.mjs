// Checks the status page of a running demo in a real browser. The last check stops the demo. For the usage, see browser.mjs.
import assert from 'node:assert/strict';
import { admin, callers, check, end, fitsWidth, forgive, group, open, problems, screenshots, simulator, violations } from './browser.mjs';

const call = (url, options) => fetch(url, options).then(response => response.text());
const waitForText = (page, text) => page.getByText(text, { exact: false }).first().waitFor({ timeout: 20_000 });

const light = await open(admin, { colorScheme: 'light', viewport: { width: 900, height: 700 } });
const dark = await open(admin, { colorScheme: 'dark', viewport: { width: 360, height: 740 }, isMobile: true });

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
  await check(`the page fits the width of the screen: ${name}`, async () => assert.ok(await fitsWidth(page)));
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
  forgive('503');
});

await check('without scripts the page reloads itself', async () => {
  const plain = await open(admin, { javaScriptEnabled: false });
  assert.equal(await plain.locator('noscript meta[http-equiv=refresh]').count(), 1);
  assert.equal(await plain.getByRole('checkbox').count(), 0);
});

await check('the page sends no requests to other addresses, and the console stays empty', async () => assert.deepEqual(problems, []));

await check('a stopped sidecar is reported, and the page is marked as stale', async () => {
  process.kill(-Number(group), 'SIGTERM');
  await light.waitForFunction(() => document.body.classList.contains('stale'), null, { timeout: 40_000 });
  assert.equal(await light.getByRole('status').innerText(), 'The sidecar does not respond. This page is out of date.');
});

await end();
