// Fetches the page again and replaces only the main part, which keeps the scroll position and the focus on the controls. A screen reader
// announces when the title changes, and when the sidecar does not respond.
const everyMilliseconds = 5000;
const [live, news] = ['live', 'news'].map(id => document.getElementById(id));
const announce = text => { if (news.textContent !== text) news.textContent = text; };

async function refresh() {
  if (!live.checked || document.hidden) return;
  try {
    const response = await fetch('./', { cache: 'no-store', signal: AbortSignal.timeout(everyMilliseconds) });
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    const main = page.querySelector('main');
    if (!response.ok || !main) throw new Error('The response is not a status page.');
    const before = document.title;
    document.querySelector('main').replaceWith(main);
    document.title = page.title;
    document.body.classList.remove('stale');
    announce(before === page.title ? '' : page.title);
  } catch {
    document.body.classList.add('stale');
    announce('The sidecar does not respond. This page is out of date.');
  }
}

live.closest('label').hidden = false;
setInterval(refresh, everyMilliseconds);
document.addEventListener('visibilitychange', refresh);
