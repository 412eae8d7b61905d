(function () {
  "use strict";
  var root = document.documentElement;
  function all(selector, from) { return Array.prototype.slice.call((from || document).querySelectorAll(selector)); }
  function show(language) {
    root.setAttribute("data-show", language);
    root.setAttribute("lang", language === "en" ? "en" : "zh-CN");
    all("[data-language]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-language") === language));
    });
  }
  function fromHash() {
    var asked = /^#lang=(zh|en)$/.exec(location.hash);
    if (asked) { show(asked[1]); }
  }
  show("zh");

  function sortable(table) {
    var body = table.tBodies[0];
    all("th[data-sort]", table).forEach(function (head) {
      var button = document.createElement("button");
      button.type = "button";
      while (head.firstChild) { button.appendChild(head.firstChild); }
      head.appendChild(button);
      button.addEventListener("click", function () {
        var numeric = head.getAttribute("data-sort") === "number";
        var was = head.getAttribute("aria-sort");
        var down = was ? was === "ascending" : numeric;
        all("th[aria-sort]", table).forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        var place = head.cellIndex;
        function key(row) { return row.cells[place].getAttribute("data-value") || ""; }
        all("tr", body).map(function (row, index) { return { row: row, key: key(row), index: index }; }).sort(function (a, b) {
          if (!a.key || !b.key) { return a.key ? -1 : b.key ? 1 : a.index - b.index; }
          var order = numeric ? parseFloat(a.key) - parseFloat(b.key) : a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
          return (down ? -order : order) || a.index - b.index;
        }).forEach(function (item) { body.appendChild(item.row); });
      });
    });
  }

  function filters() {
    var controls = document.getElementById("flag-filters");
    if (!controls) { return; }
    var triage = controls.querySelector("[name=triage]");
    var campaign = controls.querySelector("[name=campaign]");
    var words = controls.querySelector("[name=words]");
    var counted = controls.querySelector("output");
    var rows = all("#flag-rows > tr");
    function apply() {
      var wanted = words.value.trim().toLowerCase();
      var kept = 0;
      rows.forEach(function (row) {
        var fits = (!triage.value || row.getAttribute("data-triage") === triage.value) &&
          (!campaign.value || row.getAttribute("data-campaign") === campaign.value) &&
          (!wanted || row.textContent.toLowerCase().indexOf(wanted) >= 0);
        row.hidden = !fits;
        kept += fits ? 1 : 0;
      });
      counted.textContent = kept + " / " + rows.length;
    }
    [triage, campaign, words].forEach(function (control) { control.addEventListener("input", apply); });
    apply();
  }

  function icon(path) {
    var space = "http://www.w3.org/2000/svg";
    var picture = document.createElementNS(space, "svg");
    var line = document.createElementNS(space, "path");
    picture.setAttribute("viewBox", "0 0 16 16");
    picture.setAttribute("aria-hidden", "true");
    line.setAttribute("d", path);
    picture.appendChild(line);
    return picture;
  }

  function copying() {
    var sheets = "M5.5 5.5h8v8h-8zM3.5 10.5h-1v-8h8v1";
    var tick = "M3 8.5l3.5 3.5L13 4.5";
    all("code[data-copy]").forEach(function (code) {
      var button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.appendChild(icon(sheets));
      button.setAttribute("aria-label", "复制编号 copy id " + code.textContent);
      button.addEventListener("click", function () {
        var range = document.createRange();
        range.selectNodeContents(code);
        var selection = window.getSelection();
        selection.removeAllRanges();
        selection.addRange(range);
        var done = function () {
          button.replaceChildren(icon(tick));
          window.setTimeout(function () { button.replaceChildren(icon(sheets)); }, 1200);
        };
        if (navigator.clipboard) { navigator.clipboard.writeText(code.textContent).then(done, function () {}); }
      });
      code.parentNode.insertBefore(button, code.nextSibling);
    });
  }

  document.addEventListener("DOMContentLoaded", function () {
    show(root.getAttribute("data-show"));
    fromHash();
    all("[data-language]").forEach(function (button) {
      button.addEventListener("click", function () { show(button.getAttribute("data-language")); });
    });
    all("table[data-sortable]").forEach(sortable);
    filters();
    copying();
  });
  window.addEventListener("hashchange", fromHash);
  window.addEventListener("beforeprint", function () {
    all("details").forEach(function (part) { part.open = true; });
  });
}());
