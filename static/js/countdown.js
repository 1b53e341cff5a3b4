// Counts on from what the server said was left. The phone's clock may be wrong: it is only asked how much time has passed.
(function () {
  "use strict";
  var MINUTE = 60, HOUR = 3600, DAY = 86400, CALM = 10 * MINUTE, times = performance.timing;

  function two(seconds, unit, name, smaller, less) {
    var rest = Math.floor(seconds % unit / smaller);
    return Math.floor(seconds / unit) + " " + name + (rest ? " " + rest + " " + less : "");
  }

  function shown(seconds) {
    if (seconds >= DAY) return two(seconds, DAY, "ngày", HOUR, "giờ");
    if (seconds >= HOUR) return two(seconds, HOUR, "giờ", MINUTE, "phút");
    if (seconds >= CALM) return two(seconds, MINUTE, "phút", MINUTE);
    return seconds >= MINUTE ? two(seconds, MINUTE, "phút", 1, "giây") : seconds + " giây";
  }

  document.querySelectorAll("[data-left]").forEach(function (place) {
    var said = place.dataset;

    // `left` seconds, `ago` milliseconds before now. What the page says in whole minutes is asked for when it matters.
    function count(left, ago, isExact) {
      var clock = Date.now() - ago, steady = performance.now() - ago;

      function tell() {
        // One of them may be set by hand, the other stands still while the phone sleeps.
        var passed = Math.max(Date.now() - clock, performance.now() - steady) / 1000, seconds = Math.floor(left - passed);
        if (seconds < CALM && !isExact) {
          isExact = true;
          return ask(tell);
        }
        place.textContent = seconds > 0 ? said.begins + " " + shown(seconds) + "." : said.over;
        if (seconds > 0) setTimeout(tell, seconds < CALM + MINUTE ? 1000 : 10000);
        else place.nextElementSibling.hidden = false;
      }

      tell();
    }

    function ask(otherwise) {
      fetch("", {method: "HEAD", cache: "no-store"}).then(function (answer) {
        count(said.until - Date.parse(answer.headers.get("Date")) / 1000, 0, true);
        place.hidden = false;
      }, otherwise);
    }

    // Gone back to, the page may be of yesterday: the server is asked what time it is.
    if (performance.navigation.type === 2) {
      place.hidden = true;
      ask(function () {});
    } else {
      // A page from a browser's memory may say that it was never answered.
      var ago = Math.min(Math.max(performance.now() - times.responseStart + times.navigationStart || 0, 0), performance.now());
      count(Number(said.left), ago, "counting" in said);
    }
  });
})();
