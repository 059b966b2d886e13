// Fetches the page again and replaces only the main part. The query of the address selects the profile to show. Keeps the scroll
// position and the keyboard focus. A screen reader announces when the title changes, and when the sidecar does not respond. Ages come from
// the clock of the sidecar. Between two updates, the time since the last response is added.
const [everySeconds, everySecondsInBackground] = [5, 60];
const [live, news, lost] = ['live', 'news', 'lost'].map(id => document.getElementById(id));
const announce = text => { if (news.textContent !== text) news.textContent = text; };
const write = (element, text) => { if (element.textContent !== text) element.textContent = text; };
const icon = () => document.querySelector('link[rel=icon]');
const now = () => performance.now() / 1000;
let updatedAt = now(), triedAt = now();

// For example "2 h 5 min". A smaller unit of 0 is omitted.
function span(seconds) {
  const units = [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]];
  const largest = units.findIndex(([, size]) => seconds >= size || size === 1);
  const [[unit, size], [smallUnit, smallSize] = ['', size]] = units.slice(largest);
  const rest = Math.floor(seconds % size / smallSize);
  return `${Math.floor(seconds / size)} ${unit}${rest ? ` ${rest} ${smallUnit}` : ''}`;
}

function showAges() {
  const [asOf, elapsed] = [document.getElementById('asOf'), Math.floor(now() - updatedAt)];
  const secondsSince = time => Math.max(0, (Date.parse(asOf.dateTime) - Date.parse(time.dateTime)) / 1000 + elapsed);
  document.querySelectorAll('time.ago').forEach(time => write(time, `${span(secondsSince(time))} ago`));
  write(document.getElementById('age'), `, ${span(elapsed)} ago${live.checked ? '' : '. Updates are off.'}`);
  write(document.getElementById('lostAge'), span(elapsed));
  write(document.getElementById('lostTime'), asOf.textContent);
}

// The links and the scrollable table in the main part. Some links have the same target.
const stops = () => [...document.querySelectorAll('main :is(a, [tabindex])')];
const nameOf = stop => stop.getAttribute('href') ?? stop.getAttribute('aria-labelledby');

function replaceMain(main) {
  const focused = document.activeElement;
  const index = stops().filter(stop => nameOf(stop) === nameOf(focused)).indexOf(focused);
  const left = document.querySelector('.scroll').scrollLeft;
  document.querySelector('main').replaceWith(main);
  document.querySelector('.scroll').scrollLeft = left;
  if (index >= 0) stops().filter(stop => nameOf(stop) === nameOf(focused))[index]?.focus({ preventScroll: true });
}

async function update() {
  triedAt = now();
  try {
    const response = await fetch(`./${location.search}`, { cache: 'no-store', signal: AbortSignal.timeout(everySeconds * 1000) });
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    const main = page.querySelector('main:has(#asOf)');
    if (!response.ok || !main) throw new Error('The response is not a status page.');
    const before = document.title;
    updatedAt = now();
    replaceMain(main);
    document.title = page.title;
    icon().replaceWith(page.querySelector('link[rel=icon]'));
    document.body.classList.remove('stale');
    lost.hidden = true;
    announce(before === page.title ? '' : page.title);
  } catch {
    document.title = 'Not responding – Clik2pay Sidecar';
    icon().href = icon().dataset.lost;
    document.body.classList.add('stale');
    lost.hidden = false;
    announce('The sidecar does not respond. This page is out of date.');
  }
  showAges();
}

// A tab in the background is updated too, because its title and its icon stay visible.
function tick() {
  showAges();
  const wait = document.hidden ? everySecondsInBackground : everySeconds;
  if (live.checked && now() - triedAt >= wait) update();
}

live.closest('label').hidden = false;
showAges();
setInterval(tick, 1000);
document.addEventListener('visibilitychange', () => { if (live.checked && !document.hidden) update(); });
