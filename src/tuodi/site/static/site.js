/* Two places beside each other, and what a link or the printer asks for opened. Without this script all of it stands there. */
(function () {
  "use strict";
  function open() {
    var at = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    var box = at && (at.tagName === "DETAILS" ? at : at.querySelector("details"));
    if (box) { box.open = true; }
    if (at) { at.scrollIntoView(); }
  }
  window.addEventListener("hashchange", open);
  open();
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (one) { one.open = true; });
  });

  var form = document.getElementById("two");
  if (!form) { return; }
  var said = document.getElementById("said");
  form.hidden = false;

  function apply() {
    var wanted = [form.place1.value, form.place2.value].filter(Boolean);
    var both = wanted.length === 2, other = 0;
    document.querySelectorAll(".question").forEach(function (question) {
      var shown = 0;
      question.querySelectorAll("tbody tr").forEach(function (row) {
        var left = 0;
        row.querySelectorAll("li[data-id]").forEach(function (place) {
          place.hidden = wanted.length > 0 && wanted.indexOf(place.dataset.id) < 0;
          if (!place.hidden) { left += 1; }
        });
        row.hidden = !left;
        if (left) { shown += 1; }
      });
      var differ = both && shown === 2;
      var tag = question.querySelector("h2 .tag");
      tag.textContent = both ? (differ ? tag.dataset.other : tag.dataset.same) : tag.dataset.all;
      tag.classList.toggle("todo", differ);
      if (differ) { other += 1; }
    });
    said.textContent = both ? said.dataset.text.replace("{n}", other) : "";
  }

  form.addEventListener("change", apply);
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("reset", function (event) {
    event.preventDefault();
    form.place1.value = form.place2.value = "";
    apply();
  });
  apply();
}());
