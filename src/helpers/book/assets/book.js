// The few behaviours that pages have beyond HTML: theme button, current section, scrollable tables.
(function () {
  "use strict";
  var root = document.documentElement;

  function remember(theme) {
    try {
      localStorage.setItem("kx-theme", theme);
    } catch (error) {
      // Without storage the choice lasts for this page only.
    }
  }

  function isDark() {
    var theme = root.dataset.theme;
    return theme ? theme === "dark" : window.matchMedia("(prefers-color-scheme: dark)").matches;
  }

  function offerTheme(button) {
    function label() {
      button.textContent = isDark() ? "Light" : "Dark";
    }
    button.addEventListener("click", function () {
      root.dataset.theme = isDark() ? "light" : "dark";
      remember(root.dataset.theme);
      label();
    });
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", label);
    label();
    button.hidden = false;
  }

  // What scrolls sideways must be reachable by keyboard.
  function reachScrollers() {
    document.querySelectorAll(".kx-scroll, .kx-formula, .highlight pre").forEach(function (box) {
      if (box.scrollWidth > box.clientWidth) {
        box.tabIndex = 0;
      } else {
        box.removeAttribute("tabindex");
      }
    });
  }

  function followSections(links) {
    var byId = new Map();
    links.forEach(function (link) {
      byId.set(decodeURIComponent(link.hash.slice(1)), link);
    });
    var observer = new IntersectionObserver(
      function (entries) {
        entries.forEach(function (entry) {
          if (!entry.isIntersecting) return;
          links.forEach(function (link) {
            link.removeAttribute("aria-current");
          });
          byId.get(entry.target.id).setAttribute("aria-current", "true");
        });
      },
      { rootMargin: "0px 0px -75% 0px" },
    );
    byId.forEach(function (link, id) {
      var section = document.getElementById(id);
      if (section) observer.observe(section);
    });
  }

  var button = document.querySelector(".kx-mode");
  if (button) offerTheme(button);
  reachScrollers();
  window.addEventListener("resize", reachScrollers);
  document.addEventListener("toggle", reachScrollers, true);
  followSections(document.querySelectorAll('.kx-local a[href^="#"]:not([href="#"])'));
})();
