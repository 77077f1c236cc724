/* Runs before the first paint: the theme somebody chose, kept where the admin theme keeps its own. */
(() => {
  "use strict";
  const KEY = "_x_adminTheme";
  const root = document.documentElement;
  const read = () => {
    try { return JSON.parse(localStorage.getItem(KEY)) || "auto"; } catch { return "auto"; }
  };
  const show = (choice) => {
    root.classList.toggle("cd-auto", choice === "auto");
    root.classList.toggle("dark", choice === "dark");
  };
  const keep = (choice) => {
    try { localStorage.setItem(KEY, JSON.stringify(choice)); } catch { /* private */ }
    show(choice);
  };
  window.cdTheme = { read, keep };
  show(read());
})();
