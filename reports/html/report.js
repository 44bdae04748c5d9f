// Filters for the list of checks. Everything else on the page works without this.
(() => {
  "use strict";
  const get = (id) => document.getElementById(id);
  const checks = [...document.querySelectorAll(".check")];
  const texts = new Map(checks.map((c) => [c, c.querySelector("summary").textContent.toLowerCase()]));
  const boxes = [...document.querySelectorAll("input[name=verdict]")];

  function apply() {
    const verdicts = new Set(boxes.filter((b) => b.checked).map((b) => b.value));
    const level = get("filter-level").value;
    const area = get("filter-area").value;
    const words = get("filter-text").value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const c of checks) {
      const d = c.dataset;
      const fits = verdicts.has(d.verdict) && (!level || d.level === level) && (!area || d.area === area) &&
        words.every((w) => texts.get(c).includes(w));
      c.hidden = !fits;
      if (fits) shown++;
    }
    get("shown").textContent = `${shown} of ${checks.length} shown`;
  }

  // The id stands inside the closed part, so that browsers open it without help;
  // older ones do not, and none undoes our filter.
  function reveal() {
    let id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch { /* not encoded */ }
    const check = get(id)?.closest(".check");
    if (!check) return;
    check.hidden = false;
    check.open = true;
    check.scrollIntoView();
  }

  if (checks.length === 0) return;
  get("filters").hidden = false;
  get("filters").addEventListener("input", apply);
  get("open-all").addEventListener("click", () => checks.forEach((c) => { if (!c.hidden) c.open = true; }));
  get("close-all").addEventListener("click", () => checks.forEach((c) => { c.open = false; }));
  addEventListener("hashchange", reveal);
  apply();
  reveal();
})();
