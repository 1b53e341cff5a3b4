// Brings the objections to the eye and the ear; a link in them leads into the control, a group's into its first choice.
(function () {
  "use strict";
  var summary = document.querySelector("[data-error-summary]");
  if (!summary) return;
  summary.focus();
  summary.addEventListener("click", function (event) {
    var link = event.target.closest("a");
    var place = link && document.getElementById(link.hash.slice(1));
    if (!place) return;
    var control = place.matches("fieldset") ? place.querySelector("input, select, textarea") : place;
    if (!control) return;
    event.preventDefault();
    (place.closest(".field") || place).scrollIntoView();
    control.focus({ preventScroll: true });
  });
})();
