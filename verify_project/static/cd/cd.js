/* Makes the pages faster; they work without it (docs/design.md). */
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const on = (target, name, run) => target.addEventListener(name, run);
  const fill = (pattern, values) => pattern.replace(/%\((\w+)\)[ds]/g, (_, name) => values[name]);

  /* 1 Words: from the page, in its language. */
  const words = JSON.parse(one("#cd-words").dataset.words);

  /* 2 Time: the server's clock, carried on by this machine's monotonic one. */
  const began = Date.parse(words.now) - performance.now(), now = () => began + performance.now();
  const clock = (timeStyle) => new Date(now()).toLocaleTimeString("en-GB", { timeZone: words.zone, timeStyle });
  const MINUTE = 60e3, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

  const part = (pattern, number) => (number ? fill(pattern, { number }) : "");
  const pair = (larger, smaller) => (smaller ? fill(words.pair, { larger, smaller }) : larger);
  const duration = (span, exact) => {
    if (span < MINUTE) return words.under;
    const minutes = Math.floor((span % HOUR) / MINUTE);
    if (span < HOUR) return part(words.min, minutes);
    if (span < 48 * HOUR) return pair(part(words.hour, Math.floor(span / HOUR)), exact ? part(words.min, minutes) : "");
    return pair(fill(words.day, { number: Math.floor(span / DAY) }), part(words.hour, Math.floor((span % DAY) / HOUR)));
  };
  const relative = (moment, at) => {
    if (moment > at) return fill(words.in, { duration: duration(moment - at) });
    return at - moment < MINUTE ? words.just : fill(words.ago, { duration: duration(at - moment) });
  };

  const showChip = (chip, at) => {
    const due = Date.parse(chip.dataset.cdDue), warn = chip.dataset.cdWarn * 1e3;
    const kind = due < at ? "late" : due - warn < at ? "soon" : "plain";
    const left = fill(kind === "late" ? words.late : words.in, { duration: duration(Math.abs(due - at), kind !== "plain") });
    const text = one(".cd-left", chip);
    if (text.textContent !== left) text.textContent = left;
    if (chip.classList.contains(`cd-chip-${kind}`)) return;
    ["late", "soon", "plain"].forEach((other) => chip.classList.toggle(`cd-chip-${other}`, other === kind));
    one("svg", chip)?.remove();
    const icon = `<svg class="cd-i" aria-hidden="true"><use href="${words.sprite}#f-${kind}"/></svg>`;
    if (kind !== "plain") chip.insertAdjacentHTML("afterbegin", icon);
    document.dispatchEvent(new CustomEvent("cd:deadline", { detail: { kind } }));
  };

  let flip;
  const tick = () => {
    const at = now(), chips = all("[data-cd-due]");
    chips.forEach((chip) => showChip(chip, at));
    all("[data-cd-past]").forEach((line) => {
      if (Date.parse(line.dateTime) < at && line.textContent !== line.dataset.cdPast) line.textContent = line.dataset.cdPast;
    });
    all("[data-cd-moment]").forEach((text) => { text.textContent = relative(Date.parse(text.closest("time").dateTime), at); });
    const moments = chips.flatMap(({ dataset: { cdDue, cdWarn } }) => [Date.parse(cdDue), Date.parse(cdDue) - cdWarn * 1e3])
      .filter((moment) => moment >= at);
    clearTimeout(flip);
    flip = setTimeout(tick, Math.min(...moments, at + DAY) - at + 2);
  };
  setInterval(tick, 30e3);
  on(document, "visibilitychange", tick);
  on(document, "htmx:load", tick);

  /* 3 Keys: each belongs to a visible control. Single ones are silent while somebody types (WCAG 2.1.4). */
  const mode = words.keys, extra = new Map();
  const BOX = "[type=checkbox],[type=radio]";
  const TYPING = `input:not(${BOX},[type=button],[type=submit],[type=reset]),textarea,select,[contenteditable=true]`;
  const shown = (element) => element.getClientRects().length > 0;
  const produced = (event) => {
    if (event.key.length > 1 || event.key.charCodeAt(0) < 128) return event.key;
    /* non-Latin layout: where the key sits */
    return /^(?:Key|Digit)(.)$/.exec(event.code)?.[1].toLowerCase() || event.key;
  };
  const controls = () => {
    return all("[data-cd-key]", one("dialog[open]") || document)
      .filter((control) => !control.disabled && !control.closest("[inert]") && (shown(control) || control.labels?.length));
  };
  const begins = (keys) => [...listed().keys()].some((known) => known.startsWith(`${keys} `));
  const press = (control) => {
    const typing = control.matches(TYPING);
    if (!control.matches("a,button")) control.focus();
    if (control.matches("textarea")) control.setSelectionRange(control.value.length, control.value.length);
    if (!typing) control.click();
  };
  const act = (keys, event) => {
    const control = controls().find(({ dataset }) => dataset.cdKey === keys);
    const own = !control && !one("dialog[open]") && extra.get(keys);
    if (!own && !control) return false;
    event.preventDefault();
    if (own) own.run(event); else press(control);
    return true;
  };
  let sequence = "", wait, quiet;
  const forget = () => { sequence = ""; clearTimeout(wait); };
  on(document, "keydown", (event) => {
    const { target } = event, command = event.ctrlKey || event.metaKey;
    if (event.defaultPrevented || event.isComposing || mode === "off") return;
    const typing = target.matches?.(TYPING);
    if (command ? event.key === "k" : typing) quiet = command && now() + 2e3; /* until the palette has the focus */
    if (event.key === "Escape" && typing) { target.blur(); return; }
    if (command && event.key === "Enter") {
      const own = target.form?.querySelector("[data-cd-send]"); /* what is being written goes first */
      if (own && target.value) own.click(); else act("Control+Enter", event);
      return;
    }
    if (typing || command || now() < quiet || event.altKey !== (mode === "alt")) return;
    const key = produced(event);
    if (/^(Shift|Alt)$/.test(key)) return;
    if (key === "Enter" && target.matches(`a,button,summary,${BOX}`)) return;
    if (key === " " && target.matches(`button,summary,${BOX}`)) return;
    const keys = sequence ? `${sequence} ${key}` : key;
    forget();
    if (act(keys, event)) return;
    if (begins(keys)) {
      sequence = keys;
      wait = setTimeout(forget, 1500);
      event.preventDefault();
    }
  });
  const addKey = (keys, label, run) => extra.set(keys, { label, run });
  const nameOf = (control) => {
    const box = (control.labels?.[0] || control).cloneNode(true);
    all("kbd", box).forEach((key) => key.remove());
    return control.dataset.cdKeyLabel || control.ariaLabel || box.textContent.replace(/\s+/g, " ").trim();
  };
  const listed = () => {
    const found = new Map([...extra].map(([keys, own]) => [keys, own.label]));
    controls().forEach((control) => found.set(control.dataset.cdKey, nameOf(control)));
    return found;
  };
  const make = (tag, className = "", textContent = "") => Object.assign(document.createElement(tag), { className, textContent });
  const entry = ([keys, label]) => {
    const item = make("li"), caps = make("span");
    (keys === " " ? ["Space"] : keys.split(/[ +]/)).forEach((key) => {
      caps.append(make("kbd", "", key === "Control" ? "Ctrl" : key), " ");
    });
    item.append(make("span", "", label), caps);
    return item;
  };
  const listKeys = () => {
    const dialog = make("dialog", "cd-dialog cd");
    dialog.ariaLabel = words.shortcuts;
    const head = make("div", "cd-card-head"), close = make("button", "cd-btn cd-btn-sm", words.close);
    on(close, "click", () => dialog.close());
    head.append(make("h2", "", words.shortcuts), make("span", "cd-grow"), close);
    const list = make("ul", "cd-keylist");
    list.append(...[...listed()].map(entry));
    dialog.append(head, list);
    on(dialog, "close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  };
  addKey("?", words.keysLabel, listKeys);
  words.goes.forEach(([keys, label, to]) => addKey(keys, label, () => location.assign(to)));

  /* 4 Rows: j and k move, the link takes the focus, so Enter opens it; x and Shift with arrows tick. */
  const rows = () => all("[data-cd-rows] [data-cd-row]").filter(shown);
  const current = () => rows().find((row) => row.classList.contains("cd-sel-row"));
  const choose = (row) => {
    if (!row) return;
    rows().forEach((other) => {
      other.classList.toggle("cd-sel-row", other === row);
      other.ariaCurrent = other === row ? "true" : null;
    });
    row.dispatchEvent(new Event("cd:row", { bubbles: true }));
  };
  const move = (step) => {
    const list = rows(), row = list[Math.max(list.indexOf(current()) + step, 0)] || list.at(-1);
    choose(row);
    if (row) one("a", row)?.focus();
  };
  if (rows().length) {
    const table = one("[data-cd-rows]");
    addKey("j", table.dataset.cdNext || "Next row", () => move(1));
    addKey("k", table.dataset.cdPrevious || "Previous row", () => move(-1));
    on(table, "focusin", (event) => {
      const row = event.target.closest("[data-cd-row]");
      if (row && row !== current()) choose(row);
    });
    const box = () => current()?.querySelector("[name=claims]");
    if (table.dataset.cdSelect) addKey("x", table.dataset.cdSelect, () => box()?.click());
    on(table, "keydown", (event) => {
      const step = event.shiftKey && box() && { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      box().checked = true;
      move(step);
      box().checked = true;
    });
  }

  /* 5 Forms: a button says what it does and cannot be pressed twice; leaving and coming back frees it. */
  const release = (button) => {
    button.disabled = false;
    button.ariaBusy = null;
    if ("cdWas" in button.dataset) button.innerHTML = button.dataset.cdWas;
    delete button.dataset.cdWas;
  };
  const free = (form) => {
    delete form.dataset.cdSent;
    all("[aria-busy]").filter((button) => button.form === form).forEach(release);
  };
  on(document, "submit", (event) => {
    const { target: form, submitter: button } = event;
    if (event.defaultPrevented || form.method === "get" || form.method === "dialog") return;
    if (form.dataset.cdSent) { event.preventDefault(); return; }
    form.dataset.cdSent = "1";
    if (!button) return;
    setTimeout(() => { /* after the browser has read the form: a disabled button sends no value */
      if (!form.dataset.cdSent) return;
      button.ariaBusy = "true";
      button.disabled = true;
    }, 0);
    setTimeout(() => {
      if (!form.dataset.cdSent || !button.dataset.cdBusy) return;
      button.dataset.cdWas = button.innerHTML;
      button.textContent = button.dataset.cdBusy;
    }, 300);
  });
  on(window, "pageshow", (event) => { if (event.persisted) all("[data-cd-sent]").forEach(free); });
  on(document, "htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest?.("form");
    if (form) free(form);
  });
  /* It names what was chosen: the words of an option, or a moment on its field's clock. */
  all("[data-cd-says]").forEach((button) => {
    const own = button.firstChild.data, field = button.form.elements[button.dataset.cdSays];
    const at = (value) => value && fill(button.dataset.cdMomentWords, { moment: new Date(`${value}Z`).toLocaleString("en-GB", {
      timeZone: "UTC", weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit",
      year: value.startsWith(new Date(now()).getFullYear()) ? undefined : "numeric",
    }).replaceAll(",", "") });
    const say = () => {
      const words = field.options ? field.selectedOptions[0]?.dataset.cdWords : at(field.value);
      button.firstChild.data = words ? `${words} ` : own;
    };
    on(field, "change", say);
    say();
  });
  all("select[data-cd-go]").forEach((select) => on(select, "change", () => select.form.requestSubmit()));
  one(".cd-errors")?.focus();

  /* 6 Theme: choosing what the system wants leaves it to it. */
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => ({ auto: system.matches, dark: true })[window.cdTheme.read()];
  const label = (button) => {
    button.ariaLabel = isDark() ? words.light : words.dark;
    one("use", button)?.setAttribute("href", `${words.sprite}#${isDark() ? "x-sun" : "x-moon"}`);
  };
  if (window.cdTheme) {
    all("[data-cd-theme]").forEach((button) => {
      button.hidden = false;
      label(button);
      on(system, "change", () => label(button));
      on(button, "click", () => {
        const wanted = isDark() ? "light" : "dark";
        window.cdTheme.keep(system.matches === (wanted === "dark") ? "auto" : wanted);
        label(button);
      });
    });
  } else on(system, "change", () => { // the admin's looks only at first
    if (!/light|dark/.test(localStorage._x_adminTheme)) document.documentElement.classList.toggle("dark", system.matches);
  });

  /* 7 Menus close with Escape or a click elsewhere. */
  const menus = () => all("details:is(.cd-more,.cd-menu)[open]");
  on(document, "click", (event) => menus().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; }));
  on(document, "keydown", (event) => {
    if (event.key === "Escape") menus().forEach((menu) => { menu.open = false; one("summary", menu).focus(); });
  });

  window.cd = { all, one, on, now, clock, addKey };
  tick();
})();
