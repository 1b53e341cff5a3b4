// Counts a text while it is typed, as the server will; says the count aloud once the typing rests.
(function () {
  "use strict";
  var REST = 1500, SHOWN = 200;

  function whole(number) {
    return String(number).replace(/\B(?=(\d{3})+$)/g, ".");
  }

  document.querySelectorAll("[data-counter]").forEach(function (counter) {
    var field = document.getElementById(counter.dataset.counter);
    var limit = +counter.dataset.limit;
    var excess = counter.nextElementSibling;
    var spoken = document.createElement("span"), resting;
    spoken.className = "hidden";
    spoken.setAttribute("role", "status");
    counter.parentNode.appendChild(spoken);

    function count() {
      var letters = Array.from(window.portalText.canonical(field.value));
      var over = letters.length - limit;
      counter.dataset.count = letters.length;
      counter.textContent = whole(letters.length) + "/" + whole(limit) + " ký tự" + (over > 0 ? " · thừa " + whole(over) : "");
      counter.classList.toggle("over", over > 0);
      excess.hidden = over <= 0;
      excess.lastElementChild.textContent = letters.slice(limit, limit + SHOWN).join("") + (over > SHOWN ? "…" : "");
      return over > 0 ? "Thừa " + whole(over) + " ký tự" : "Còn " + whole(-over) + " ký tự";
    }

    field.addEventListener("input", function () {
      var left = count();
      clearTimeout(resting);
      resting = setTimeout(function () { spoken.textContent = left; }, REST);
    });
    // Coming back, a browser puts the text in again after the page has loaded.
    window.addEventListener("pageshow", count);
    count();
  });
})();
