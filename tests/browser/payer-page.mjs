// Checks the page behind a payment link, with a running demo and a real browser. For the usage, see browser.mjs.
import assert from 'node:assert/strict';
import { callers, check, end, fitsWidth, forgive, open, openIn, problems, screenshots, violations } from './browser.mjs';

const requests = `${callers}/open/v1/payment-requests`;
const flexible = { type: 'FLEX', amount: null, flexDetails: { requested: 20, minimum: 5, maximum: 50 } };
const phone = { colorScheme: 'dark', viewport: { width: 360, height: 740 }, isMobile: true };

// Creates a payment request through the sidecar.
async function create(fields) {
  const body = { amount: 12.5, type: 'ECOMM', payer: { name: 'A. Payer', email: 'a@example.com' }, ...fields };
  const response = await fetch(requests, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
  });
  const text = await response.text();
  assert.equal(response.status, 201, text);
  return JSON.parse(text);
}

const read = ({ id }) => fetch(`${requests}/${id}`).then(response => response.json());
const statusOf = async request => (await read(request)).status;
const button = (page, name) => page.getByRole('button', { name, exact: true });
const shownStatus = page => page.locator('#status').innerText();

// The details on the page, by their labels.
const details = async page => Object.fromEntries(await page.locator('dt').evaluateAll(
  labels => labels.map(label => [label.innerText, label.nextElementSibling.innerText])));

async function assertPayable(page, isPayable = true) {
  for (const name of ['Pay', 'Fail']) assert.equal(await button(page, name).count(), isPayable ? 1 : 0, `the button ${name}`);
}

async function press(page, name, status) {
  await button(page, name).click();
  assert.equal(await shownStatus(page), status);
}

// Presses a button that has no effect, and returns the message. Chromium logs the status of the response.
async function pressInVain(page, name) {
  await button(page, name).click();
  const alert = await page.getByRole('alert').innerText();
  assert.equal(await page.title(), 'Error: Payment request – Clik2pay simulator');
  forgive('409');
  return alert;
}

const first = await create({ displayMessage: 'Thank you', invoiceNumber: 'INV-1', dueDate: '2030-01-31' });
const second = await create(flexible);
assert.equal(first.status, 'CREATED');
const light = await open(first.paymentLink, { colorScheme: 'light', viewport: { width: 900, height: 700 } });
const dark = await open(second.paymentLink, phone);

await check('the payment page shows the payment request', async () => {
  assert.equal(await light.title(), 'ACTIVE: Payment request – Clik2pay simulator');
  assert.equal(await light.getByRole('heading', { level: 1 }).innerText(), 'Payment request');
  assert.deepEqual(await details(light), {
    Merchant: 'Simulated Merchant', Payer: 'A. Payer', Amount: '$12.50 CAD', Message: 'Thank you', Invoice: 'INV-1', Due: '2030-01-31',
    Status: 'ACTIVE',
  });
  assert.match(await light.getByRole('contentinfo').innerText(), /No money moves/);
  await assertPayable(light);
});

await check('opening the payment page makes the payment request ACTIVE', async () => assert.equal(await statusOf(first), 'ACTIVE'));

for (const [name, page] of [['light', light], ['dark, on a phone', dark]]) {
  await check(`axe reports no violations on the payment page: ${name}`, async () => assert.deepEqual(await violations(page), []));
  await check(`the payment page fits the width of the screen: ${name}`, async () => assert.ok(await fitsWidth(page)));
}

await check('the light and dark schemes of the payment page differ', async () => {
  const color = page => page.evaluate(() => getComputedStyle(document.body).color);
  assert.notEqual(await color(light), await color(dark));
});

await light.screenshot({ path: `${screenshots}/payment-light.png`, fullPage: true });

await check('Pay makes the payment request PAID, and a reload does not send the form again', async () => {
  await press(light, 'Pay', 'PAID');
  await assertPayable(light, false);
  assert.equal(await light.title(), 'PAID: Payment request – Clik2pay simulator');
  assert.equal((await details(light)).Amount, '$12.50 CAD');
  assert.equal(await statusOf(first), 'PAID');
  const methods = [];
  light.on('request', request => methods.push(request.method()));
  await light.reload();
  assert.deepEqual(methods, ['GET']);
  assert.equal(await shownStatus(light), 'PAID');
  assert.deepEqual(await violations(light), []);
});

await check('Fail makes the payment request FAILED', async () => {
  const request = await create();
  const page = await open(request.paymentLink);
  await press(page, 'Fail', 'FAILED');
  await assertPayable(page, false);
  assert.equal(await statusOf(request), 'FAILED');
});

await check('an amount outside the range is refused, and the payment request stays payable', async () => {
  const field = dark.getByRole('textbox', { name: 'Amount in CAD', exact: true });
  assert.equal(await field.inputValue(), '20.00');
  for (const amount of ['4.99', '50.01', '7.001', 'seven']) {
    await field.fill(amount);
    assert.equal(
      await pressInVain(dark, 'Pay'), 'Pay had no effect: the amount must be from 5 to 50, with at most two decimal places.');
    assert.equal(await field.inputValue(), amount);
    await assertPayable(dark);
  }
  assert.equal(await dark.evaluate(() => document.activeElement.id), 'amount');
  assert.equal(await field.getAttribute('aria-describedby'), 'error range');
  assert.deepEqual(await violations(dark), []);
  assert.ok(await fitsWidth(dark));
  assert.equal(await statusOf(second), 'ACTIVE');
});

