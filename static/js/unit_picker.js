// Fills the units below the top unit that was picked. The button that does so without a script shows only when this fails.
(function () {
  "use strict";
  var top = document.getElementById("id_top_unit");
  var unit = document.getElementById("id_unit");
  var asked = 0;
  if (!top || !unit || !window.fetch) return;
  var button = top.form.querySelector("button[name=choose][value=unit]");
  var unasked = unit.options[0] && unit.options[0].text;
  var said = document.createElement("span");
  said.className = "hidden";
  said.setAttribute("role", "status");
  unit.parentNode.appendChild(said);

  function fill(units) {
    var none = unit.options[0];
    unit.textContent = "";
    if (none && !none.value) {
      none.text = top.value && unit.dataset.none || unasked;
      unit.appendChild(none);
    }
    units.forEach(function (one) {
      unit.appendChild(new Option((one.depth ? "– " : "") + one.name, one.code));
    });
    unit.selectedIndex = 0;
    if (units.length && unit.dataset.wanted) {
      unit.value = unit.dataset.wanted;
      delete unit.dataset.wanted;
      if (unit.selectedIndex < 0) unit.selectedIndex = 0;
    }
    if (button) button.hidden = true;
    said.textContent = units.length ? "Có " + units.length + " đơn vị trực thuộc để chọn" : "Không có đơn vị trực thuộc trong danh sách";
  }

  function load() {
    var mine = ++asked;
    fill([]);
    said.textContent = "";
    if (!top.value) return;
    fetch("/don-vi/?thuoc=" + encodeURIComponent(top.value), { headers: { Accept: "application/json" }, credentials: "omit" })
      .then(function (answer) {
        if (!answer.ok) throw answer.status;
        return answer.json();
      })
      .then(function (found) { if (mine === asked) fill(found.units); })
      .catch(function () { if (mine === asked && button) button.hidden = false; });
  }

  top.addEventListener("change", load);
  // Coming back, a browser may pick the top unit again after the page has loaded.
  window.addEventListener("pageshow", function () {
    if (top.value && !top.options[top.selectedIndex].defaultSelected && unit.options.length < 2) load();
  });
  if (button && (!top.value || unit.options.length > 1)) button.hidden = true;
})();
