// Keeps what is being typed on this phone until the server has it; never what is marked private.
(function () {
  "use strict";
  var REST = 600, SURE = "Bấm lần nữa để xóa";
  var phone = window.portalKept, form = document.querySelector("form[data-keep]");
  var resting, line, words, clear;
  if (!form) return;
  // A step may be answered by its own page: going back would ask for that POST again, and a draft just begun stands at no address.
  history.replaceState(null, null, form.action.split("?")[0] + location.search + location.hash);
  if (!phone) return;
  var key = phone.key, saved = phone.saved;

  function forget(name) { phone.store.removeItem(name); }

  function kept() {
    return Array.from(form.elements).filter(function (one) {
      return one.name && !/^(hidden|file|password|submit|button)$/.test(one.type) && !("private" in one.dataset);
    });
  }

  function isChoice(one) { return /^(radio|checkbox)$/.test(one.type); }

  function value(one) { return isChoice(one) ? one.checked : one.value; }

  function values() {
    return kept().map(function (one) { return [one.name, one.value, value(one)]; });
  }

  function time(moment) {
    return new Date(moment).toTimeString().slice(0, 5);
  }

  function say(text) {
    if (!line) {
      line = document.createElement("p");
      line.className = "hint kept";
      line.innerHTML = '<span></span> <button type="button" class="link"></button>';
      words = line.firstChild;
      clear = line.lastChild;
      clear.addEventListener("click", function () {
        // Asked in the page: confirm() may be dead. What is saved next takes the question back.
        if (clear.textContent !== SURE) {
          clear.textContent = SURE;
          return;
        }
        clearTimeout(resting);
        resting = 0;
        phone.all().forEach(forget);
        form.reset();
        tell(kept());
        say("Đã xóa khỏi máy này.");
      });
      form.appendChild(line);
    }
    words.textContent = text;
    clear.textContent = "Xóa khỏi máy này";
  }

  // As if somebody had typed it: counters count, and units below another top unit are fetched before one is picked.
  function tell(changed) {
    changed.forEach(function (one) {
      if (one.tagName === "SELECT") one.dataset.wanted = one.dataset.wanted || one.value;
      one.dispatchEvent(new Event(/^text/.test(one.type) ? "input" : "change"));
    });
  }

  function keep(isSent) {
    clearTimeout(resting);
    resting = 0;
    // The server has just that.
    if (JSON.stringify(values()) === shown) return forget(key);
    try {
      phone.store.setItem(key, JSON.stringify({ at: Date.now(), saved: saved, sent: isSent, values: values() }));
      say("Đã lưu nháp trên máy này lúc " + time(Date.now()) + ".");
    } catch (full) {
      forget(key);
    }
  }

  function restore(entry) {
    var changed = [];
    entry.values.forEach(function (was) {
      kept().forEach(function (one) {
        // On the first page what a poster chose stands.
        if (!saved && one.tagName === "SELECT" && one.value) return;
        if (one.name !== was[0] || isChoice(one) && one.value !== was[1] || value(one) === was[2]) return;
        changed.push(one);
        if (isChoice(one)) one.checked = was[2];
        else one.value = was[2];
        if (one.tagName === "SELECT") one.dataset.wanted = was[2];
      });
    });
    if (!changed.length) return;
    tell(changed);
    say("Đã điền lại nội dung bạn gõ trên máy này lúc " + time(entry.at) + ", chưa lưu lên cổng.");
    form.insertBefore(line, form.firstChild);
  }

  var shown = JSON.stringify(values());
  var entry = phone.read(key);
  if (entry.values && entry.saved === saved) restore(entry);
  else forget(key);

  form.addEventListener("input", function () {
    clearTimeout(resting);
    resting = setTimeout(keep, REST, false);
  });
  form.addEventListener("change", function (event) { if (event.isTrusted) keep(false); });
  ["submit", "sent"].forEach(function (how) { form.addEventListener(how, function () { keep(true); }); });
  window.addEventListener("pagehide", function () { if (resting) keep(phone.read(key).sent); });
})();
