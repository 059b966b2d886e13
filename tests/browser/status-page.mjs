// Checks the status page of a running demo in a real browser. The last check stops the demo. For the usage, see browser.mjs.
// The variable TEST_SIDECAR names the program, for a second sidecar.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  admin, callers, check, colors, end, fitsWidth, forgive, group, isSeen, open, problems, screenshots, simulator, violations,
} from './browser.mjs';

const paymentRequests = `${callers}/open/v1/payment-requests`;
const call = (url, options) => fetch(url, options).then(response => response.text());
const get = () => call(paymentRequests);
const create = () => call(paymentRequests, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ amount: 12.5, type: 'ECOMM', payer: { name: 'A. Payer', email: 'a@example.com' } }),
});
const faults = body => call(`${simulator}/_simulator/faults`, { method: 'PUT', body: JSON.stringify(body) });
const revoke = () => call(`${simulator}/_simulator/revoke-tokens`, { method: 'POST' });
const waitForText = (page, text) => page.getByText(text, { exact: false }).first().waitFor({ timeout: 20_000 });
const waitForTitle = (page, title) => page.waitForFunction(start => document.title.startsWith(start), title, { timeout: 40_000 });
const styleOf = (locator, name) => locator.evaluate((element, property) => getComputedStyle(element)[property], name);
const icon = page => page.locator('link[rel=icon]').getAttribute('href');
const lost = 'Not responding – Clik2pay Sidecar';

// Announcements to screen readers disappear with the next update, so a page records them.
const recordAnnouncements = page => page.evaluate(() => {
  const news = document.getElementById('news');
  globalThis.announced = [];
  new MutationObserver(() => globalThis.announced.push(news.textContent)).observe(news, { childList: true, subtree: true });
});
const lastAnnouncement = page => page.evaluate(() => globalThis.announced.filter(text => text !== '').at(-1));

const helpLinks = new Set();

// A picture from the top of the page to the end of a section.
async function picture(page, name, sections) {
  const { y, height } = await page.locator('section').nth(sections - 1).boundingBox();
  const clip = { x: 0, y: 0, width: 900, height: Math.ceil(y + height) + 12 };
  await page.screenshot({ path: `${screenshots}/${name}.png`, clip, fullPage: true });
}

const collectHelp = async page =>
  (await page.locator('main a[href^="troubleshooting#"]').evaluateAll(links => links.map(link => link.getAttribute('href'))))
    .forEach(href => helpLinks.add(href));

// Traffic for the pictures: many successes, one replaced token, one server error of the provider, one unknown path.
for (let i = 0; i < 240; i++) await create();
await revoke();
await get();
await faults({ rules: [{ path: '/open/v1/{**rest}', api: 'ServerError', first: 1 }] });
await get();
await faults({});
await call(`${callers}/elsewhere`);

const light = await open(admin, { colorScheme: 'light', viewport: { width: 900, height: 860 } });
await recordAnnouncements(light);
const wide = await open(admin, { colorScheme: 'dark', viewport: { width: 900, height: 860 } });
const dark = await open(admin, { colorScheme: 'dark', viewport: { width: 360, height: 740 }, isMobile: true });

await check('headings, state, meter and tables are accessible', async () => {
  assert.equal(await light.title(), 'Ready – Clik2pay Sidecar');
  assert.equal(await light.getByRole('heading', { level: 1 }).innerText(), 'Clik2pay Sidecar');
  const headings = await light.getByRole('heading', { level: 2 }).allInnerTexts();
  assert.deepEqual(headings, ['Access token', 'Last refreshes', 'Responses since startup', 'Sharing', 'Program']);
  const bar = light.getByRole('meter', { name: 'Access token' });
  const [value, max] = await bar.evaluate(meter => [meter.value, meter.max]);
  assert.equal(max, 3600);
  assert.ok(value > 3500 && value <= 3600, `${value}`);
  const columns = await light.getByRole('columnheader').allInnerTexts();
  assert.deepEqual(columns, ['Ended (UTC)', 'Trigger', 'Outcome', 'Duration', 'Response', 'Count']);
  assert.equal(await light.getByRole('row', { name: /Startup Success/ }).count(), 1);
  assert.equal(await light.getByRole('row', { name: /Token rejected with 401 Success/ }).count(), 1);
});

