// The draft page: Enter goes to the next field, a pasted list fills in all, live rows stay calm.
(function () {
  "use strict";

  const NUMBER_FIELD = ".recipient--needs input[type=tel]";

  // --- Enter in a recipient's field saves it and goes on to the next; Ctrl+Enter sends (zivweb.js) ---

  document.addEventListener("keydown", function (event) {
    const field = event.target.closest(".recipient__fix input");
    if (!field || event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (field.value.trim()) htmx.trigger(field.closest("[hx-post]"), "save");
    const row = field.closest(".recipient");
    const fields = Array.from(document.querySelectorAll(NUMBER_FIELD)).filter(
      (other) => other.closest(".recipient") !== row && !other.value.trim()
    );
    const after = (other) => row.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;
    const next = fields.find(after) || fields[0];
    (next || document.querySelector("[data-submit]") || field).focus();
  });

  // --- Arrow down in an empty field uses the first suggestion; ? lists the keys ---

  document.addEventListener("keydown", function (event) {
    const typing = event.target.matches("input, textarea, select");
    const keys = document.getElementById("keys");
    if (event.key === "?" && !typing && keys) {
      keys.togglePopover();
      return;
    }
    const field = event.target.closest(NUMBER_FIELD);
    if (!field || event.key !== "ArrowDown" || field.value.trim()) return;
    const offer = field.closest(".recipient").querySelector("[data-offer]");
    if (!offer) return;
    event.preventDefault();
    offer.form.requestSubmit(offer);
  });

  // --- Send waits for what is being saved: else it would meet its own change as somebody's ---

  let saving = 0;
  let waiting = null;

  function isSave(event) {
    return event.detail.elt.matches(".recipient__fix");
  }

  document.addEventListener("htmx:beforeSend", function (event) {
    if (isSave(event)) saving += 1;
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    if (!isSave(event)) return;
    saving = Math.max(0, saving - 1);
    if (!saving) sendNow();
  });

  function sendNow() {
    const button = waiting;
    saving = 0;
    waiting = null;
    if (button && button.isConnected) button.form.requestSubmit(button);
  }

  document.addEventListener(
    "submit",
    function (event) {
      if (!saving || !event.submitter || !event.submitter.matches("[data-submit]")) return;
      event.preventDefault();
      event.stopPropagation();
      waiting = event.submitter;
      setTimeout(sendNow, 3000);
    },
    true
  );

  // --- A number that was saved is shown as it is written, once the field is left ---

  function showFormatted(field) {
    const saved = field.closest(".recipient").querySelector("[data-number]");
    if (saved && saved.dataset.number && document.activeElement !== field) {
      field.value = saved.dataset.number;
    }
  }

  document.addEventListener("htmx:afterSwap", function (event) {
    const row = event.target.closest && event.target.closest(".recipient");
    const field = row && row.querySelector("input[type=tel]");
    if (field) showFormatted(field);
  });
  document.addEventListener("focusout", function (event) {
    if (event.target.matches(NUMBER_FIELD)) setTimeout(showFormatted, 0, event.target);
  });

  // --- A list that is pasted into a number field goes to the list ---

  function isList(text) {
    const lines = text.trim().split(/\r?\n/).filter((line) => line.trim());
    return lines.length > 1 || text.includes("@") || /\t/.test(text.trim());
  }

  document.addEventListener("paste", function (event) {
    const field = event.target.closest(NUMBER_FIELD);
    const text = (event.clipboardData || { getData: () => "" }).getData("text");
    const button = document.querySelector("[data-paste]");
    if (!field || !button || !isList(text)) return;
    event.preventDefault();
    const list = document.getElementById("list");
    list.value = text;
    button.form.requestSubmit(button);
  });

  // --- What somebody else changed is told in place: rows keep their fields, so that none moves ---

  function tellRow(row, news) {
    const told = row.querySelector("[role=status]");
    const seen = row.querySelector("[name$=-seen]");
    const newSeen = news.querySelector("[name$=-seen]");
    if (!seen || !newSeen || seen.value !== newSeen.value) {
      const fields = Array.from(row.querySelectorAll("input:not([type=hidden])"));
      const filled = fields.some((field) => field.value);
      const working = row.contains(document.activeElement) || !told.querySelector(".saved");
      if (filled && working) return;
      fields.forEach((field) => (field.value = ""));
      told.replaceChildren(news.querySelector(".recipient__state > p"));
      if (seen && newSeen) seen.value = newSeen.value;
    }
    const needs = news.matches(".recipient--needs");
    const card = row.matches(".recipient--needs, .recipient--done");
    const looks = card ? ["recipient--done", "recipient--needs"] : ["recipient--ready", "recipient--ready recipient--asks"];
    row.className = "recipient " + looks[Number(needs)];
    row.querySelector(".recipient__mark").replaceWith(news.querySelector(".recipient__mark"));
  }

  document.addEventListener("htmx:oobBeforeSwap", function (event) {
    const { target, fragment } = event.detail;
    if (!target.matches(".recipient")) return;
    event.preventDefault();
    tellRow(target, fragment.querySelector(".recipient"));
  });
})();
