// Counts down to the time in data-countdown. The page says the same in words without it.
(function () {
  "use strict";

  function start(element) {
    const ends = Date.parse(element.dataset.countdown);
    const shown = element.querySelector("[data-clock]");
    let timer = 0;
    function show() {
      const seconds = Math.ceil((ends - Date.now()) / 1000);
      if (seconds > 600) return;
      if (seconds > 0) {
        const rest = String(seconds % 60).padStart(2, "0");
        shown.textContent = element.dataset.in + " " + Math.floor(seconds / 60) + ":" + rest;
        return;
      }
      clearInterval(timer);
      element.style.minHeight = element.getBoundingClientRect().height + "px";
      element.textContent = element.dataset.after;
    }
    timer = setInterval(show, 1000);
    show();
  }

  document.querySelectorAll("[data-countdown]").forEach(start);
})();
