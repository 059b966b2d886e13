// Checks the status page of sidecars with two and with fifty profiles in a real browser. Most profiles use the simulator of a running demo.
// For the usage, see browser.mjs. The variable TEST_SIDECAR names the program.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { check, colors, end, fitsWidth, isSeen, open, problems, screenshots, simulator, violations } from './browser.mjs';

const address = 'http://127.0.0.1:9092';
const wide = { colorScheme: 'light', viewport: { width: 900, height: 860 } };
const phone = { colorScheme: 'dark', viewport: { width: 360, height: 740 }, isMobile: true };

const custom = {
  Environment: 'Custom', ApiBaseUrl: simulator, TokenEndpoint: `${simulator}/oauth2/token`,
  Username: 'sandbox-username', Password: 'sandbox-password', ApiKey: 'sandbox-api-key',
};
const refused = { ...custom, Password: 'wrong' };

// The proxy does not exist, so nothing leaves this machine, and a profile with this environment gets no token.
const production = { Environment: 'Production', Username: 'user', Password: 'password', ApiKey: 'key' };
const environment = { HTTPS_PROXY: 'http://127.0.0.1:9', Sidecar__Listen: 'http://127.0.0.1:8082', Sidecar__Admin: address };

const pages = [];
async function show(options) {
  pages.push(await open(address, options));
  return pages.at(-1);
}

// Runs a sidecar with these profiles, beginning when the first refresh of each has ended.
async function withSidecar(profiles, body) {
  const variables = Object.entries(profiles).flatMap(([name, settings]) => Object.entries(settings).map(
    ([key, value]) => [`${name === 'default' ? 'Clik2pay' : `Profiles__${name}`}__${key}`, value]));
  const env = { ...process.env, ...environment, ...Object.fromEntries(variables) };
  const sidecar = spawn(process.env.TEST_SIDECAR, ['run'], { env, stdio: 'ignore' });
  const ended = once(sidecar, 'exit');
  try {
    for (let i = 0; ; i++) {
      const status = await fetch(`${address}/status`).then(response => response.json()).catch(() => null);
      if (status?.profiles.every(({ refreshes }) => refreshes.length > 0)) break;
      assert.ok(i < 300, 'each profile ends its first refresh');
      await new Promise(resolve => setTimeout(resolve, 100));
    }
    await body();
  } finally {
    // A page that is open would report that the sidecar does not respond.
    await Promise.all(pages.splice(0).map(page => page.context().close()));
    sidecar.kill();
    await ended;
  }
}

const link = (page, name) => page.getByRole('link', { name, exact: true });
const row = (page, name) => page.getByRole('row').filter({ has: link(page, name) });
const headings = page => page.getByRole('heading', { level: 2 }).allInnerTexts();
const current = page => page.locator('[aria-current=page]').allInnerTexts();
const heights = page => page.locator('.profiles tbody tr').evaluateAll(rows => rows.map(one => one.getBoundingClientRect().height));

async function checkViews(title) {
  for (const [name, options] of [['light', wide], ['dark, on a phone', phone]]) {
    await check(`${title}: axe reports no violations, and the page fits the width of the screen: ${name}`, async () => {
      const page = await show(options);
      assert.deepEqual(await violations(page), []);
      assert.ok(await fitsWidth(page));
    });
  }
}

await withSidecar({ default: custom, shop: production }, async () => {
  const page = await show(wide);

  await check('two profiles: the banner is about the sidecar, and the sections name the selected profile', async () => {
    assert.equal(await page.title(), 'Ready, but 1 of 2 profiles has no access token – Clik2pay Sidecar');
    assert.deepEqual(await headings(page), [
      'Profiles', 'Access token of default', 'Last refreshes of default', 'Responses since startup', 'Sharing', 'Program',
    ]);
    assert.match(await page.locator('.top .badge').innerText(), /Mixed$/);
    assert.ok(await isSeen(page.getByText('1 of 2 profiles has no valid access token')));
    assert.match(await row(page, 'default').innerText(), /^default Custom\s+Ready\s+(1 h|\d+ min)\s+in \d+ min$/);
    assert.match(await row(page, 'shop').innerText(), /^shop Production\s+No access token What to do\s+: 503 token_unavailable\s+none\s+/);
    assert.ok(await page.getByRole('meter', { name: 'Access token of default' }).isVisible());
    assert.ok(parseFloat(await page.evaluate(() => getComputedStyle(document.body).borderTopWidth)) > 8, 'Production has a border');
    assert.ok((await colors(page)).red < 0.02);
    await page.screenshot({ path: `${screenshots}/status-two-profiles.png` });
  });

  await check('two profiles: the keyboard selects a profile, and an update keeps the profile and the focus', async () => {
    await link(page, 'shop').focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(`${address}/?profile=shop#token`);
    assert.deepEqual(await current(page), ['shop']);
    assert.ok(await isSeen(page.getByRole('heading', { name: 'Access token of shop' })));
    await link(page, 'default').focus();
    await page.evaluate(() => { document.querySelector('main').id = 'before'; });
    await page.waitForResponse(`${address}/?profile=shop`, { timeout: 20_000 });
    await page.locator('main:not(#before)').waitFor();
    assert.deepEqual(await current(page), ['shop']);
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'default');
    assert.equal((await headings(page))[1], 'Access token of shop');
    await page.getByText('There is no valid access token').waitFor();
  });

  await check('two profiles: without scripts the links select a profile', async () => {
    const plain = await show({ ...wide, javaScriptEnabled: false });
    await link(plain, 'shop').click();
    assert.equal(plain.url(), `${address}/?profile=shop#token`);
    assert.deepEqual([await current(plain), (await headings(plain))[1]], [['shop'], 'Access token of shop']);
  });

  await checkViews('two profiles');
});

const many = { default: custom, 'a-merchant-with-a-name-of-forty-letters1': refused };
for (let number = 1; number <= 48; number++) many[`shop-${number}`] = custom;

await withSidecar(many, async () => {
  await check('fifty profiles: rows are compact, and the profile that is refused stands out', async () => {
    const page = await show(wide);
    assert.equal((await heights(page)).length, 50);
    assert.ok(Math.max(...await heights(page)) <= 60, `${await heights(page)}`);
    assert.ok((await heights(page)).filter(height => height <= 32).length >= 49, `${await heights(page)}`);
    assert.ok(await isSeen(page.getByText('1 of 50 profiles has no valid access token')));
    assert.ok(await isSeen(page.getByText('Not ready', { exact: false }).first()));
    await page.screenshot({ path: `${screenshots}/status-fifty-profiles.png`, fullPage: true });
  });

  await check('fifty profiles: rows are compact on a phone, and a link leads to the sections of a profile', async () => {
    const page = await show(phone);
    assert.ok((await heights(page)).filter(height => height <= 60).length >= 49, `${await heights(page)}`);
    await page.screenshot({ path: `${screenshots}/status-fifty-profiles-phone.png`, fullPage: true });
    await link(page, 'shop-48').click();
    await page.waitForURL(`${address}/?profile=shop-48#token`);
    assert.ok(await isSeen(page.getByRole('heading', { name: 'Access token of shop-48' })));
  });

  await checkViews('fifty profiles');
});

await check('the pages send no requests to other addresses, and the console stays empty', async () => {
  assert.deepEqual(problems, []);
});

await end();
