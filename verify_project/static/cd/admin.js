/* The reviewers' pages made faster; all work without it. */
(() => {
  "use strict";
  const { all } = window.cd, one = (selector) => document.querySelector(selector);

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
    window.cd.addKey(" ", preview.getAttribute("aria-label"), () => preview.parentElement.classList.toggle("cd-split-off"));
  }

  /* Keys in a closed menu work too. */
  all(".cd-more-list [data-cd-key]").forEach((control) => {
    const label = control.querySelector("span")?.firstChild?.textContent || control.firstChild.textContent;
    window.cd.addKey(control.dataset.cdKey, label.trim(), () => control.click());
  });

  /* Each scrolling region gets its heading as its name. */
  addEventListener("load", () => all(".simplebar-content-wrapper").forEach((region, number) => {
    const heading = region.closest("fieldset,section")?.querySelector("h2,h3,legend");
    region.setAttribute("aria-label", heading?.textContent.trim() || `${region.getAttribute("aria-label")} ${number + 1}`);
  }));

  /* The theme would title a file. */
  all("[type=file]").forEach((file) => { file.hasChangeListener = true; });

  /* Its search boxes get their labels. */
  window.django?.jQuery?.(() => all(".select2-selection__rendered").forEach((box) => {
    const label = one(`label[for="${box.id.slice(8, -10)}"]`);
    if (label) box.setAttribute("aria-label", label.textContent.trim());
  }));

  /* 2 The article opens with the quote at 42% of its height. */
  const text = one("[data-cd-scroll]");
  const quote = text?.querySelector(".cd-mark-cur");
  if (quote) text.scrollTop += quote.getBoundingClientRect().top - text.getBoundingClientRect().top - text.clientHeight * 0.42;

  /* 3 Selected words become the quote of a new claim, without numbers of other claims in them. */
  const article = one("[data-cd-quotes]");
  const take = one("[data-cd-take]");
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
      one("[name=quote]").value = words;
      one("[name=start]").value = "";
      one("[name=statement]").focus();
    });
  }

  /* 4 A date known to the day is asked for as a day. */
  all("[data-cd-precision]").forEach((select) => {
    const fields = select.dataset.cdPrecision.split(" ").map((name) => select.form.elements[name]);
    const show = () => fields.forEach((field) => {
      const was = field.value, exact = select.value === "minute";
      field.type = exact ? "datetime-local" : "date";
      if (was) field.value = exact ? `${was}T00:00`.slice(0, 16) : was.slice(0, 10);
    });
    select.addEventListener("change", show);
    show();
    fields.forEach((field) => { field.defaultValue = field.value; });
  });

  /* 5 What was changed stays in this browser until a page says it is done. */
  const attempt = (deed) => { try { return deed(); } catch { return null; } }; /* a private window refuses */
  attempt(() => {
    if (one("[data-cd-done]")) localStorage.removeItem(sessionStorage.getItem("cd-sent"));
    sessionStorage.removeItem("cd-sent");
  });
  all("form[data-cd-draft]").forEach((form) => {
    const key = `cd-draft-${form.dataset.cdDraft}`;
    const said = form.querySelector("[data-cd-draft-said]");
    const draft = attempt(() => JSON.parse(localStorage.getItem(key))) || {};
    const bound = form.dataset.cdBound !== undefined;
    const kept = "[name]:not([type=hidden],[type=file],[type=checkbox]),[name^=initial-]";
    const names = [...form.elements].filter((field) => field.matches(kept)).map(({ name }) => name);
    const shown = form.cloneNode(true);
    shown.reset();
    const typed = (name) => {
      const [now, was] = [form, shown].map(({ elements }) => elements[name.replace("initial-", "")].value);
      return now === was ? bound && draft[name] : form.elements[name].value;
    };
    const keep = () => attempt(() => {
      localStorage.setItem(key, JSON.stringify(Object.fromEntries(names.map((name) => [name, typed(name)]))));
      if (said) said.textContent = `${said.dataset.kept} ${window.cd.clock()}`;
    });
    [...names, ...names].forEach((name) => { /* dates after precision */
      if (bound && /^initial-/.test(name)) return; /* as it stands now */
      const field = form.elements[name], was = field.value;
      field.value = draft[name] || was;
      if (!field.value) field.value = was; /* not offered */
      field.dispatchEvent?.(new Event("change"));
    });
    let later;
    form.addEventListener("input", () => { clearTimeout(later); later = setTimeout(keep, 3000); });
    addEventListener("pagehide", () => { if (later && !form.dataset.cdSent) keep(); });
    form.addEventListener("submit", () => {
      clearTimeout(later);
      keep();
      attempt(() => sessionStorage.setItem("cd-sent", key));
    });
  });

  /* A long answer says how much of it fits. */
  all("[data-cd-most]").forEach((field) => {
    const tell = () => {
      const used = [...field.value.trim()].length, most = field.dataset.cdMost;
      field.labels[0].lastElementChild.textContent = used > most - 100 ? `${used} / ${most}` : "";
    };
    field.addEventListener("input", tell);
    tell();
  });
})();
