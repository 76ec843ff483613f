// Every page works without this file. It only saves a click or a wait.
'use strict';

// The answer to a refused form can be asked for again by its own address: Back and reload send nothing twice.
const again = document.querySelector('[data-again]');
if (again) window.history.replaceState(window.history.state, '', again.dataset.again);

// A refused form: the summary takes the focus, so that it is read first.
document.querySelector('[data-focus]')?.focus();

// Paper has no fold-outs.
window.addEventListener('beforeprint', () => {
  for (const fold of document.querySelectorAll('details:not([open])')) {
    fold.open = true;
    fold.dataset.opened = '';
  }
});
window.addEventListener('afterprint', () => {
  for (const fold of document.querySelectorAll('details[data-opened]')) {
    fold.open = false;
    delete fold.dataset.opened;
  }
});
for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => window.print());
}

// A password can be looked at while it is typed; it is hidden again before it is sent.
for (const button of document.querySelectorAll('[data-reveal]')) {
  const box = document.getElementById(button.dataset.reveal);
  const turn = (isShown) => {
    box.type = isShown ? 'text' : 'password';
    button.setAttribute('aria-pressed', String(isShown));
  };
  button.hidden = false;
  button.addEventListener('click', () => turn(box.type === 'password'));
  box.form.addEventListener('submit', () => turn(false));
}

// A second click on a sending button would be a second request.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.method !== 'post') return;
  if (form.dataset.sent !== undefined) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = '';
  // A download leaves the page where it is, so the button comes back.
  window.setTimeout(() => delete form.dataset.sent, 3000);
});

// Half-days of a month go up and down at once; without this file the buttons ask the server.
for (const row of document.querySelectorAll('.month')) {
  const box = row.querySelector('input');
  const [less, more] = row.querySelectorAll('button');
  const [least, most] = [Number(row.dataset.least), Number(row.dataset.most)];
  const show = () => {
    const n = Number(box.value);
    if (!Number.isInteger(n) || n < 0 || n > most) return;
    less.disabled = n <= least;
    more.disabled = n >= most;
    const squares = row.querySelector('.squares');
    const free = document.querySelector('#free-square').content;
    for (const square of squares.querySelectorAll('svg:has(.free)')) square.remove();
    for (let i = least; i < n; i += 1) squares.append(free.cloneNode(true));
    const said = row.querySelector('[data-free]');
    if (said) said.textContent = String(Math.max(n - least, 0));
  };
  const turn = (step) => (event) => {
    const n = Number(box.value);
    if (box.value.trim() === '' || !Number.isInteger(n)) return; // the server reads more than digits
    event.preventDefault();
    box.value = String(Math.min(Math.max(n + step, least), most));
    box.dispatchEvent(new Event('input', { bubbles: true }));
  };
  less.addEventListener('click', turn(-1));
  more.addEventListener('click', turn(1));
  box.addEventListener('input', show);
}

// What is typed and not sent is not left by a wrong tap.
const typed = new Set();
document.addEventListener('input', (event) => {
  const { form } = event.target;
  if (form?.method === 'post') typed.add(form);
});
document.addEventListener('submit', (event) => typed.delete(event.target));
window.addEventListener('beforeunload', (event) => {
  if (typed.size > 0) event.preventDefault();
});

// Five minutes before the session is over the page says so; any further page makes it last.
const BEFORE = 300; // seconds
const warning = document.querySelector('[data-ends]');
if (warning) {
  const seconds = Number(warning.dataset.ends);
  const wait = () =>
    window.setTimeout(() => {
      warning.hidden = false;
    }, Math.max(seconds - BEFORE, 0) * 1000);
  warning.querySelector('button').addEventListener('click', async () => {
    const answer = await fetch(warning.dataset.stay, { method: 'HEAD' }).catch(() => null);
    if (!answer?.ok || answer.redirected) return; // it is over, or the line is: the warning stays
    warning.hidden = true;
    wait();
  });
  wait();
}

// Work in progress: fetch the same page, replace only the progress; when it is over, load the page.
const watch = async (box) => {
  try {
    const answer = await fetch(box.dataset.poll, { headers: { Accept: 'text/html' } });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const next = page.querySelector('[data-poll]');
    if (!answer.ok || !next) {
      window.location.reload();
      return;
    }
    const shown = box.querySelector('[data-live]');
    const fresh = next.querySelector('[data-live]');
    if (shown.textContent !== fresh.textContent) shown.replaceChildren(...fresh.childNodes);
    box.querySelector('[data-fresh]').replaceWith(next.querySelector('[data-fresh]'));
  } catch {
    // The line may come back: ask again.
  }
  window.setTimeout(watch, 2000, box);
};
for (const box of document.querySelectorAll('[data-poll]')) window.setTimeout(watch, 2000, box);

// What is ticked is counted and summed up beside the button.
for (const tally of document.querySelectorAll('[data-tally]')) {
  const form = document.getElementById(tally.dataset.tally) ?? tally.closest('form');
  const shown = new Intl.NumberFormat('ja-JP');
  const chosen = (box) => form.querySelector(`[name="${box.dataset.part}"]:checked`) ?? box; // of a day: what was worked
  const count = () => {
    const ticked = [...form.querySelectorAll('input[type=checkbox]:checked')].map(chosen);
    const sum = (name) => ticked.reduce((total, box) => total + Number(box.dataset[name] ?? 0), 0);
    const sums = { count: ticked.length, yen: sum('yen'), 'half-days': sum('halfDays') };
    for (const place of tally.querySelectorAll('[data-sum]')) {
      place.textContent = shown.format(sums[place.dataset.sum]);
    }
  };
  tally.hidden = false;
  form.addEventListener('change', count);
  count();
}

// How many fit follows what is typed; without this file a button asks the server.
const UNCOUNTED = /^(csrf_token|version|title|department|background|outcome_wanted|after_fiscal_year)$/;
for (const box of document.querySelectorAll('[data-count]')) {
  const form = document.getElementById(box.dataset.form);
  const stale = box.querySelector('[data-stale]');
  let last = 0; // number of the newest question: answers to older ones are dropped
  let wait = 0;
  const ask = async () => {
    last += 1;
    const mine = last;
    const address = new URL(box.dataset.count, window.location.href);
    for (const [name, value] of new FormData(form)) {
      if (typeof value === 'string' && !UNCOUNTED.test(name)) address.searchParams.append(name, value);
    }
    let fresh = null;
    try {
      const answer = await fetch(address, { headers: { Accept: 'text/html' } });
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      if (answer.ok && !answer.redirected) fresh = page.querySelector('[data-counted]');
    } catch {
      // The line may come back: the panel says that it is old.
    }
    if (mine !== last) return;
    stale.hidden = fresh !== null;
    if (fresh) box.querySelector('[data-counted]').replaceWith(fresh);
  };
  form.addEventListener('input', () => {
    window.clearTimeout(wait);
    wait = window.setTimeout(ask, 300);
  });
}
