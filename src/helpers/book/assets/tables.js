// Searches, filters and sorts the registers. A classic script without dependencies; without it the tables are
// complete and their controls stay hidden.
(function () {
  "use strict";

  var DIRECTIONS = ["ascending", "descending"];

  // Cards on a narrow screen take the display of a table away from its parts, and with it what they mean to
  // assistive technology.
  function keepMeaning(table) {
    var roles = { table: "table", thead: "rowgroup", tbody: "rowgroup", tr: "row", th: "columnheader", td: "cell" };
    [table].concat(Array.from(table.querySelectorAll("thead, tbody, tr, th, td"))).forEach(function (part) {
      part.setAttribute("role", roles[part.localName]);
    });
  }

  function words(text) {
    return text.toLowerCase().split(/\s+/).filter(Boolean);
  }

  function bring(register) {
    var form = register.querySelector(".kx-controls");
    if (!form) {
      keepMeaning(register.querySelector("table"));
      return;
    }
    var field = form.querySelector("input[type=search]");
    var choices = Array.from(form.querySelectorAll("select[data-filter]"));
    var count = form.querySelector(".kx-count");
    var body = register.querySelector("tbody");
    var original = Array.from(body.rows);
    var texts = new Map(
      original.map(function (row) {
        return [row, row.textContent.toLowerCase()];
      }),
    );

    function passes(row) {
      var chosen = choices.every(function (choice) {
        return !choice.value || (row.dataset[choice.dataset.filter] || "").split(" ").includes(choice.value);
      });
      return chosen && words(field.value).every((word) => texts.get(row).includes(word));
    }

    function filter() {
      var shown = original.filter(function (row) {
        row.hidden = !passes(row);
        return !row.hidden;
      });
      count.textContent = register.dataset.counted
        .replace("{shown}", shown.length)
        .replace("{all}", original.length);
    }

    function key(row, place, numeric) {
      var cell = row.cells[place];
      var text = "key" in cell.dataset ? cell.dataset.key : cell.textContent.trim();
      return numeric ? parseFloat(text) : text;
    }

    // Rows without a value stay at the end in both directions.
    function compare(one, other, sign, numeric) {
      var empty = numeric ? [isNaN(one), isNaN(other)] : [one === "", other === ""];
      if (empty[0] || empty[1]) return empty[0] - empty[1];
      return sign * (numeric ? one - other : one.localeCompare(other, undefined, { numeric: true }));
    }

    function unsort() {
      register.querySelectorAll("th[aria-sort]").forEach((head) => head.removeAttribute("aria-sort"));
    }

    function sort(head) {
      var next = DIRECTIONS[head.getAttribute("aria-sort") === DIRECTIONS[0] ? 1 : 0];
      var sign = next === DIRECTIONS[0] ? 1 : -1;
      var numeric = head.dataset.sort === "number";
      var place = head.cellIndex;
      unsort();
      head.setAttribute("aria-sort", next);
      body.append(
        ...original.slice().sort(function (one, other) {
          return compare(key(one, place, numeric), key(other, place, numeric), sign, numeric);
        }),
      );
    }

    function offerSorting(head) {
      var button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      button.addEventListener("click", function () {
        sort(head);
      });
      head.append(button);
    }

    // What a link leads to must be there to be seen.
    function showTarget() {
      var row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      if (!row || !body.contains(row) || !row.hidden) return;
      form.reset();
      row.scrollIntoView();
    }

    form.addEventListener("submit", function (event) {
      event.preventDefault();
    });
    form.addEventListener("input", filter);
    form.addEventListener("reset", function () {
      field.value = "";
      choices.forEach(function (choice) {
        choice.value = "";
      });
      unsort();
      body.append(...original);
      filter();
    });
    window.addEventListener("hashchange", showTarget);
    register.querySelectorAll("th[data-sort]").forEach(offerSorting);
    keepMeaning(register.querySelector("table"));
    filter();
    form.hidden = false;
    register.dataset.ready = "";
  }

  document.querySelectorAll(".kx-register").forEach(bring);
})();
