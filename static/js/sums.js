// Says an amount in words, and what the shares come to, while they are typed. The server judges: what it would not read stays unsaid.
(function () {
  "use strict";
  var DIGITS = "không một hai ba bốn năm sáu bảy tám chín".split(" ");

  // Less than portal/vietnamese/money.py reads: up to a thousand tỷ; units fall, each part smaller than the unit before it. Else NaN.
  function amount(typed) {
    var plain = window.portalText.canonical(typed).toLowerCase().replace(/ ?(đồng|dong|vn[dđ]|[dđ₫])\.?$/, "");
    var total = plain ? 0 : NaN, unit = Infinity;
    var rest = plain.replace(/(\d{1,3}(?:\.\d{3})+|\d+(?:,\d+|\.\d\d?)?) ?(t[yỷiỉ]|tr(?:iệu|ieu)?|ng(?:hìn|hin|àn)|k|) ?/g, function (all, number, name) {
      var before = unit;
      unit = !name ? 1 : name[0] !== "t" ? 1e3 : name[1] === "r" ? 1e6 : 1e9;
      number = unit * number.replace(/\.(?=\d{3})/g, "").replace(",", ".");
      total = number >= before || !name && all.split(",")[0] !== plain ? NaN : total + number;
      return "";
    });
    return rest || total >= 1e12 || total % 1 ? NaN : total;
  }

  function words(number) {
    var said = [];
    [" tỷ", " triệu", " nghìn", ""].forEach(function (name, place) {
      var unit = Math.pow(1000, 3 - place), count = Math.floor(number / unit);
      var tens = Math.floor(count / 10) % 10, last = count % 10;
      number %= unit;
      if (!count) return;
      if (said[0] || count > 99) said.push(DIGITS[Math.floor(count / 100)] + " trăm");
      if (tens) said.push(tens > 1 ? DIGITS[tens] + " mươi" : "mười");
      else if (last && said[0]) said.push("linh");
      if (last) said.push(tens && last === 5 ? "lăm" : tens > 1 && { 1: "mốt", 4: "tư" }[last] || DIGITS[last]);
      said.push(said.pop() + name);
    });
    return said.join(" ") || DIGITS[0];
  }

  function follow(fields, told, said) {
    var place = document.querySelector(told);
    document.querySelectorAll(fields).forEach(function (field, _, all) {
      field.addEventListener("input", function () {
        place.textContent = said(field.value, all);
        place.hidden = !place.textContent;
      });
    });
  }

  follow("[name=benefit_value]", "[data-money-words]", function (typed) {
    var dong = amount(typed);
    return dong >= 0 ? words(dong) + " đồng" : "";
  });

  follow("[name$=share]", "[data-shares]", function (typed, all) {
    var sum = 0;
    all.forEach(function (one) { sum += +one.value.replace(/[% ]/g, "").replace(",", "."); });
    return sum ? "Tổng: " + String(+sum.toFixed(2)).replace(".", ",") + "%" : "";
  });

  // Beside the text where there is room.
  document.querySelectorAll(".beside details").forEach(function (one) { one.open = window.innerWidth > 1199; });
})();
