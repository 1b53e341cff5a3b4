// A second tap sends nothing: the server would answer both with one receipt, but a slow line should carry one.
(function () {
  "use strict";
  var PATIENCE = 20000, WITH_FILES = 300000;

  document.querySelectorAll("form[data-once]").forEach(function (form) {
    var sent = false;
    var busy = document.createElement("span");
    var buttons = form.querySelectorAll("[type=submit], button:not([type])");
    if (!buttons.length) return;
    busy.className = "hint";
    busy.setAttribute("role", "status");
    buttons[0].parentNode.appendChild(busy);

    function mark(isSent) {
      sent = isSent;
      busy.textContent = isSent ? "Đang gửi, xin chờ…" : "";
      buttons.forEach(function (button) {
        if (isSent) button.setAttribute("aria-disabled", "true");
        else button.removeAttribute("aria-disabled");
      });
    }

    form.addEventListener("submit", function (event) {
      if (sent) {
        event.preventDefault();
        return;
      }
      // The button itself stays enabled: a disabled one would not send its name.
      mark(true);
      setTimeout(mark, form.enctype === "multipart/form-data" ? WITH_FILES : PATIENCE, false);
    });
    window.addEventListener("pageshow", function () { mark(false); });
  });
})();
