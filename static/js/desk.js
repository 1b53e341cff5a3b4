// The desk by keyboard. A letter leads to what bears it in data-key: a button gets the focus (Enter presses it), a part that
// folds is opened, a link is followed. Nothing is decided by one key, and nothing happens while somebody types.
(function () {
  "use strict";
  var KEPT = "ban-xet-tat-phim", TICKS = /^[1-9]$/;
  var told = document.querySelector("[data-keys]");
  var isOff = false;
  try { isOff = localStorage.getItem(KEPT) === "1"; } catch (refused) { /* then they stay on */ }

  function isTyping(element) {
    if (!element || element.isContentEditable) return Boolean(element);
    if (element.tagName === "INPUT") return !/^(checkbox|radio|submit|button)$/.test(element.type);
    return element.tagName === "TEXTAREA" || element.tagName === "SELECT";
  }

  // A Vietnamese keyboard may keep the letter to itself; the key itself is still known.
  function letterOf(event) {
    if (event.key && event.key.length === 1) return event.key.toLowerCase();
    var code = /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(event.code || "");
    return code && /^(Process|Unidentified)$/.test(event.key) ? code[1].toLowerCase() : event.key;
  }

  function open(part) {
    part.open = true;
    part.scrollIntoView({ block: "nearest" });
    var first = part.querySelector("input:not([type=hidden]), textarea, select, button");
    if (first) first.focus();
  }

  function follow(bearer) {
    if (bearer.tagName === "DETAILS") open(bearer);
    else if (bearer.tagName === "A") bearer.click();
    else {
      bearer.focus();
      bearer.scrollIntoView({ block: "nearest" });
    }
  }

  function tick(number) {
    var boxes = document.querySelectorAll("details[data-key][open] .reasons input[type=checkbox]");
    var inside = document.activeElement && document.activeElement.closest("details[data-key]");
    if (inside) boxes = inside.querySelectorAll(".reasons input[type=checkbox]");
    var box = boxes[number - 1];
    if (!box) return false;
    box.checked = !box.checked;
    box.focus();
    return true;
  }

  function close() {
    var part = document.activeElement && document.activeElement.closest("details[data-key][open]");
    if (!part) return false;
    part.open = false;
    part.querySelector("summary").focus();
    return true;
  }

  document.addEventListener("keydown", function (event) {
    if (isOff || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (event.key === "Escape") {
      if (!event.isComposing && close()) event.preventDefault();
      return;
    }
    if (isTyping(event.target)) return;
    var letter = letterOf(event);
    if (TICKS.test(letter)) {
      if (tick(Number(letter))) event.preventDefault();
      return;
    }
    var bearer = /^[a-z]$/.test(letter) && document.querySelector('[data-key="' + letter + '"]');
    if (!bearer) return;
    event.preventDefault();
    follow(bearer);
  });

  // What the portal suggests is ticked, or written into the first free line, where it stands: nothing typed is lost.
  function suggest(link, part) {
    var box = link.dataset.code && part.querySelector('.reasons input[value="' + link.dataset.code + '"]');
    if (box) {
      box.checked = true;
      return box;
    }
    var lines = Array.from(part.querySelectorAll(".own-reason"));
    var line = lines.find(function (each) { return !each.querySelector("textarea").value; });
    if (!link.dataset.words || !line) return null;
    line.querySelector("textarea").value = link.dataset.words;
    line.querySelector("select").value = link.dataset.field;
    var folded = line.closest(".more-reasons");
    if (folded) folded.open = true;
    return line.querySelector("textarea");
  }

  document.querySelectorAll("[data-tick]").forEach(function (link) {
    link.addEventListener("click", function (event) {
      var part = document.getElementById(link.dataset.tick);
      var place = part && suggest(link, part);
      if (!place) return;
      event.preventDefault();
      open(part);
      place.focus();
    });
  });

  // A second tap on the same button sends nothing.
  document.querySelectorAll(".desk-decisions form").forEach(function (form) {
    var sent = false;
    form.addEventListener("submit", function (event) {
      if (sent) event.preventDefault();
      sent = true;
    });
    window.addEventListener("pageshow", function () { sent = false; });
  });

  if (!told) return;
  var switched = told.querySelector("[data-keys-off]");
  function tell() {
    document.body.classList.toggle("has-keys", !isOff);
    switched.textContent = isOff ? "Bật phím tắt" : "Tắt phím tắt";
  }
  switched.addEventListener("click", function () {
    isOff = !isOff;
    try { localStorage.setItem(KEPT, isOff ? "1" : "0"); } catch (refused) { /* for this page only */ }
    tell();
  });
  told.hidden = false;
  tell();
})();
