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

  // Marks in the list of contents the last section that has begun; above the first of them, none.
  function followSections(links) {
    var parts = Array.from(links, function (link) {
      return { link: link, section: document.getElementById(decodeURIComponent(link.hash.slice(1))) };
    }).filter((part) => part.section);

    function mark() {
      var begun = parts.filter((part) => part.section.getBoundingClientRect().top < innerHeight / 4);
      parts.forEach((part) => part.link.removeAttribute("aria-current"));
      if (begun.length) begun[begun.length - 1].link.setAttribute("aria-current", "true");
    }

    var observer = new IntersectionObserver(mark, { rootMargin: "0px 0px -75% 0px" });
    parts.forEach((part) => observer.observe(part.section));
  }

  // What a term means, on hover and on focus. The tip can be pointed at and goes with Escape; without scripts
  // the term is a link to the glossary.
  function explainTerms() {
    var tip = document.createElement("div");
    var leaving = 0;
    tip.className = "kx-tip";
    tip.id = "kx-tip";
    tip.setAttribute("role", "tooltip");
    tip.hidden = true;

    function show(term) {
      clearTimeout(leaving);
      tip.textContent = term.dataset.tip;
      tip.hidden = false;
      var box = term.getBoundingClientRect();
      tip.style.left = scrollX + Math.max(16, Math.min(box.left, root.clientWidth - tip.offsetWidth - 16)) + "px";
      tip.style.top = scrollY + box.bottom + 6 + "px";
    }

    function hide() {
      clearTimeout(leaving);
      leaving = setTimeout(leave, 150);
    }

    // What gets the focus next must not lie under the tip.
    function leave() {
      clearTimeout(leaving);
      tip.hidden = true;
    }

    document.querySelectorAll(".kx-term").forEach(function (term) {
      term.setAttribute("aria-describedby", tip.id);
      ["mouseenter", "focus"].forEach((name) => term.addEventListener(name, () => show(term)));
      term.addEventListener("mouseleave", hide);
      term.addEventListener("blur", leave);
    });
    tip.addEventListener("mouseenter", () => clearTimeout(leaving));
    tip.addEventListener("mouseleave", hide);
    document.addEventListener("keydown", function (event) {
      if (event.key === "Escape") leave();
    });
    document.querySelector("main").append(tip);
  }

  var button = document.querySelector(".kx-mode");
  if (button) offerTheme(button);
  explainTerms();
  reachScrollers();
  window.addEventListener("resize", reachScrollers);
  document.addEventListener("toggle", reachScrollers, true);
  followSections(document.querySelectorAll('.kx-local a[href^="#"]:not([href="#"])'));
})();
