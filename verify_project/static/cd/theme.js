/* Runs before the first paint: the theme somebody chose, in the place where the admin theme keeps
   its own choice, so that one switch serves both. Without a choice the system decides. */
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
    try { localStorage.setItem(KEY, JSON.stringify(choice)); } catch { /* private window: this page only */ }
    show(choice);
  };
  window.cdTheme = { read, keep };
  show(read());
})();
