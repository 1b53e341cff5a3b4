// What this phone keeps of drafts, for keep.js; forgets what the server has by now, and what is older than a week.
(function () {
  "use strict";
  var PREFIX = "nhap:", LONGEST = 7 * 24 * 36e5;
  var place = document.querySelector("[data-kept-as]"), states = {}, store;
  try { store = window.localStorage; store.length; } catch (refused) { return; }
  if (!store || !place) return;
  var draft = PREFIX + place.dataset.keptAs;
  // What the server has of each step: 1:… 2:…
  place.dataset.saved.split(" ").forEach(function (one) { states[one[0]] = one.slice(2); });

  function all() {
    return Object.keys(store).filter(function (name) { return name.indexOf(PREFIX) === 0; });
  }

  function read(name) {
    try { return JSON.parse(store.getItem(name)) || {}; } catch (broken) {}
    return {};
  }

  all().forEach(function (name) {
    var entry = read(name), isOfIt = name.indexOf(draft) === 0;
    // Another state of its step, or a draft at all.
    var isThere = isOfIt ? entry.saved !== states[name.slice(draft.length)] : name === PREFIX + place.dataset.begun + "1";
    if (!entry.values || Date.now() - entry.at > LONGEST || entry.sent && isThere) store.removeItem(name);
  });

  window.portalKept = {
    store: store, all: all, read: read, key: draft + place.dataset.step, saved: states[place.dataset.step]
  };
})();
