/* The list of leads: filter, search and sort. Without this script the whole list stands there in its order. */
(function () {
  "use strict";
  var form = document.querySelector("form.filter");
  var table = document.getElementById("list");
  if (!form || !table) { return; }
  var body = table.tBodies[0];
  var rows = Array.prototype.slice.call(body.rows);
  var fields = Array.prototype.slice.call(form.querySelectorAll("[name]"));
  var shown = document.getElementById("shown");
  var none = document.getElementById("none");
  var reset = form.querySelector("button[type=reset]");
  rows.forEach(function (row, place) {
    row.dataset.place = place;
    row.dataset.text = row.textContent.toLowerCase();
  });

  function money(fen) {
    var whole = String(Math.floor(Math.abs(fen) / 100)).replace(/\B(?=(\d{3})+$)/g, ",");
    var rest = ("0" + (Math.abs(fen) % 100)).slice(-2);
    return (fen < 0 ? "−" : "") + whole + "." + rest;
  }

  function apply() {
    var count = 0, people = {}, owed = 0, over = 0, words = [];
    fields.forEach(function (field) {
      if (field.name === "q") { words = field.value.trim().toLowerCase().split(/\s+/).filter(Boolean); }
    });
    rows.forEach(function (row) {
      var fits = fields.every(function (field) {
        return field.name === "q" || !field.value || (" " + row.dataset[field.name] + " ").indexOf(" " + field.value + " ") >= 0;
      }) && words.every(function (word) { return row.dataset.text.indexOf(word) >= 0; });
      row.hidden = !fits;
      if (!fits) { return; }
      count += 1;
      people[row.dataset.person] = true;
      var fen = Number(row.dataset.fen || 0);
      if (fen > 0) { owed += fen; } else { over -= fen; }
    });
    shown.textContent = shown.dataset.text.replace("{n}", count).replace("{m}", rows.length)
      .replace("{people}", Object.keys(people).length).replace("{owed}", money(owed)).replace("{over}", money(over));
    none.hidden = count > 0;
  }

  function write() {
    var parts = fields.filter(function (field) { return field.value; }).map(function (field) {
      return field.name + "=" + encodeURIComponent(field.value);
    });
    history.replaceState(null, "", "#" + parts.join("&"));
    follow();
  }

  function read() {
    var given = {};
    location.hash.slice(1).split("&").forEach(function (part) {
      var at = part.indexOf("=");
      if (at > 0) { given[part.slice(0, at)] = decodeURIComponent(part.slice(at + 1)); }
    });
    fields.forEach(function (field) { field.value = given[field.name] || ""; });
    fields.forEach(function (field) { if (field.value === null || field.selectedIndex === -1) { field.value = ""; } });
    apply();
    follow();
  }

  /* The other language opens with the same choice. */
  function follow() {
    var link = document.querySelector(".switch a");
    if (link) { link.hash = location.hash; }
  }

  function sort(head, button) {
    var down = head.getAttribute("aria-sort") === "ascending";
    var column = head.cellIndex;
    var numeric = head.classList.contains("n");
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (cell) { cell.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    rows.sort(function (a, b) {
      var x = a.cells[column].dataset.sort || a.cells[column].textContent.trim();
      var y = b.cells[column].dataset.sort || b.cells[column].textContent.trim();
      var order = numeric ? Number(x) - Number(y) : x.localeCompare(y, document.documentElement.lang);
      return (down ? -order : order) || a.dataset.place - b.dataset.place;
    });
    rows.forEach(function (row) { body.appendChild(row); });
    button.focus();
  }

  Array.prototype.forEach.call(table.tHead.querySelectorAll("th[data-sortable]"), function (head) {
    var button = document.createElement("button");
    button.type = "button";
    while (head.firstChild) { button.appendChild(head.firstChild); }
    head.appendChild(button);
    button.addEventListener("click", function () { sort(head, button); });
  });
  form.hidden = false;
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("input", function () { apply(); write(); });
  reset.addEventListener("click", function (event) {
    event.preventDefault();
    fields.forEach(function (field) { field.value = ""; });
    apply(); write();
    form.querySelector("[name=q]").focus();
  });
  document.addEventListener("keydown", function (event) {
    var at = document.activeElement;
    var typing = at && /^(INPUT|SELECT|TEXTAREA)$/.test(at.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      form.querySelector("[name=q]").focus();
    }
    if (event.key === "Escape" && at && at.name === "q") { at.value = ""; apply(); write(); }
  });
  window.addEventListener("hashchange", read);
  read();
}());
