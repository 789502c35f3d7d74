// Brings the book's still figures to life when they come near. A classic script without dependencies: it works
// from disk and under a policy without inline code. The still picture stays until the live one is drawn.
(function () {
  "use strict";

  var script = document.currentScript;
  var bundle = new URL(script.getAttribute("data-bundle") || "vega-bundle.js", script.src).href;
  var loaded = {};

  // Load a script once, for what else on the page needs one too; after a failure it may be tried again.
  window.kxLoad = function load(address) {
    if (!loaded[address]) {
      loaded[address] = new Promise(function (resolve, reject) {
        var element = document.createElement("script");
        element.src = address;
        element.onload = resolve;
        element.onerror = function () { delete loaded[address]; reject(new Error("cannot load " + address)); };
        document.head.appendChild(element);
      });
    }
    return loaded[address];
  };

  function widen(view, change) {
    var beside = view.hconcat;
    if (typeof view.width === "number") { view.width = Math.max(60, view.width + change); }
    (view.vconcat || []).forEach(function (part) { widen(part, change); });
    (beside || []).forEach(function (part) { widen(part, change / beside.length); });
  }

  function fitted(name, room) {
    var spec = JSON.parse(JSON.stringify(window.kxSpecs[name]));
    widen(spec, Math.max(room, spec.usermeta.least) - spec.usermeta.width);
    return spec;
  }

  var options = {
    mode: "vega-lite",
    renderer: "svg",
    actions: false,
    ast: true,
    defaultStyle: false,
    hover: true,
    tooltip: { disableDefaultStyle: true }
  };

  function draw(figure) {
    var drawing = figure.querySelector(".kx-drawing");
    var room = drawing.clientWidth;
    var name = figure.getAttribute("data-name");
    var holder = document.createElement("div");
    holder.className = "kx-live kx-waiting";
    holder.setAttribute("aria-hidden", "true");
    drawing.appendChild(holder);
    figure.kxRoom = room;
    return window.vegaEmbed(holder, fitted(name, room), options).then(function (result) {
      // Labels beside marks move when the plot is narrowed to make room for them; a second pass settles it.
      return result.view.resize().runAsync().then(function () { show(figure, drawing, holder, result); });
    }).catch(function (problem) {
      drawing.removeChild(holder);
      throw problem;
    });
  }

  function show(figure, drawing, holder, result) {
    if (figure.kxResult) { figure.kxResult.finalize(); }
    drawing.querySelectorAll(".kx-live").forEach(function (old) {
      if (old !== holder) { drawing.removeChild(old); }
    });
    holder.className = "kx-live";
    figure.kxResult = result;
    figure.setAttribute("data-state", "live");
    markScrolling(drawing);
  }

  // A tab stop is useful only where there is something to scroll.
  function markScrolling(drawing) {
    if (drawing.scrollWidth > drawing.clientWidth + 1) {
      drawing.setAttribute("tabindex", "0");
    } else {
      drawing.removeAttribute("tabindex");
    }
  }

  function failed(figure, problem) {
    figure.setAttribute("data-state", "error");
    console.warn("figure " + figure.id + " stays still: " + problem.message);
  }

  function enliven(figure) {
    window.kxLoad(bundle)
      .then(function () { return window.kxLoad(new URL(figure.getAttribute("data-spec"), document.baseURI).href); })
      .then(function () { return draw(figure); })
      .then(function () { follow(figure); })
      .catch(function (problem) { failed(figure, problem); });
  }

  // The view reads its container at the window's resize event only, and side bars move without one.
  function follow(figure) {
    var waiting = 0;
    new ResizeObserver(function () {
      clearTimeout(waiting);
      waiting = setTimeout(function () {
        var room = figure.querySelector(".kx-drawing").clientWidth;
        if (room > 0 && Math.abs(room - figure.kxRoom) > 2) {
          draw(figure).catch(function (problem) { failed(figure, problem); });
        }
      }, 120);
    }).observe(figure.querySelector(".kx-drawing"));
  }

  // Served pages know their address, so a citation can name it; files on a disk have none worth citing.
  function completeAddresses(box) {
    if (!/^http/.test(location.protocol)) { return; }
    var base = new URL(box.getAttribute("data-root") || "./", location.href).href.split(/[?#]/)[0];
    box.querySelectorAll("code").forEach(function (code) {
      code.textContent = code.textContent.replace(/(^|[\s"])((?:figures|chapters|records)\/)/, "$1" + base + "$2");
    });
    box.querySelector(".kx-note").remove();
  }

  function offerCopy(part) {
    var code = part.querySelector("code");
    var button = document.createElement("button");
    button.type = "button";
    button.className = "kx-button";
    button.textContent = "Copy";
    button.setAttribute("aria-label", "Copy: " + part.querySelector("p").textContent);
    button.addEventListener("click", function () {
      getSelection().selectAllChildren(code);
      button.textContent = document.execCommand("copy") ? "Copied" : "Press Ctrl+C";
    });
    part.querySelector("p").append(" ", button);
  }

  function start() {
    document.querySelectorAll(".kx-cite[data-root]").forEach(completeAddresses);
    document.querySelectorAll(".kx-copy").forEach(offerCopy);
    var figures = document.querySelectorAll("figure.kx-figure[data-spec]");
    figures.forEach(function (figure) { markScrolling(figure.querySelector(".kx-drawing")); });
    var saving = navigator.connection && navigator.connection.saveData;
    if (saving || !window.IntersectionObserver || !window.ResizeObserver || !figures.length) { return; }
    var observer = new IntersectionObserver(function (entries) {
      entries.forEach(function (entry) {
        if (entry.isIntersecting) {
          observer.unobserve(entry.target);
          enliven(entry.target);
        }
      });
    }, { rootMargin: "300px 0px" });
    figures.forEach(function (figure) { observer.observe(figure); });
  }

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", start);
  } else {
    start();
  }
})();
