// Names units of one's branch while one types, where there are too many to list; without it the page names them once it is sent.
(function () {
  "use strict";
  var REST = 250;
  var field = document.querySelector("input[data-suggest]");
  var list = field && field.list;
  var asked = 0, resting;
  if (!list || !window.fetch) return;

  function fill(units) {
    list.textContent = "";
    units.forEach(function (unit) {
      var option = document.createElement("option");
      option.value = unit;
      list.appendChild(option);
    });
  }

  function ask() {
    var mine = ++asked;
    var address = new URL(field.form.dataset.suggestAt || window.location.href, window.location.href);
    address.searchParams.set(field.dataset.suggest, field.value);
    fetch(address, { headers: { Accept: "application/json" } })
      .then(function (answer) {
        if (!answer.ok) throw answer.status;
        return answer.json();
      })
      .then(function (found) { if (mine === asked) fill(found.units); })
      .catch(function () {});
  }

  field.addEventListener("input", function () {
    clearTimeout(resting);
    // What ends with a code in brackets was picked from the list.
    if (field.value.trim().length > 1 && !/\]$/.test(field.value)) resting = setTimeout(ask, REST);
  });
})();
