// Takes the page anew and puts its main part in the place of this one's: neither the scroll position nor the focus is lost, and a screen
// reader is told only when something has changed that matters.
const everyMilliseconds = 5000;
const [live, news] = ['live', 'news'].map(id => document.getElementById(id));
const say = text => { if (news.textContent !== text) news.textContent = text; };

async function refresh() {
  if (!live.checked || document.hidden) return;
  try {
    const answer = await fetch('./', { cache: 'no-store', signal: AbortSignal.timeout(everyMilliseconds) });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const main = page.querySelector('main');
    if (!answer.ok || !main) throw new Error('Somebody else has answered.');
    const before = document.title;
    document.querySelector('main').replaceWith(main);
    document.title = page.title;
    document.body.classList.remove('stale');
    say(before === page.title ? '' : page.title);
  } catch {
    document.body.classList.add('stale');
    say('The sidecar does not answer; what is shown is old.');
  }
}

live.closest('label').hidden = false;
setInterval(refresh, everyMilliseconds);
document.addEventListener('visibilitychange', refresh);
