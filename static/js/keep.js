// Keeps what is being typed on this phone until the server has it; never what is marked private.
(function () {
  "use strict";
  var PREFIX = "nhap:", REST = 600;
  var place = document.querySelector("[data-kept-as]"), form = document.querySelector("form[data-keep]");
  var store, resting, line, words;
  try { store = window.localStorage; store.length; } catch (refused) { return; }
  if (!store || !place || !form) return;
  var key = PREFIX + place.dataset.keptAs + place.dataset.step;
  // What the server has of this step, as 1:… or 2:…
  var saved = place.dataset.saved.split(" ")[place.dataset.step - 1].slice(2);

  function ours() {
    return Object.keys(store).filter(function (name) { return name.indexOf(PREFIX) === 0; });
  }

  function read(name) {
    try { return JSON.parse(store.getItem(name)) || {}; } catch (broken) { return {}; }
  }

  function forget(name) { store.removeItem(name); }

  function kept() {
    return Array.from(form.elements).filter(function (one) {
      return one.name && !/^(hidden|file|password|submit|button)$/.test(one.type) && !("private" in one.dataset);
    });
  }

  function value(one) {
    return /^(radio|checkbox)$/.test(one.type) ? one.checked : one.value;
  }

  function values() {
    return kept().map(function (one) { return [one.name, one.type, one.value, value(one)]; });
  }

  function time(moment) {
    var when = new Date(moment), minutes = when.getMinutes();
    return when.getHours() + ":" + (minutes < 10 ? "0" : "") + minutes;
  }

  function say(text) {
    if (!line) {
      line = document.createElement("p");
      words = document.createElement("span");
      var clear = document.createElement("button");
      line.className = "hint kept";
      clear.type = "button";
      clear.className = "link";
      clear.textContent = "Xóa khỏi máy này";
      clear.addEventListener("click", function () {
        clearTimeout(resting);
        resting = 0;
        ours().forEach(forget);
        form.reset();
        tell(kept());
        say("Đã xóa khỏi máy này.");
      });
      line.appendChild(words);
      line.appendChild(document.createTextNode(" "));
      line.appendChild(clear);
      form.appendChild(line);
    }
    words.textContent = text;
  }

  // As if somebody had typed it: counters count, and units below another top unit are fetched before one is picked.
  function tell(changed) {
    changed.forEach(function (one) {
      if (one.tagName === "SELECT") one.dataset.wanted = one.dataset.wanted || one.value;
      one.dispatchEvent(new Event(/^(text|textarea|tel|email)/.test(one.type) ? "input" : "change"));
    });
  }

  function keep(isSent) {
    clearTimeout(resting);
    resting = 0;
    var now = Date.now();
    if (JSON.stringify(values()) === shown) return forget(key);  // the server has just that
    try {
      store.setItem(key, JSON.stringify({ at: now, saved: saved, sent: isSent, values: values() }));
      say("Đã lưu nháp trên máy này lúc " + time(now) + ".");
    } catch (full) {
      forget(key);
    }
  }

  function restore(entry) {
    var there = kept(), changed = [];
    entry.values.forEach(function (was) {
      there.forEach(function (one) {
        var isChoice = /^(radio|checkbox)$/.test(one.type);
        // On the first page what a poster chose stands.
        if (!saved && one.tagName === "SELECT" && one.value) return;
        if (one.name !== was[0] || isChoice && one.value !== was[2] || value(one) === was[3]) return;
        changed.push(one);
        if (isChoice) one.checked = was[3];
        else one.value = was[3];
        if (one.tagName === "SELECT") one.dataset.wanted = was[3];
      });
    });
    if (!changed.length) return;
    tell(changed);
    say("");
    form.insertBefore(line, form.firstChild);
    say("Đã điền lại nội dung bạn gõ trên máy này lúc " + time(entry.at) + ", chưa lưu lên cổng.");
  }

  var shown = JSON.stringify(values());
  var entry = read(key);
  if (entry.values && entry.saved === saved) restore(entry);
  else forget(key);

  form.addEventListener("input", function () {
    clearTimeout(resting);
    resting = setTimeout(keep, REST, false);
  });
  form.addEventListener("change", function (event) { if (event.isTrusted) keep(false); });
  ["submit", "sent"].forEach(function (how) { form.addEventListener(how, function () { keep(true); }); });
  window.addEventListener("pagehide", function () { if (resting) keep(read(key).sent || false); });
})();
