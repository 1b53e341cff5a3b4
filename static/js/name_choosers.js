// The box that searches while one types bears the label of the field it stands for: select2 gives it none.
(function () {
  "use strict";

  function name() {
    document.querySelectorAll("select.admin-autocomplete").forEach(function (field) {
      var label = field.labels && field.labels[0], drawn = field.nextElementSibling;
      if (!label || !drawn) return;
      drawn.querySelectorAll("[role=combobox], [role=textbox]").forEach(function (box) {
        box.removeAttribute("aria-labelledby");
        box.setAttribute("aria-label", label.textContent.trim().replace(/:$/, ""));
      });
    });
  }

  // Behind Django's own, which draws the boxes when jQuery says that the page is ready.
  window.addEventListener("load", function () { window.django.jQuery(name); });
})();