await dark.screenshot({ path: `${screenshots}/payment-dark.png`, fullPage: true });

await check('a GET of the address of an action shows the payment page', async () => {
  assert.equal(dark.url(), `${second.paymentLink}/pay`);
  await dark.goto(dark.url());
  assert.equal(dark.url(), second.paymentLink);
  await assertPayable(dark);
});

await check('the payer of a flexible payment request pays the amount that they enter', async () => {
  const field = dark.getByRole('textbox');
  await field.fill('');
  await button(dark, 'Pay').click();
  assert.ok(await field.evaluate(input => input.validity.valueMissing && document.activeElement === input));
  await field.fill(' 7.25');
  await field.press('Enter');
  await button(dark, 'Pay').waitFor({ state: 'detached' });
  assert.equal((await details(dark)).Amount, '$7.25 CAD');
  assert.equal(await shownStatus(dark), 'PAID');
  const { status, amount } = await read(second);
  assert.deepEqual({ status, amount }, { status: 'PAID', amount: 7.25 });
});

await check('a flexible payment request can fail without an amount', async () => {
  const request = await create(flexible);
  const page = await open(request.paymentLink);
  await page.getByRole('textbox').fill('');
  await press(page, 'Fail', 'FAILED');
});

await check('HTML in a payment request is shown as text and runs no script', async () => {
  const name = '<img src=x onerror="injected = 1"><script>injected = 1</script>{body}{title}';
  const message = '</dd></dl><b>bold</b> &amp; <a href="https://example.com/">link</a>';
  const page = await open((await create({ payer: { name, email: 'a@example.com' }, displayMessage: message })).paymentLink);
  const { Payer, Message } = await details(page);
  assert.deepEqual([Payer, Message], [name, message]);
  assert.equal(await page.locator('main :is(a, b, img, script)').count(), 0);
  assert.equal(await page.evaluate(() => 'injected' in globalThis), false);
});

await check('long words do not make the payment page wider than a phone', async () => {
  const name = 'W'.repeat(300);
  const page = await open((await create({ payer: { name, email: 'a@example.com' }, displayMessage: 'W'.repeat(250) })).paymentLink, phone);
  assert.ok(await fitsWidth(page));
});

await check('the second of two tabs shows why Pay is not possible', async () => {
  const request = await create();
  const page = await open(request.paymentLink);
  const other = await openIn(page.context(), request.paymentLink);
  await press(page, 'Pay', 'PAID');
  assert.equal(await pressInVain(other, 'Pay'), 'Pay had no effect: the status PAID does not allow this.');
  assert.equal(await shownStatus(other), 'PAID');
  await assertPayable(other, false);
  assert.deepEqual(await violations(other), []);
});

await check('the buttons of the payment page work with the keyboard', async () => {
  const page = await open((await create()).paymentLink);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.innerText), 'Pay');
  assert.notEqual(await button(page, 'Pay').evaluate(element => getComputedStyle(element).outlineStyle), 'none');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.innerText), 'Fail');
  await page.keyboard.press('Enter');
  await page.getByText('This payment request is FAILED.', { exact: false }).waitFor();
});

await check('the payment page works without JavaScript', async () => {
  const request = await create(flexible);
  const page = await open(request.paymentLink, { javaScriptEnabled: false });
  await page.getByRole('textbox').fill('60');
  assert.match(await pressInVain(page, 'Pay'), /the amount must be from 5 to 50/);
  await page.getByRole('textbox').fill('50');
  await press(page, 'Pay', 'PAID');
  assert.equal((await read(request)).amount, 50);
});

await check('a form of another site cannot pay', async () => {
  const request = await create();
  const form = `<form method="post" action="${request.paymentLink}/pay"><button>Pay</button></form>`;
  const page = await open(`data:text/html,${encodeURIComponent(form)}`);
  await button(page, 'Pay').click();
  await page.getByRole('heading', { name: 'Request refused' }).waitFor();
  assert.equal(await statusOf(request), 'CREATED');
  forgive('403');
  forgive(`request to ${request.paymentLink}`);
});

await check('an unknown payment link shows a page with the status 404', async () => {
  const page = await open(first.paymentLink);
  const response = await page.goto(first.paymentLink.slice(0, -8) + 'unknown1');
  assert.equal(response.status(), 404);
  assert.equal(await page.title(), 'Unknown payment link – Clik2pay simulator');
  assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), 'Unknown payment link');
  assert.equal(await page.locator('form, dl').count(), 0);
  assert.deepEqual(await violations(page), []);
  forgive('404');
});

await check('the payment page sends no requests to other addresses, and the console stays empty', async () => {
  forgive('Autofocus processing was blocked'); // Chromium logs this message if a check focuses a field before the page does.
  assert.deepEqual(problems, []);
});

await end();
