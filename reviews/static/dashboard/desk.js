/* Keeps the overview fresh: asks while it is seen, and says when it cannot. */
(() => {
  "use strict";
  const { all, one, on, clock } = window.cd;
  const EVERY = 20e3, LEAST = 5e3, MISSES = 3;
  const [panels, status, pause, said, reload] = ["panels", "status", "pause", "said", "reload"].map((name) => one(`#desk-${name}`));
  if (!panels || !window.htmx) return;

  const show = (pattern, time, off) => {
    status.firstElementChild.textContent = status.dataset[pattern].replace("%(time)s", time);
    status.classList.toggle("cd-live-off", off);
    reload.hidden = pattern !== "lost";
  };
  const lateNow = () => one("#kpi-late")?.dataset.count;
  let updated = clock("medium"), paused = false, misses = 0, asked = performance.now(), spoke = -Infinity, late = lateNow(), soon;

  const ask = () => {
    if (paused || document.hidden) return;
    const wait = LEAST + asked - performance.now();
    clearTimeout(soon);
    if (wait > 0) { soon = setTimeout(ask, wait); return; }
    asked = performance.now();
    document.body.dispatchEvent(new Event("cd:refresh"));
  };
  setInterval(() => { if (performance.now() - asked >= EVERY - 500) ask(); }, EVERY / 4);
  on(document, "visibilitychange", ask);
  on(document, "cd:deadline", (event) => { if (event.detail.kind === "late") ask(); });

  /* What was open or scrolled stays so; htmx keeps the focus by id. */
  let open = [], scrolled = 0;
  on(document, "htmx:beforeSwap", () => {
    open = all("details[open]", panels).map((box) => box.id);
    scrolled = one("#chart-scroll")?.scrollLeft || 0;
  });
  on(document, "htmx:afterSwap", () => {
    open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
    const chart = one("#chart-scroll");
    if (chart) chart.scrollLeft = scrolled;
    tell();
  });
  const tell = () => {
    const number = lateNow();
    if (number === late || number === undefined) return;
    late = number;
    document.title = document.title.replace(/^\d+/, number);
    if (performance.now() - spoke < 30e3) return;
    spoke = performance.now();
    said.textContent = status.dataset.late.replace("%(number)s", number);
  };
  on(document, "htmx:afterRequest", (event) => {
    if (event.detail.elt !== panels) return;
    if (event.detail.successful) {
      misses = 0;
      updated = clock("medium");
      show("updated", updated, false);
    } else if (++misses >= MISSES) show("lost", updated, true);
  });
  on(pause, "click", () => {
    paused = !paused;
    const label = one("span", pause);
    [label.textContent, pause.dataset.other] = [pause.dataset.other, label.textContent];
    show(paused ? "paused" : "updated", updated, paused);
    if (!paused) ask();
  });
  const chart = one("#chart-scroll"); /* on a small screen it opens at now */
  if (chart) chart.scrollLeft = one(".desk-now", chart).getBoundingClientRect().x - chart.clientWidth / 2;
  pause.hidden = false;
  show("updated", updated, false);
})();
