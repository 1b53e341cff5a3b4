// A button that copies a text: of a field, or of any element. Without scripts it stays hidden and the text is selected by hand.
(function () {
  "use strict";
  var PATIENCE = 1000;

  document.querySelectorAll("[data-copy]").forEach(function (button) {
    var source = document.getElementById(button.getAttribute("data-copy"));
    var label = button.textContent;
    if (!source) return;

    function tell() {
      button.textContent = button.getAttribute("data-copied");
      setTimeout(function () { button.textContent = label; }, 2000);
    }

    function select() {
      if (source.select) {
        source.focus();
        source.select();
        source.setSelectionRange(0, source.value.length);
      } else {
        getSelection().selectAllChildren(source);
      }
    }

    // Where the clipboard is refused (no HTTPS, an in-app browser): the text is left selected, to be copied by hand.
    function copyBySelection() {
      select();
      if (document.execCommand("copy")) tell();
      else button.textContent = button.getAttribute("data-refused") || label;
    }

    // One answer, whatever comes first: some in-app browsers have a clipboard that neither keeps nor refuses.
    function copyByClipboard(text) {
      var isOver = false;
      function once(act) {
        return function () {
          if (!isOver) act();
          isOver = true;
        };
      }
      try {
        navigator.clipboard.writeText(text).then(once(tell), once(copyBySelection));
        setTimeout(once(copyBySelection), PATIENCE);
      } catch (refused) {
        copyBySelection();
      }
    }

    button.hidden = false;
    button.addEventListener("click", function () {
      if (navigator.clipboard && navigator.clipboard.writeText) copyByClipboard(source.value || source.textContent);
      else copyBySelection();
    });
  });
})();