await check('a ready sidecar is green, and nothing is red', async () => {
  const { green, red } = await colors(light);
  assert.ok(green > 0.05, `${green} of the page is green`);
  assert.ok(red < 0.001, `${red} of the page is red`);
  assert.ok(await isSeen(light.getByText('Ready', { exact: true })));
});

await check('the environment is next to the title', async () => {
  const badge = light.locator('.badge');
  assert.match(await badge.innerText(), /Custom$/);
  assert.ok(await isSeen(badge));
  assert.equal(await styleOf(badge, 'borderTopStyle'), 'dashed');
});

await check('the share of errors is a percentage', async () => {
  const share = (name, page = light) => page.locator('dt', { hasText: name }).locator('xpath=following-sibling::dd[1]').innerText();
  assert.equal(await share('Errors that the sidecar returned'), '0');
  assert.equal(await share('Server errors of Clik2pay'), '0.4% (1)');
});

for (const [name, page] of [['light', light], ['dark, on a phone', dark]]) {
  await check(`axe reports no violations: ${name}`, async () => assert.deepEqual(await violations(page), []));
  await check(`the page fits the width of the screen: ${name}`, async () => assert.ok(await fitsWidth(page)));
}

await check('the light and dark schemes differ', async () => {
  const background = page => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.notEqual(await background(light), await background(dark));
});

await picture(light, 'status-light', 3);
await picture(wide, 'status-dark', 3);

await check('an update keeps the document, and the focus on a control or on a link in the main part', async () => {
  const counted = () => light.getByRole('row', { name: /upstream_2xx/ }).innerText();
  await light.evaluate(() => { globalThis.mark = 1; });
  for (const focused of [light.getByRole('checkbox'), light.locator('main a').last(), light.getByRole('region')]) {
    const before = await counted();
    await focused.focus();
    const name = await focused.evaluate(element => element.outerHTML.slice(0, 60));
    await create();
    const isUpdated = text => ![...document.querySelectorAll('tr')].some(row => row.innerText === text);
    await light.waitForFunction(isUpdated, before, { timeout: 20_000 });
    assert.equal(await light.evaluate(() => document.activeElement.outerHTML.slice(0, 60)), name);
  }
  assert.equal(await light.evaluate(() => globalThis.mark), 1);
});

