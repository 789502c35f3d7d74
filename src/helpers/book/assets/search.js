// Finds every section that holds all words of the query. The index is a script, so it also loads from disk.
(function () {
  "use strict";
  var SHOWN = 40;
  var AROUND = 90;
  var count = document.getElementById("kx-search-count");
  var list = document.getElementById("kx-search-results");
  var query = new URLSearchParams(location.search).get("q") || "";
  var words = query.toLowerCase().split(/\s+/).filter(Boolean);

  function rank(entry) {
    var title = entry.heading.toLowerCase();
    var all = title + " " + entry.text.toLowerCase();
    if (!words.every((word) => all.includes(word))) return 0;
    return 1 + 10 * words.filter((word) => title.includes(word)).length;
  }

  function excerpt(text) {
    var at = text.toLowerCase().indexOf(words[0]);
    var start = Math.max(0, at - AROUND);
    var part = text.slice(start, start + 2 * AROUND);
    return (start > 0 ? "… " : "") + part + (start + 2 * AROUND < text.length ? " …" : "");
  }

  function show(entry) {
    var item = document.createElement("li");
    var link = document.createElement("a");
    link.href = entry.url;
    link.textContent = entry.heading === entry.page ? entry.page : entry.page + ": " + entry.heading;
    var passage = document.createElement("p");
    passage.textContent = excerpt(entry.text);
    item.append(link, passage);
    list.append(item);
  }

  document.getElementById("kx-search-field").value = query;
  if (!words.length) return;
  var found = window.reportSearchIndex
    .map((entry) => ({ entry: entry, rank: rank(entry) }))
    .filter((hit) => hit.rank > 0)
    .sort((a, b) => b.rank - a.rank);
  found.slice(0, SHOWN).forEach((hit) => show(hit.entry));
  count.textContent = found.length
    ? found.length + (found.length === 1 ? " section holds “" : " sections hold “") + query + "”."
    : "No section holds “" + query + "”. Try fewer or shorter words.";
})();
