// Makes pages quicker to use. Every page works without it.
(function () {
  "use strict";

  // --- Ctrl+Enter or Cmd+Enter sends the form marked data-submit-key ---

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.repeat) return;
    const marked = "form[data-submit-key]";
    const form = event.target.closest(marked) || document.querySelector(marked);
    if (!form) return;
    event.preventDefault();
    // Leaving the field first lets what was typed be saved like by the Tab key.
    if (document.activeElement) document.activeElement.blur();
    form.requestSubmit(form.querySelector("[data-submit]") || undefined);
  });

  // --- A pressed button shows at once that something happens ---

  const waiting = new Set();

  function release(button) {
    button.removeAttribute("aria-busy");
    waiting.delete(button);
  }

  document.addEventListener("submit", function (event) {
    const button = event.submitter;
    if (!button || event.defaultPrevented) return;
    button.setAttribute("aria-busy", "true");
    waiting.add(button);
    setTimeout(release, 8000, button);
  });
  window.addEventListener("pageshow", () => waiting.forEach(release));
  document.addEventListener("htmx:afterRequest", () => waiting.forEach(release));

  // --- A phone shows some of the sections: the one where we are is among them ---

  const here = document.querySelector(".sections [aria-current]");
  if (here) here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.offsetLeft - 16;

  // --- Copy buttons: data-copy names the element that holds the text ---

  function select(element) {
    const range = document.createRange();
    range.selectNodeContents(element);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }

  async function copy(element) {
    select(element);
    if (!navigator.clipboard) return document.execCommand("copy");
    try {
      await navigator.clipboard.writeText(element.value || element.textContent.trim());
      return true;
    } catch {
      return document.execCommand("copy");
    }
  }

  document.addEventListener("click", async function (event) {
    const button = event.target.closest("button[data-copy]");
    if (!button) return;
    const copied = await copy(document.querySelector(button.dataset.copy));
    const result = button.parentElement.querySelector("[data-copied]");
    if (result) result.hidden = !copied;
    if (copied) setTimeout(() => result && (result.hidden = true), 6000);
  });

  // --- Focus goes to the first thing that is wrong ---

  function focusFirstWrong(root) {
    const wrong = root.querySelector("[aria-invalid=true], [data-focus]");
    if (wrong) wrong.focus();
  }

  function show() {
    document.querySelectorAll("button[data-copy]").forEach((button) => (button.hidden = false));
  }

  document.addEventListener("DOMContentLoaded", function () {
    show();
    focusFirstWrong(document);
  });

  document.addEventListener("htmx:afterSettle", function (event) {
    show();
    const cause = event.detail.requestConfig && event.detail.requestConfig.triggeringEvent;
    if (cause && cause.type === "submit") focusFirstWrong(document.getElementById("main"));
  });

  // --- What an update fills keeps the height that it had (data-hold): nothing below moves up ---

  function hold(height) {
    document.querySelectorAll("[data-hold]").forEach((element) => {
      element.style.minHeight = height(element);
    });
  }

  const asItIs = (element) => element.getBoundingClientRect().height + "px";
  document.addEventListener("htmx:beforeSwap", () => hold(asItIs));
  window.addEventListener("resize", () => hold(() => ""));

  // --- When a request fails the page says so over itself, and keeps what was typed ---

  const trouble = document.getElementById("trouble");
  let troubled = null;

  function tell(name, event) {
    troubled = event.detail.elt;
    trouble.replaceChildren(document.getElementById(name).content.cloneNode(true));
    uncover(document.activeElement);
  }

  function uncover(field) {
    if (!field.matches("input, textarea, select")) return;
    const { top, bottom } = field.getBoundingClientRect();
    const covered = trouble.getBoundingClientRect().bottom + 8 - top;
    if (bottom > 0 && covered > 0) window.scrollBy(0, -covered);
  }

  function untell() {
    troubled = null;
    trouble.replaceChildren();
  }

  trouble.addEventListener("click", (event) => event.target.closest("[data-close]") && untell());
  document.addEventListener("htmx:beforeOnLoad", (event) => event.detail.elt === troubled && untell());
  document.addEventListener("htmx:sendError", (event) => tell("trouble-connection", event));
  document.addEventListener("htmx:timeout", (event) => tell("trouble-connection", event));
  document.addEventListener("htmx:responseError", function (event) {
    tell(event.detail.xhr.status === 403 ? "trouble-page-old" : "trouble-server", event);
  });

  document.addEventListener("htmx:beforeSwap", function (event) {
    const link = document.getElementById("trouble-signed-out").content.querySelector("a");
    const answered = new URL(event.detail.xhr.responseURL || location.href);
    if (answered.pathname !== new URL(link.getAttribute("href"), location.href).pathname) return;
    event.detail.shouldSwap = false;
    tell("trouble-signed-out", event);
  });
})();
