// Copies text and keeps the list of fetches up to date. Everything else works without this.
(() => {
  "use strict";
  const get = (id) => document.getElementById(id);

  for (const button of document.querySelectorAll("button.copy")) {
    const source = get(button.dataset.copy);
    const label = button.firstChild;
    button.hidden = false;
    button.addEventListener("click", async () => {
      let copied = true;
      try {
        await navigator.clipboard.writeText(source.textContent);
      } catch {
        // Not a secure context: mark the text instead, for Ctrl-C.
        getSelection().selectAllChildren(source);
        copied = false;
      }
      label.data = copied ? "Copied" : "Marked";
      setTimeout(() => { label.data = "Copy"; }, 1500);
    });
  }

  const rows = get("fetch-rows");
  if (!rows?.dataset.events || !window.EventSource) return;
  const most = 200;
  const live = get("live");
  const pause = get("pause");
  const waiting = []; // what came while paused, unless it was too much
  let missed = false;
  let paused = false;

  function show(update) {
    get("no-rows")?.remove();
    rows.insertAdjacentHTML("afterbegin", update.rows);
    while (rows.children.length > most) rows.lastElementChild.remove();
    get("key-fetches").innerHTML = update.keys;
    live.textContent = update.text;
  }

  const source = new EventSource(rows.dataset.events);
  source.addEventListener("open", () => { live.textContent = "Live."; });
  source.addEventListener("fetches", (event) => {
    const update = JSON.parse(event.data);
    if (!paused) return show(update);
    missed = missed || waiting.length === 50;
    if (!missed) waiting.push(update);
    live.textContent = "Paused; there are new fetches.";
  });
  source.addEventListener("error", () => {
    live.textContent = source.readyState === EventSource.CLOSED ? "Not live: refresh by the link." : "Connecting again.";
  });
  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", paused);
    pause.textContent = paused ? "Go on" : "Pause";
    live.textContent = paused ? "Paused." : "Live.";
    if (!paused && missed) location.reload();
    if (!paused) waiting.splice(0).forEach(show);
  });
})();
