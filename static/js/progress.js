// A page that tells how far a job is renews that part of itself; without scripts the whole page is loaded again.
(function () {
  "use strict";
  var said = document.querySelector("[data-said]");

  function part(root) { return root.querySelector("[data-progress]"); }

  function later() {
    var seconds = Number(part(document).dataset.seconds);
    if (seconds) setTimeout(renew, document.hidden ? seconds * 5000 : seconds * 1000);
  }

  function renew() {
    fetch(location.href, { credentials: "same-origin" }).then(function (answer) {
      return answer.text();
    }).then(function (text) {
      var old = part(document), fresh = part(new DOMParser().parseFromString(text, "text/html"));
      if (!fresh) {
        location.reload();  // signed out meanwhile
        return;
      }
      var held = old.contains(document.activeElement) && document.activeElement.tagName;
      if (said && fresh.dataset.state !== old.dataset.state) said.textContent = fresh.dataset.state;
      old.replaceWith(fresh);
      var again = held && fresh.querySelector(held.toLowerCase());
      if (again) again.focus();
      later();
    }).catch(later);
  }

  later();
})();
