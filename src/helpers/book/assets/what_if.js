// Moves a chapter's "what if" to another point. All texts stand in the grid's script, finished; this one picks
// them and fills slots. A classic script that needs the loader of figures.js only: it works from disk and without
// inline code.
(function () {
  "use strict";
  var MARK = "#what-if:";

  function fill(template, texts) {
    var next = 0;
    return template.replace(/\{[^{}]+\}/g, function () { return texts[next++]; });
  }

  function Box(element) {
    this.element = element;
    this.sliders = Array.prototype.slice.call(element.querySelectorAll("input[type=range]"));
    this.own = this.read();
    this.bar = element.querySelector(".kx-if-bar");
    this.back = element.querySelector(".kx-if-links > .kx-if-back");
  }

  Box.prototype.read = function () {
    return this.sliders.map(function (slider) { return Number(slider.value); });
  };

  Box.prototype.isMoved = function () {
    return this.read().join() !== this.own.join();
  };

  Box.prototype.load = function () {
    var data = this.element.dataset;
    return window.kxLoad(new URL(data.grid, document.baseURI).href).then(function () {
      return window.kxWhatIf[data.notebook][data.part];
    });
  };

  Box.prototype.show = function () {
    var box = this;
    return this.load().then(function (grid) { box.fill(grid, box.read()); }).catch(function (problem) {
      box.set(box.own);
      box.element.querySelector(".kx-if-failed").hidden = false;
      console.warn(problem.message);
    });
  };

  Box.prototype.set = function (steps) {
    this.sliders.forEach(function (slider, axis) { slider.value = steps[axis]; });
  };

  Box.prototype.fill = function (grid, steps) {
    var place = steps.reduce(function (sum, step, axis) { return sum * grid.steps[axis].length + step; }, 0);
    var point = grid.points[place];
    var word = function (number) { return grid.words[number]; };
    this.sliders.forEach(function (slider, axis) {
      var text = grid.steps[axis][steps[axis]];
      slider.setAttribute("aria-valuetext", text);
      slider.parentElement.querySelector(".kx-slider-step").textContent = text;
    });
    this.element.querySelectorAll("[data-cell]").forEach(function (cell, number) {
      cell.textContent = word(point[0][number]);
    });
    this.element.querySelectorAll(".kx-said > span").forEach(function (span, number) {
      var said = point[1][number];
      span.textContent = fill(grid.templates[said[0]], said.slice(1).map(word));
    });
    var tokens = steps.map(function (step, axis) { return grid.tokens[axis][step]; });
    this.element.querySelector("pre > code").textContent = fill(grid.command, tokens);
    this.mark(steps);
    this.state = grid.names.map(function (name, axis) { return name + "=" + tokens[axis]; }).join("&");
    this.element.querySelector(".kx-if-link").href = MARK + this.state;
    this.back.hidden = !this.isMoved();
    this.announce();
  };

  // Whoever reads on below is told that the text there does not follow.
  Box.prototype.announce = function () {
    if (!this.bar) { return; }
    this.bar.hidden = !this.isMoved();
    this.bar.querySelector("span").textContent = this.element.querySelector(".kx-said > span").textContent;
  };

  Box.prototype.goBack = function () {
    this.set(this.own);
    this.sliders[0].focus();
    return this.show().then(remember);
  };

  Box.prototype.mark = function (steps) {
    this.element.querySelectorAll(".kx-response > g").forEach(function (row) {
      var chosen = Number(row.dataset.row) === (steps.length > 1 ? steps[1] : 0);
      row.classList.toggle("kx-on", chosen);
      row.querySelectorAll("g").forEach(function (dot) {
        dot.classList.toggle("kx-on", chosen && Number(dot.dataset.step) === steps[0]);
      });
      if (chosen) { row.parentElement.appendChild(row); }
    });
  };

  // The steps that a link asks for, or none if it does not speak of this box.
  Box.prototype.find = function (grid, state) {
    var steps = grid.names.map(function (name, axis) { return grid.tokens[axis].indexOf(state.get(name)); });
    return steps.indexOf(-1) < 0 ? steps : null;
  };

  Box.prototype.restore = function (state) {
    var box = this;
    return this.load().then(function (grid) {
      var steps = box.find(grid, state);
      if (!steps) { return; }
      var folded = box.element.closest("details");
      if (folded) { folded.open = true; }
      box.set(steps);
      box.fill(grid, steps);
      box.element.scrollIntoView();
    }).catch(function (problem) { console.warn(problem.message); });
  };

  function restoreAll() {
    if (location.hash.indexOf(MARK) !== 0) { return; }
    var state = new URLSearchParams(location.hash.slice(MARK.length));
    boxes.forEach(function (box) { box.restore(state); });
  }

  function remember() {
    var moved = boxes.filter(function (box) { return box.isMoved(); });
    var state = moved.map(function (box) { return box.state; }).join("&");
    try {
      history.replaceState(null, "", state ? MARK + state : "#what-if");
    } catch (error) {
      // The link in the box holds the state all the same.
    }
  }

  function start(box) {
    box.sliders.forEach(function (slider) {
      slider.hidden = false;
      slider.addEventListener("input", function () { box.show(); });
      slider.addEventListener("change", function () { box.show().then(remember); });
    });
    box.element.classList.add("kx-ready");
    box.element.querySelectorAll(".kx-if-back").forEach(function (button) {
      button.addEventListener("click", function () { box.goBack(); });
    });
    if (box.bar) { document.querySelector("main").appendChild(box.bar); }
    ["pointerenter", "focusin"].forEach(function (sign) {
      box.element.addEventListener(sign, function () { box.load().catch(function () {}); }, { once: true });
    });
  }

  var boxes = Array.prototype.map.call(document.querySelectorAll(".kx-if"), function (element) {
    return new Box(element);
  });
  boxes.forEach(start);
  restoreAll();
  window.addEventListener("hashchange", restoreAll);
})();
