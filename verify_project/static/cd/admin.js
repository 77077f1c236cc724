/* The reviewers' pages made faster; every one of them works by plain links and forms without it.
   1 preview  2 article  3 quotes  4 drafts */
(() => {
  "use strict";

  /* 1 The preview follows the chosen row; Space hides it. */
  const preview = document.getElementById("cd-preview");
  if (preview) {
    let waiting;
    document.addEventListener("cd:row", (event) => {
      const address = event.detail.row.dataset.cdPreview;
      clearTimeout(waiting);
      if (!address || !preview.getClientRects().length) return;
      waiting = setTimeout(() => window.htmx.ajax("GET", address, { target: "#cd-preview", swap: "innerHTML" }), 80);
    });
    window.cd?.addKey(" ", preview.getAttribute("aria-label"), () => preview.parentElement.classList.toggle("cd-split-off"));
  }

  /* Keys of actions in a closed menu work too. */
  document.querySelectorAll(".cd-more-list [data-cd-key]").forEach((control) => {
    const label = control.querySelector("span")?.firstChild?.textContent || control.firstChild.textContent;
    window.cd?.addKey(control.dataset.cdKey, label.trim(), () => control.click());
  });

  /* The theme calls every scrolling region the same; each gets the heading it stands under. */
  addEventListener("load", () => document.querySelectorAll(".simplebar-content-wrapper").forEach((region, number) => {
    const heading = region.closest("fieldset,section")?.querySelector("h2,h3,legend");
    region.setAttribute("aria-label", heading?.textContent.trim() || `${region.getAttribute("aria-label")} ${number + 1}`);
  }));

  /* 2 The article opens with the quote at 42% of its height. */
  const text = document.querySelector("[data-cd-scroll]");
  const quote = text?.querySelector(".cd-mark-cur");
  if (quote) text.scrollTop += quote.getBoundingClientRect().top - text.getBoundingClientRect().top - text.clientHeight * 0.42;

  /* 3 Selected words of an article become the quote of a new claim. Numbers of other claims in it are left out. */
  const article = document.querySelector("[data-cd-quotes]");
  const take = document.querySelector("[data-cd-take]");
  const chosen = () => {
    const range = getSelection().rangeCount ? getSelection().getRangeAt(0) : null;
    if (!range || range.collapsed || !article.contains(range.commonAncestorContainer)) return "";
    const words = range.cloneContents();
    words.querySelectorAll("sup").forEach((number) => number.remove());
    const paragraphs = [...words.querySelectorAll("p")].map((part) => part.textContent);
    return (paragraphs.length ? paragraphs.join("\n\n") : words.textContent).trim();
  };
  if (article && take) {
    take.hidden = false;
    take.addEventListener("click", () => {
      const words = chosen();
      if (!words) return;
      document.querySelector("[name=quote]").value = words;
      document.querySelector("[name=start]").value = "";
      document.querySelector("[name=statement]").focus();
    });
  }

  /* 4 What was typed into a verdict stays in this browser until it is recorded: then another page opens. */
  const form = document.querySelector("form[data-cd-draft]");
  try {
    const sent = sessionStorage.getItem("cd-sent");
    if (sent && sent !== (form && `cd-draft-${form.dataset.cdDraft}`)) localStorage.removeItem(sent);
    sessionStorage.removeItem("cd-sent");
  } catch { /* private window: nothing was kept */ }
  if (form) {
    const key = `cd-draft-${form.dataset.cdDraft}`;
    const fields = ["said", "so", "outcome", "why", "exception_reason"];
    const said = form.querySelector("[data-cd-draft-said]");
    const untouched = !form.querySelector(".cd-errors") && !document.querySelector(".cd-errors");
    const read = () => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } };
    const keep = () => {
      const given = new FormData(form);
      const draft = Object.fromEntries(fields.map((name) => [name, given.get(name) || ""]));
      try { localStorage.setItem(key, JSON.stringify(draft)); } catch { return; }
      const time = new Date(window.cd ? window.cd.now() : Date.now());
      said.textContent = `${said.dataset.kept} ${String(time.getHours()).padStart(2, "0")}:${String(time.getMinutes()).padStart(2, "0")}`;
    };
    const draft = read();
    if (draft && untouched) {
      fields.forEach((name) => {
        const field = form.elements[name];
        if (field && draft[name]) field.value = draft[name];
      });
    }
    let later;
    form.addEventListener("input", () => { clearTimeout(later); later = setTimeout(keep, 3000); });
    window.addEventListener("pagehide", () => { if (later && !form.dataset.cdSent) keep(); });
    form.addEventListener("submit", () => {
      clearTimeout(later);
      keep();
      try { sessionStorage.setItem("cd-sent", key); } catch { /* private window */ }
    });
  }
})();
