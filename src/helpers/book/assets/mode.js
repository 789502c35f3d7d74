// Sets light or dark before the first paint, so that the page does not flash.
(function () {
  "use strict";
  var stored = null;
  try {
    stored = localStorage.getItem("kx-theme");
  } catch (error) {
    // Storage may be closed to pages from disk; the system's setting then holds.
  }
  var dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = stored || (dark ? "dark" : "light");
})();
