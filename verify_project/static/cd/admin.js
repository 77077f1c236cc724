/* The reviewers' pages made faster; all work without it. */
(() => {
  "use strict";
  const { all, one, on, now, addKey, clock } = window.cd;

  /* 1 The preview follows the chosen row; Space hides it. A key waits while it shows another. */
  const preview = one("#cd-preview");
  if (preview) {
    let waiting, pressed;
    const link = () => one("[data-cd-key=Enter]", preview);
    const follow = () => {
      const row = one(".cd-sel-row");
      clearTimeout(waiting);
      preview.inert = link()?.href !== one("a", row).href;
      if (!preview.inert || !preview.getClientRects().length) return;
      waiting = setTimeout(() => window.htmx.ajax("GET", row.dataset.cdPreview, preview), 80);
    };
    on(document, "cd:row", follow);
    on(document, "keydown", (event) => { pressed = preview.inert && !event.defaultPrevented && event; });
    on(preview, "htmx:load", () => {
      if (link()) follow(); /* no sign-in page */
      if (pressed && !preview.inert) pressed.target.dispatchEvent(new KeyboardEvent("keydown", pressed));
    });
    addKey(" ", preview.ariaLabel, () => { preview.parentElement.classList.toggle("cd-split-off"); follow(); });
  }

  /* Keys in a closed menu work too. */
  all(".cd-more-list [data-cd-key]").forEach((control) => {
    const label = (one("span", control)?.firstChild || control.firstChild).textContent;
    addKey(control.dataset.cdKey, label.trim(), () => control.click());
  });

  /* A scrolling region gets its heading as name. */
  on(window, "load", () => all(".simplebar-content-wrapper").forEach((region, number) => {
    const heading = region.closest("fieldset,section")?.querySelector("h2,h3,legend");
    region.ariaLabel = heading?.textContent.trim() || `${region.ariaLabel} ${number + 1}`;
  }));

  /* The theme would title a file. */
  all("[type=file]").forEach((file) => { file.hasChangeListener = true; });

  /* Its search boxes get their labels. */
  window.django?.jQuery?.(() => all(".select2-selection__rendered").forEach((box) => {
    const label = one(`label[for="${box.id.slice(8, -10)}"]`);
    if (label) box.ariaLabel = label.textContent.trim();
  }));

  /* 2 The article opens at its quote. */
  const text = one("[data-cd-scroll]"), quote = text && one(".cd-mark-cur", text);
  if (quote) text.scrollTop += quote.getBoundingClientRect().top - text.getBoundingClientRect().top - text.clientHeight * 0.42;

  /* 3 Selected words become the quote of a claim, without numbers of other claims. */
  const article = one("[data-cd-quotes]"), take = one("[data-cd-take]");
  const plain = (range) => {
    const words = range.cloneContents();
    all("sup", words).forEach((sup) => sup.remove());
    return words;
  };
  if (article && take) {
    const [quote, nth] = all("[name=quote],[name=nth]");
    take.hidden = false;
    on(quote, "input", () => { nth.value = ""; });
    on(take, "click", () => {
      const chosen = getSelection(), range = !chosen.isCollapsed && chosen.getRangeAt(0).cloneRange();
      if (!range || !article.contains(range.commonAncestorContainer)) return;
      const words = plain(range), parts = all("p", words).map((part) => part.textContent);
      quote.value = (parts.length ? parts.join("\n\n") : words.textContent).trim();
      range.collapse(true);
      range.setStart(article, 0);
      nth.value = plain(range).textContent.split(quote.value).length - 1;
      one("[name=statement]").focus();
    });
  }

  /* 4 A date known to the day is asked for as one. */
  all("[data-cd-precision]").forEach((select) => {
    const fields = select.dataset.cdPrecision.split(" ").map((name) => select.form.elements[name]);
    const show = () => fields.forEach((field, nth) => {
      const was = field.value, exact = select.value === "minute";
      field.type = exact ? "datetime-local" : "date";
      if (was) field.value = exact ? `${was}T${nth ? "23:59" : "00:00"}`.slice(0, 16) : was.slice(0, 10);
    });
    on(select, "change", show);
    show();
    fields.forEach((field) => { field.defaultValue = field.value; });
  });

  /* 5 What was changed stays in this browser until it is done or given up. */
  const attempt = (deed) => { try { return deed(); } catch { return null; } }; /* a private window refuses */
  attempt(() => {
    if (one("[data-cd-done]")) localStorage.removeItem(sessionStorage.getItem("cd-sent"));
    sessionStorage.removeItem("cd-sent");
  });
  all("form[data-cd-draft]").forEach((form) => {
    const key = `cd-draft-${form.dataset.cdDraft}`, bound = "cdBound" in form.dataset, known = {};
    const said = one("[data-cd-draft-said]", form), back = one("template", form);
    const read = () => attempt(() => JSON.parse(localStorage.getItem(key))) || {}, draft = read();
    const fields = all("[name]:not([type=hidden],[type=file],button)", form);
    const marks = (name) => all(form.elements[`initial-${name}`] ? `[name=initial-${name}]` : "[name=version],[name=seen]", form);
    const shown = form.cloneNode(true);
    shown.reset();
    const values = (name, of = form) => new FormData(of).getAll(name);
    const changed = ({ name }) => `${values(name)}` !== `${values(name, shown)}`;
    const keep = (sent) => attempt(() => {
      const draft = read(); /* other tabs write too */
      fields.forEach((field) => {
        const { name } = field, value = values(name), was = known[name], mine = changed(field);
        if (`${value}` === was && (!mine || !sent && draft[name])) return;
        known[name] = `${value}`;
        if (bound || mine) {
          draft[name] = value;
          marks(name).forEach((mark) => { draft[mark.name] = mark.value; });
        } else if (`${draft[name]}` === was) delete draft[name];
      });
      draft["cd-at"] = new Date(now());
      localStorage.setItem(key, JSON.stringify(draft));
      if (said) said.textContent = `${said.dataset.kept} ${clock("short")}`;
    });
    fields.filter(({ name }) => draft[name]).forEach((field) => {
      const kept = [draft[field.name]].flat(), was = field.value;
      if (field.type === "checkbox") field.checked = kept.includes(was);
      else if (field.type === "radio") field.checked ||= kept.includes(was);
      else {
        field.value = kept[0];
        if (kept[0] && !field.value) field.value = was; /* not offered */
      }
      if (!bound) marks(field.name).forEach((mark) => { mark.value = draft[mark.name] ?? mark.value; });
      field.dispatchEvent(new Event("change"));
    });
    fields.forEach(({ name }) => { known[name] = `${values(name)}`; });
    if (fields.some(changed)) on(window, "load", () => back.after(back.content)); /* late enough to be announced */
    let later;
    on(form, "input", () => { clearTimeout(later); later = setTimeout(keep, 3e3); });
    on(window, "pagehide", () => { if (later && !form.dataset.cdSent) keep(); });
    on(form, "submit", () => {
      clearTimeout(later);
      keep(true);
      attempt(() => sessionStorage.setItem("cd-sent", key));
    });
    on(form, "click", ({ target }) => {
      if (!target.closest("[data-cd-drop]")) return;
      later = clearTimeout(later);
      attempt(() => localStorage.removeItem(key));
    });
  });

  /* 6 Drafts whose forms are not here: the server puts them in words, and keeps none. */
  all("[data-cd-drafts]").forEach((place) => attempt(() => {
    const isHere = (key) => one(`[data-cd-draft="${key.slice(9)}"]`);
    const left = Object.entries(localStorage).filter(([key]) => key.match(place.dataset.cdDrafts) && !isHere(key));
    place.drafts.value = JSON.stringify(left);
    if (left[0]) on(window, "load", () => window.htmx.trigger(place, "cd:drafts"));
    on(place, "click", ({ target }) => localStorage.removeItem(target.dataset.cdDrop));
  }));

  /* A long answer says how much of it fits. */
  all("[data-cd-most]").forEach((field) => {
    const tell = () => {
      const used = [...field.value.trim()].length, most = field.dataset.cdMost;
      field.labels[0].lastElementChild.textContent = used > most - 100 ? `${used} / ${most}` : "";
    };
    on(field, "input", tell);
    tell();
  });
})();
