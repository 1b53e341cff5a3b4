// The one canonical form of text, as portal/vietnamese/text.py has it: fixtures/text/canonical.json is run against both.
(function () {
  "use strict";

  window.portalText = { canonical: function (typed) {
    return typed
      .replace(/\r\n|[\r\v\f\x85\u2028\u2029]/g, "\n")
      .replace(/[\xa0\u2000-\u200a\u202f\u205f\u3000]/g, " ")
      .replace(/[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]/gu, "")
      .replace(/[\uf0a7\uf0b7]/g, "•")
      .normalize("NFC")
      .trim();
  } };
})();
