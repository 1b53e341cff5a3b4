// Sends each picked file by itself: pictures smaller first, with a bar, again after a lost line. The list is renewed in place.
(function () {
  "use strict";
  var LONGEST = 2000, LIGHT = 300000, HEAVY = 1500000, SHRINKING = 8000, SILENCE = 60000, PAUSE = 5000, LONG_PAUSE = 30000;
  var form = document.getElementById("main-form"), place = document.querySelector("[data-documents]");
  if (!form || !place) return;
  var input = form.elements.attachments, kind = form.elements.attachment_kind;
  var adding = part("adding"), full = part("full"), card = part("queue"), warning = part("warning"), spoken = part("spoken");
  var words = card.dataset, most = Number(words.most), mostBytes = Number(words.mostBytes), count = Number(words.count);
  var queue = [], sending = null, isWarned = false;

  function part(name) { return form.querySelector("[data-" + name + "]"); }

  function make(tag, className, parent, text) {
    var made = document.createElement(tag);
    made.className = className;
    if (text) made.textContent = text;
    if (parent) parent.appendChild(made);
    return made;
  }

  function button(text, name, parent, act) {
    var made = make("button", "button quiet", parent, text);
    made.type = "button";
    made.setAttribute("aria-label", text + " " + name);
    made.addEventListener("click", act);
    return made;
  }

  function size(bytes) {
    return bytes < 1048576 ? Math.ceil(bytes / 1024) + " KB" : (bytes / 1048576).toFixed(1).replace(".", ",") + " MB";
  }

  function say(text) { spoken.textContent = text; }

  function warn(text, address) {
    warning.hidden = !text;
    warning.textContent = text;
    if (address) make("a", "", make("p", "", warning), "Mở trang đó").href = address;
  }

  function focus(id) {
    var there = document.getElementById(id) || document.getElementById("documents") || input;
    there.focus();
    return there;
  }

  // What is open and held in the list outlives its renewal.
  function renew(answer) {
    var held = document.activeElement, isHeld = place.contains(held), there;
    place.innerHTML = answer.listed;
    count = answer.count;
    form.action = answer.action;
    place.hidden = !count;
    adding.hidden = count >= most;
    full.hidden = !adding.hidden;
    if (!isHeld) return;
    there = focus(held.id);
    if (!there.closest("details") || there.closest("details").open === held.closest("details").open) return;
    there.closest("details").open = true;
    if (held.value) there.value = held.value;
    there.focus();
  }

  function post(data, heard, then) {
    var request = new XMLHttpRequest(), silence;
    function hear() {
      clearTimeout(silence);
      silence = setTimeout(function () { request.abort(); }, SILENCE);
    }
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = function (event) {
      hear();
      heard(Math.floor(event.loaded / event.total * 100));
    };
    request.onloadend = function () {
      var answer;
      clearTimeout(silence);
      try { answer = JSON.parse(request.responseText); } catch (broken) { answer = {}; }
      if (answer.listed !== undefined) renew(answer);
      if (answer.stop) warn(answer.stop, answer.address);
      then(answer, request.status);
    };
    hear();
    request.send(data);
    return request;
  }

  function why(answer, status) {
    return answer.stop || (status === 413 ? words.heavy : status ? words.busy : words.lost);
  }

  // --- one file -----------------------------------------------------------------------------------------------------

  function show(item, state, text) {
    item.state = state;
    item.words.textContent = text;
    item.words.className = state === "waits" || state === "sends" ? "" : "error";
    item.bar.hidden = state !== "sends";
    item.kind.disabled = state === "sends";
    item.kind.hidden = state === "refused";
    item.away.hidden = false;
    item.again.hidden = state !== "lost" && state !== "failed";
    if (item.words.className) say(item.name + ": " + text);
  }

  function drop(item) {
    var isHeld = item.row.contains(document.activeElement);
    queue.splice(queue.indexOf(item), 1);
    item.state = "gone";
    item.row.remove();
    card.hidden = !queue.length;
    if (isWarned) warn("");
    isWarned = false;
    if (isHeld) focus(adding.hidden ? "" : "id_attachments");
  }

  function again(item) {
    var isKnown = input.accept.split(",").indexOf("." + item.name.split(".").pop().toLowerCase()) >= 0;
    var wrong = isKnown ? item.file.size ? "" : words.empty : words.type;
    show(item, wrong ? "refused" : "waits", wrong || size(item.file.size) + ". Đang chờ gửi");
    next();
  }

  function pick(file) {
    var item = { file: file, name: file.name, tries: 0, row: make("li", "", card.lastElementChild) }, choice = kind.cloneNode(true), buttons;
    item.row.tabIndex = -1;
    make("b", "", item.row, file.name);
    var line = make("p", "step", item.row);
    item.words = make("span", "", line);
    item.bar = make("progress", "", line);
    item.bar.max = 100;
    item.bar.setAttribute("aria-label", "Đang gửi " + file.name);
    choice.removeAttribute("name");
    choice.removeAttribute("id");
    choice.setAttribute("aria-label", "Loại tài liệu của tệp " + file.name);
    choice.value = kind.value;
    item.kind = item.row.appendChild(choice);
    buttons = make("p", "actions", item.row);
    item.again = button("Thử lại", file.name, buttons, function () {
      item.tries = 0;
      item.again.nextSibling.focus();
      again(item);
    });
    item.away = button("Bỏ tệp", file.name, buttons, function () {
      drop(item);
      if (item.request) {
        item.request.abort();
        // It may have arrived though its answer did not: then it stands in the list.
        post(new FormData(form), Number, Number);
      }
      say("Đã bỏ tệp " + item.name);
    });
    queue.push(item);
    again(item);
  }

  function next() {
    var item = sending ? null : queue.filter(function (one) { return one.state === "waits"; })[0];
    if (!item) return;
    if (count >= most) {
      show(item, "failed", words.fullUp);
      return next();
    }
    sending = item;
    show(item, "sends", size(item.file.size) + ". Đang chuẩn bị");
    // What was sent once is sent again as it was: drawn anew it would be another document.
    if (item.sent) send(item, item.sent);
    else smaller(item.file, function (file) { send(item, item.sent = file); });
  }

  function send(item, file) {
    var data = new FormData(), told = 0, before = count;
    if (item.state === "sends" && file.size <= mostBytes) {
      data.append("attachment_kind", item.kind.value);
      data.append("attachments", file, item.name);
      data.append("file_count", "1");
      data.append("eof", "1");
      say("Đang gửi tệp " + item.name);
      item.request = post(data, function (percent) {
        item.bar.value = percent;
        item.words.textContent = size(file.size) + ". " + (percent < 100 ? "Đã gửi " + percent + "%" : "Cổng đang xem tệp");
        // From here the portal may have it, whatever becomes of the line.
        if (percent === 100) {
          if (document.activeElement === item.away) item.row.focus();
          item.away.hidden = true;
        }
        // Spoken twice on the way, not at every step.
        if (percent < 100 && percent >= told + 33) say(item.name + ": đã gửi " + (told = percent) + "%");
      }, function (answer, status) {
        sending = null;
        if (item.state !== "gone") judge(item, answer, status, before);
        next();
      });
      return;
    }
    sending = null;
    if (item.state === "sends") {
      show(item, "refused", size(file.size) + ". " + words.heavy);
    }
    next();
  }

  function judge(item, answer, status, before) {
    if (answer.faults && !answer.faults.length) {
      drop(item);
      // Where the list is no longer than it was, the eye is told why.
      if (count === before) warn(item.name + ": " + answer.said);
      else say(answer.said);
    } else if (answer.faults) {
      show(item, answer.again ? "failed" : "refused", answer.faults.join(" "));
    } else if (status === 413 || answer.stop) {
      show(item, answer.stop ? "failed" : "refused", why(answer, status));
      if (answer.stop) queue.forEach(function (one) { if (one.state === "waits") show(one, "failed", answer.stop); });
    } else {
      show(item, "lost", status ? words.busy : words.lostFile);
      wait(item);
    }
  }

  function wait(item) {
    clearTimeout(item.timer);
    item.timer = setTimeout(function () {
      if (item.state !== "lost") return;
      if (navigator.onLine === false) wait(item);
      else again(item);
    }, Math.min(PAUSE * ++item.tries, LONG_PAUSE));
  }

  // Drawn anew upright and smaller; the file itself where that fails, takes too long or wins nothing.
  function smaller(file, then) {
    var late = setTimeout(end, SHRINKING, file), isOver = false;
    function end(result) {
      if (isOver) return;
      isOver = true;
      clearTimeout(late);
      then(result);
    }
    if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size < LIGHT) return end(file);
    try {
      // A browser that does not know "from-image" refuses it: it might lay the picture on its side.
      createImageBitmap(file, { imageOrientation: "from-image" }).then(function (picture) {
        var scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
        if (scale === 1 && file.size <= HEAVY) return end(file);
        var canvas = document.createElement("canvas"), brush = canvas.getContext("2d");
        canvas.width = Math.round(picture.width * scale);
        canvas.height = Math.round(picture.height * scale);
        brush.fillStyle = "#fff";
        brush.fillRect(0, 0, canvas.width, canvas.height);
        brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
        picture.close();
        canvas.toBlob(function (drawn) { end(drawn && drawn.size < file.size ? drawn : file); }, "image/jpeg", 0.82);
      }).catch(function () { end(file); });
    } catch (unknown) {
      end(file);
    }
  }

  // --- the page -----------------------------------------------------------------------------------------------------

  function isHolding(event) {
    var under_way = queue.filter(function (one) { return one.state === "waits" || one.state === "sends"; }).length;
    if (!queue.length || isWarned) return false;
    isWarned = true;
    event.preventDefault();
    event.stopPropagation();
    warn((under_way ? "Còn " + under_way + " tệp đang gửi, hãy chờ. " : "")
      + (queue.length > under_way ? "Có " + (queue.length - under_way) + " tệp chưa gửi được. " : "")
      + words.anyway);
    return true;
  }

  // Before what else hears of a submission.
  document.addEventListener("submit", function (event) {
    var sent = event.target;
    if (sent === form) return isHolding(event);
    if (!place.contains(sent)) return;
    event.preventDefault();
    event.stopPropagation();
    if (sent.dataset.sent) return;
    sent.dataset.sent = "1";
    var wanted = sent.elements.kind_of ? "kinds-" + sent.elements.kind_of.value : "documents";
    post(new FormData(sent), Number, function (answer, status) {
      if (answer.faults && !answer.faults.length) {
        focus(wanted).parentNode.open = false;
        return say(answer.said);
      }
      delete sent.dataset.sent;
      var line = sent.querySelector(".error") || make("p", "error", sent);
      line.setAttribute("role", "alert");
      line.textContent = answer.faults ? answer.faults.join(" ") : why(answer, status);
    });
  }, true);
  form.querySelector(".actions").addEventListener("click", function (event) { if (event.target.closest("a")) isHolding(event); });
  input.addEventListener("change", function () {
    var files = Array.from(input.files);
    input.value = "";
    isWarned = false;
    warn("");
    card.hidden = false;
    files.forEach(pick);
  });
  window.addEventListener("online", function () {
    queue.forEach(function (item) { if (item.state === "lost") again(item); });
  });

  adding.lastElementChild.className = "hint";
  adding.lastElementChild.textContent = words.atOnce;
})();
