// Counts down to the close by the time that has passed since the server said how much was left: the phone's own clock may be wrong.
(function () {
  "use strict";
  var HOUR = 3600, MINUTE = 60;

  function shown(seconds) {
    if (seconds >= HOUR) return Math.floor(seconds / HOUR) + " giờ" + (seconds % HOUR >= MINUTE ? " " + Math.floor(seconds % HOUR / MINUTE) + " phút" : "");
    return seconds >= 2 * MINUTE ? Math.floor(seconds / MINUTE) + " phút" : seconds + " giây";
  }

  document.querySelectorAll("[data-seconds-left]").forEach(function (place) {
    var left = +place.dataset.secondsLeft, begun = Date.now();

    function tell() {
      var seconds = Math.floor(left - (Date.now() - begun) / 1000);
      place.textContent = seconds > 0 ? "Còn " + shown(seconds) + " là đóng." : place.dataset.over;
      if (seconds > 0) setTimeout(tell, 1000);
    }

    tell();
  });
})();
