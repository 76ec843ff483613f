// Every page works without this file. It only saves a click or a wait.
'use strict';

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
    box.querySelector('progress').replaceWith(next.querySelector('progress'));
  } catch {
    // The line may come back: ask again.
  }
  window.setTimeout(watch, 2000, box);
};
for (const box of document.querySelectorAll('[data-poll]')) window.setTimeout(watch, 2000, box);
