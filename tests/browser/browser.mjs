// Shared by the page scripts: the command line, a browser, and checks.
// Usage of each script: node SCRIPT CHROMIUM SCREENSHOTS PID   PID is the process group of a running demo.
// Prints "passed NAME" or "failed NAME: WHY" for each check.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

export const [executablePath, screenshots, group] = process.argv.slice(2);
export const [admin, callers, simulator] = ['http://127.0.0.1:9090', 'http://127.0.0.1:8080', 'http://127.0.0.1:5080'];
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let failures = 0;
export async function check(name, body) {
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
export const problems = [];

// Removes console messages that a check expects.
export const forgive = text => problems.splice(0, Infinity, ...problems.filter(line => !line.includes(text)));

// Opens a page in a new browser context with these options. Records requests to another origin as problems.
export async function open(url, options) {
  const context = await browser.newContext(options);
  return openIn(context, url);
}

export async function openIn(context, url) {
  const page = await context.newPage();
  page.on('console', line => problems.push(line.text()));
  page.on('pageerror', error => problems.push(`${error}`));
  page.on('request', request => {
    const target = request.url();
    if (!target.startsWith(new URL(url).origin) && !target.startsWith('data:')) problems.push(`request to ${target}`);
  });
  await page.goto(url);
  return page;
}

export async function violations(page) {
  await page.evaluate(axe);
  const result = await page.evaluate(() => globalThis.axe.run());
  return result.violations.map(violation => `${violation.id}: ${violation.nodes.map(node => node.html).join(', ')}`);
}

export const fitsWidth = page => page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);

// Whether a person sees the element: its center is in the viewport, and nothing else covers it.
export const isSeen = locator => locator.evaluate(element => {
  const { left, top, width, height } = element.getBoundingClientRect();
  const [x, y] = [left + width / 2, top + height / 2];
  const shown = document.elementFromPoint(x, y);
  return width > 0 && height > 0 && Boolean(shown) && (element.contains(shown) || shown.contains(element));
});

// The shares of the pixels in the viewport that are clearly red and clearly green.
export async function colors(page) {
  const png = (await page.screenshot()).toString('base64');
  const blank = await browser.newPage();
  const shares = await blank.evaluate(async data => {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    canvas.drawImage(bitmap, 0, 0);
    const { data: pixels } = canvas.getImageData(0, 0, bitmap.width, bitmap.height);
    const count = { red: 0, green: 0 };
    for (let i = 0; i < pixels.length; i += 4) {
      const [r, g, b] = pixels.slice(i, i + 3);
      if (r > g + 60 && r > b + 60) count.red++;
      if (g > r + 15 && g > b + 15) count.green++;
    }
    return { red: count.red * 4 / pixels.length, green: count.green * 4 / pixels.length };
  }, png);
  await blank.close();
  return shares;
}

// Closes the browser and ends the script.
export async function end() {
  await browser.close();
  process.exit(failures === 0 ? 0 : 1);
}
