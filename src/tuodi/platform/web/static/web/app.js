// What a page gains where scripts run. Every page works without this file; nothing here fetches data.
"use strict";
document.documentElement.classList.add("js");

function onReady() {
  menu();
  confirmations();
  fileDrops();
  reveals();
  sentOnce();
  wideTables();
  window.addEventListener("resize", wideTables);
  const summary = document.querySelector('.notice[role="alert"][tabindex]');
  if (summary) summary.focus();
  if (document.querySelector("figure[data-chart]")) loadCharts();
}

// On a phone the menu folds under a button.
function menu() {
  const button = document.querySelector(".menu-button");
  const list = document.getElementById("menu");
  if (!button || !list) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(open));
    list.classList.toggle("open", open);
  });
}

// A link to a page that asks becomes a dialog that asks.
function confirmations() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-confirm]");
    const dialog = link && document.getElementById(link.dataset.confirm);
    if (dialog && typeof dialog.showModal === "function" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      dialog.showModal();
    }
    const close = event.target.closest("[data-close]");
    if (close) close.closest("dialog").close();
  });
}

function fileDrops() {
  for (const box of document.querySelectorAll("[data-file-drop]")) {
    const input = box.querySelector('input[type="file"]');
    const area = box.querySelector(".file-drop-area");
    box.querySelector("[data-file-drop-text]").hidden = false;
    for (const name of ["dragover", "dragleave", "drop"])
      area.addEventListener(name, (event) => {
        event.preventDefault();
        area.classList.toggle("over", name === "dragover");
        if (name !== "drop" || !event.dataTransfer.files.length) return;
        if (!input.multiple && event.dataTransfer.files.length > 1) return;
        input.files = event.dataTransfer.files;
        input.dispatchEvent(new Event("change", { bubbles: true }));
      });
  }
}

// One small form open at a time; Escape or a click beside it closes it and gives the focus back.
function reveals() {
  const close = (details, focus) => {
    details.open = false;
    if (focus) details.querySelector("summary").focus();
  };
  document.addEventListener("click", (event) => {
    for (const details of document.querySelectorAll("details.reveal[open]"))
      if (!details.contains(event.target)) close(details, false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const details of document.querySelectorAll("details.reveal[open]")) close(details, true);
  });
}

// A second click while the first is under way sends nothing; a page shown again may send again.
function sentOnce() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) return void event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 3000);
  });
}

// A table wider than the page can be scrolled with the keyboard.
function wideTables() {
  for (const wrap of document.querySelectorAll(".table-wrap")) {
    const wide = wrap.scrollWidth > wrap.clientWidth + 1;
    wrap.classList.toggle("fits", !wide);
    const caption = wrap.querySelector("caption");
    if (wide) {
      wrap.tabIndex = 0;
      wrap.setAttribute("role", "region");
      if (caption) wrap.setAttribute("aria-label", caption.textContent);
    } else for (const name of ["tabindex", "role", "aria-label"]) wrap.removeAttribute(name);
  }
}

function loadCharts() {
  const address = document.querySelector('meta[name="charts"]');
  if (!address) return;
  const script = document.createElement("script");
  script.src = address.content;
  document.head.append(script);
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", onReady);
else onReady();
