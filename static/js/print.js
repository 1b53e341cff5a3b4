// A button that prints the page; without scripts it stays hidden and the text names the keys. `data-print-as` is the address
// that browsers put at the foot of the paper, where the page's own is nobody else's to know.
(function () {
  "use strict";
  if (!window.print) return;

  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      var own = location.href;
      if (button.dataset.printAs) history.replaceState(null, "", button.dataset.printAs);
      window.print();
      if (button.dataset.printAs) history.replaceState(null, "", own);
    });
  });
})();
