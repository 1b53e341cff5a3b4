// Before a step is sent the line is tried: where there is none, the page stays, says so, and sends by itself later.
(function () {
  "use strict";
  var PATIENCE = 10000, PAUSES = [3000, 5000, 10000, 20000, 30000];
  if (!window.fetch) return;

  document.querySelectorAll("form[data-once]").forEach(function (form) {
    var said = document.createElement("p");
    var button = null, pressed = null, name = null, tries = 0, trying = false, isThere = false, again;
    said.setAttribute("role", "status");
    form.appendChild(said);

    function say(text, isBad) {
      said.className = isBad ? "notice wait" : "hint";
      said.textContent = text;
    }

    function send() {
      if (!trying) return;
      clearTimeout(again);
      trying = false;
      tries = 0;
      isThere = true;
      say("");
      if (form.requestSubmit) return form.requestSubmit(button);
      // An old browser forgets which button it was, and tells nobody that the form is sent.
      if (button && button.name) {
        name = document.createElement("input");
        name.type = "hidden";
        name.name = button.name;
        name.value = button.value;
        form.appendChild(name);
      }
      if (button && button.hasAttribute("formaction")) form.action = button.formAction;
      form.dispatchEvent(new Event("sent"));
      form.submit();
    }

    function lost() {
      say("Mất kết nối mạng. Nội dung còn trên trang này, đừng đóng trang. Trang tự gửi lại khi có mạng; bấm lần nữa để gửi ngay.", true);
      again = setTimeout(probe, PAUSES[Math.min(tries++, PAUSES.length - 1)]);
    }

    function probe() {
      var answered = false;
      clearTimeout(again);
      function first(then) {
        return function () {
          if (answered) return;
          answered = true;
          clearTimeout(patience);
          then();
        };
      }
      var patience = setTimeout(first(lost), PATIENCE);
      // In a chain, so that a fetch which somebody else has replaced may throw as well as refuse.
      Promise.resolve("/healthz").then(fetch).then(function () {
        // Late is better than lost.
        clearTimeout(patience);
        answered = true;
        send();
      }, first(lost));
    }

    // Safari of before 2022 does not say which button it was, and does not focus it.
    form.addEventListener("click", function (event) {
      pressed = event.target.closest("button, [type=submit]") || pressed;
    });
    form.addEventListener("submit", function (event) {
      if (isThere) {
        isThere = false;
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      button = event.submitter || pressed;
      // Whoever presses again while nothing answers is believed: the line may be there and only the question blocked.
      if (trying) {
        // Within this event nothing can be sent.
        if (tries > 1) setTimeout(send, 0);
        else if (tries) probe();
        return;
      }
      trying = true;
      say("Đang gửi, xin chờ…");
      probe();
    });
    window.addEventListener("online", function () { if (trying && tries) probe(); });
    window.addEventListener("pageshow", function (event) {
      if (!event.persisted) return;
      clearTimeout(again);
      trying = isThere = false;
      if (name) name.remove();
      say("");
    });
  });
})();