await check('ages grow between updates and have the full date on hover', async () => {
  await light.getByRole('checkbox').uncheck();
  const time = light.locator('td time.ago').first();
  const [date, before] = [await time.getAttribute('title'), await time.innerText()];
  assert.match(date, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
  assert.match(before, /^(\d+ min )?\d+ s ago$/);
  await light.waitForFunction(text => document.querySelector('td time.ago').innerText !== text, before, { timeout: 5000 });
  await waitForText(light, 'Updates are off');
  await light.getByRole('checkbox').check();
});

await check('ages come from the clock of the sidecar', async () => {
  const page = await open(admin);
  await page.addInitScript(() => {
    const Real = Date;
    globalThis.Date = class extends Real {
      constructor(...parts) { super(...(parts.length ? parts : [0])); }
      static now() { return 0; }
    };
  });
  await page.reload();
  await page.waitForResponse(`${admin}/`, { timeout: 20_000 });
  assert.match(await page.locator('td time.ago').last().innerText(), /^(\d min )?\d+ s ago$/);
});

await check('updates stop when the checkbox is cleared', async () => {
  await dark.getByRole('checkbox').uncheck();
  const before = await dark.locator('main table').last().innerText();
  await get();
  let requests = 0;
  dark.on('request', () => requests++);
  await light.waitForResponse(`${admin}/`, { timeout: 20_000 });
  await light.waitForResponse(`${admin}/`, { timeout: 20_000 });
  assert.equal(requests, 0);
  assert.equal(await dark.locator('main table').last().innerText(), before);
  await dark.getByRole('checkbox').check();
});

await check('a tab in the background is updated once a minute', async () => {
  const page = await open(admin);
  await page.clock.install();
  await page.addInitScript(() => Object.defineProperty(document, 'hidden', { get: () => true }));
  await page.reload();
  let requests = 0;
  page.on('request', () => requests++);
  await page.clock.runFor(55_000);
  assert.equal(requests, 0);
  await page.clock.runFor(10_000);
  assert.equal(requests, 1);
});

await check('a sidecar that does not respond is shown in red, and its recovery is shown too', async () => {
  const [readyTitle, readyIcon] = [await light.title(), await icon(light)];
  process.kill(-Number(group), 'SIGSTOP');
  try {
    await waitForTitle(light, lost);
    const banner = light.getByRole('banner');
    assert.match(await banner.innerText(), /^The sidecar does not respond\. Last update \d+ s ago \(\d\d:\d\d:\d\d UTC\)\.\s/);
    assert.ok(await isSeen(banner.getByText('The sidecar does not respond.')));
    const [r, g, b] = (await styleOf(banner, 'backgroundColor')).match(/\d+/g).map(Number);
    assert.ok(r > 150 && g < 60 && b < 60, `${[r, g, b]}`);
    assert.equal(await styleOf(banner, 'color'), 'rgb(255, 255, 255)');
    assert.notEqual(await icon(light), readyIcon);
    await waitForTitle(wide, lost);
    for (const page of [light, wide]) {
      const { green, red } = await colors(page);
      assert.equal(green, 0);
      assert.ok(red > 0.05, `${red} of the page is red`);
    }
    assert.deepEqual(await violations(light), []);
    const age = await banner.innerText();
    await light.waitForFunction(text => document.querySelector('#lost').innerText !== text, age, { timeout: 5000 });
    await light.evaluate(() => scrollTo(0, document.body.scrollHeight));
    assert.ok(await isSeen(banner.getByText('The sidecar does not respond.')), 'the banner stays visible when the page is scrolled');
    await light.evaluate(() => scrollTo(0, 0));
    assert.equal(await lastAnnouncement(light), 'The sidecar does not respond. This page is out of date.');
  } finally {
    process.kill(-Number(group), 'SIGCONT');
  }
  await waitForTitle(light, readyTitle);
  assert.ok((await colors(light)).green > 0.05);
  assert.equal(await icon(light), readyIcon);
  assert.equal(await light.getByRole('banner').count(), 0);
  assert.equal(await lastAnnouncement(light), readyTitle);
});

await check('repeated failures are one row with the number of attempts', async () => {
  await faults({ tokenEndpoint: 'Down' });
  await revoke();
  for (let i = 0; i < 8; i++) {
    await get();
    await new Promise(resolve => setTimeout(resolve, 1500));
  }
  await waitForTitle(light, 'No access token');
  await waitForText(light, /^[3-9] attempts$/);
  assert.equal(await light.getByText(/^Token rejected with 401, then [2-9] retries$/).count(), 1);
  const details = await light.locator('.details').innerText();
  assert.match(details, /^[3-9] attempts, first \d\d:\d\d:\d\d, last \d\d:\d\d:\d\d\. The token endpoint /);
  assert.equal(await light.locator('tbody').first().locator('tr').count(), 4);
  assert.ok(await isSeen(light.locator('.details strong')));
  await collectHelp(light);
});

await check('refused credentials are shown with their reason as a further retry, and announced to screen readers', async () => {
  await faults({ tokenEndpoint: 'Refusing' });
  const until = Date.now() + 40_000;
  while (!(await light.title()).startsWith('Not ready') && Date.now() < until) {
    await get();
    await new Promise(resolve => setTimeout(resolve, 500));
  }
  assert.equal(await light.title(), 'Not ready – Clik2pay Sidecar');
  await waitForText(light, 'refused the username or the password');
  await waitForText(light, 'There is no valid access token');
  assert.equal(await light.getByText(/^Retry [3-9]$/).count(), 1);
  assert.equal(await lastAnnouncement(light), 'Not ready – Clik2pay Sidecar');
  const { red } = await colors(light);
  assert.ok(red > 0.005, `${red} of the page is red`);
  assert.deepEqual(await violations(light), []);
  await waitForTitle(dark, 'Not ready');
  assert.deepEqual(await violations(dark), []);
  assert.ok(await fitsWidth(dark));
  assert.ok(await dark.getByRole('region').evaluate(table => table.scrollWidth <= table.clientWidth), 'the table fits a phone');
  await collectHelp(light);
});

await picture(light, 'status-outage', 2);
await dark.screenshot({ path: 'artifacts/status-phone.png', fullPage: true });

await check('the links in error states lead to visible sections', async () => {
  const anchors = ['404-no_route', '503-credentials_refused', '503-token_unavailable', '5xx-from-clik2pay'];
  assert.deepEqual([...helpLinks].sort(), anchors.map(anchor => `troubleshooting#${anchor}`));
  const page = await open(admin, { viewport: { width: 900, height: 700 } });
  for (const href of helpLinks) {
    await page.goto(`${admin}/`);
    await page.locator(`a[href="${href}"]`).first().click();
    assert.equal(page.url(), `${admin}/${href}`);
    assert.ok(await isSeen(page.locator('h2:target')), href);
  }
});

for (const [name, options] of [['light', {}], ['dark, on a phone', { colorScheme: 'dark', viewport: { width: 360, height: 740 } }]]) {
  await check(`the troubleshooting page is accessible: ${name}`, async () => {
    const page = await open(`${admin}/troubleshooting`, options);
    assert.equal(await page.title(), 'Troubleshooting – Clik2pay Sidecar');
    assert.deepEqual(await violations(page), []);
    assert.ok(await fitsWidth(page));
    for (const href of await page.locator('nav a').evaluateAll(links => links.map(link => link.getAttribute('href'))))
      assert.equal(await page.locator(`h2[id="${href.slice(1)}"]`).count(), 1, href);
    await page.getByRole('link', { name: 'Status page', exact: true }).click();
    assert.equal(page.url(), `${admin}/`);
  });
}

await check('a response of another server does not replace the page, and the next update does', async () => {
  await dark.route(`${admin}/`, route => route.fulfill({ status: 503, contentType: 'text/html', body: '<h1>no</h1>' }), { times: 1 });
  await waitForTitle(dark, lost);
  assert.equal(await dark.getByRole('heading', { level: 1 }).innerText(), 'Clik2pay Sidecar');
  assert.deepEqual(await violations(dark), []);
  await waitForTitle(dark, 'Not ready');
  forgive('503');
});

await check('without scripts the page shows ages and reloads itself', async () => {
  const plain = await open(admin, { javaScriptEnabled: false });
  assert.equal(await plain.locator('noscript meta[http-equiv=refresh]').count(), 1);
  assert.equal(await plain.getByRole('checkbox').count(), 0);
  assert.match(await plain.locator('.top').innerText(), /As of \d\d:\d\d:\d\d UTC$/);
  assert.match(await plain.locator('td time.ago').first().innerText(), /^(\d+ min )?\d+ s ago$/);
});

// The proxy does not exist, so nothing leaves this machine.
const environment = {
  Clik2pay__Environment: 'Production', Clik2pay__Username: 'user', Clik2pay__Password: 'password', Clik2pay__ApiKey: 'key',
  HTTPS_PROXY: 'http://127.0.0.1:9', Sidecar__Listen: 'http://127.0.0.1:8081', Sidecar__Admin: 'http://127.0.0.1:9091',
};

await check('Production cannot be confused with another environment', async () => {
  const sidecar = spawn(process.env.TEST_SIDECAR, ['run'], { env: { ...process.env, ...environment }, stdio: 'ignore' });
  try {
    const address = environment.Sidecar__Admin;
    for (let i = 0; i < 100 && !(await fetch(`${address}/livez`).catch(() => null))?.ok; i++)
      await new Promise(resolve => setTimeout(resolve, 100));
    for (const colorScheme of ['light', 'dark']) {
      const page = await open(address, { colorScheme, viewport: { width: 900, height: 700 } });
      const badge = page.locator('.badge');
      assert.equal(await badge.innerText().then(text => text.split('\n').at(-1).trim()), 'PRODUCTION');
      assert.ok(await isSeen(badge));
      assert.match(await styleOf(badge, 'backgroundColor'), /^rgb\(/);
      assert.equal(await styleOf(badge, 'color'), 'rgb(255, 255, 255)');
      assert.notEqual(await styleOf(badge, 'backgroundColor'), await styleOf(light.locator('.badge'), 'backgroundColor'));
      assert.ok(parseFloat(await styleOf(page.locator('body'), 'borderTopWidth')) > 8);
      assert.deepEqual(await violations(page), []);
      await page.screenshot({ path: `artifacts/status-production-${colorScheme}.png` });
    }
  } finally {
    sidecar.kill();
  }
});

await check('the page sends no requests to other addresses, and the console stays empty', async () => {
  assert.deepEqual(problems, []);
});

await check('a stopped sidecar is reported', async () => {
  process.kill(-Number(group), 'SIGTERM');
  await waitForTitle(light, lost);
  assert.ok(await isSeen(light.getByText('The sidecar does not respond.', { exact: true })));
  assert.equal(await lastAnnouncement(light), 'The sidecar does not respond. This page is out of date.');
  await light.screenshot({ path: 'artifacts/status-lost.png' });
});

await end();
