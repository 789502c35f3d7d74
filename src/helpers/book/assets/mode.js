// Sets the reader's choice of light or dark before the first paint. Without a choice the system's setting holds.
(function () {
  "use strict";
  try {
    var theme = localStorage.getItem("kx-theme");
    if (theme) document.documentElement.dataset.theme = theme;
  } catch (error) {
    // Storage may be closed to pages from disk.
  }
})();
