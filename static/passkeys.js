// Signing in with a passkey: django-allauth's scripts do it, this one starts them.
// A button with data-passkey names what it does; its form has the field for the answer.
(function () {
  "use strict";

  function fail() {
    const text = document.getElementById("passkey-failed");
    if (text) text.hidden = false;
  }

  function prepare(button) {
    const form = button.form;
    const data = button.dataset.passkeyData;
    const ids = { credential: form.querySelector("[name=credential]").id };
    ids[{ addForm: "add", authenticateForm: "authenticate", loginForm: "login" }[button.dataset.passkey]] = button.id;
    if (data) ids.data = data;
    if (form.elements.passwordless) ids.passwordless = form.elements.passwordless.id;
    window.allauth.webauthn.forms[button.dataset.passkey]({ ids: ids });
    button.hidden = false;
  }

  document.addEventListener("DOMContentLoaded", function () {
    if (!window.PublicKeyCredential || !window.allauth) return;
    document.querySelectorAll("button[data-passkey]").forEach(prepare);
  });

  // Somebody who closes the browser's own window is told so; nothing is wrong with the page.
  document.addEventListener("allauth.error", function (event) {
    event.preventDefault();
    fail();
  });
})();
