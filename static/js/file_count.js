// Tells the server how many files were picked, so that one lost on the way is noticed; and warns of one that is too large.
(function () {
  "use strict";
  document.querySelectorAll("input[type=file]").forEach(function (input) {
    var count = input.form && input.form.querySelector("input[name=file_count]");
    var most = Number(input.dataset.maxBytes);
    var warning = document.createElement("p");
    warning.className = "error";
    warning.setAttribute("role", "alert");
    input.parentNode.insertBefore(warning, input.nextSibling);

    function tell() {
      var large = Array.from(input.files).filter(function (file) { return most && file.size > most; });
      if (count) {
        count.value = Array.from(input.form.querySelectorAll("input[type=file]"))
          .reduce(function (sum, one) { return sum + one.files.length; }, 0);
      }
      warning.textContent = large.length ? "Tệp quá lớn (tối đa " + Math.floor(most / 1048576) + " MB): " + large.map(function (file) { return file.name; }).join(", ") : "";
    }

    input.addEventListener("change", tell);
    window.addEventListener("pageshow", tell);
  });
})();
