(function () {
  "use strict";
  var table = document.getElementById("items");
  var body = table.tBodies[0];
  var rows = Array.prototype.slice.call(body.rows);
  var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);

  function key(row, k) {
    var cell = row.cells[k];
    var text = cell.getAttribute("data-order");
    if (text === null) { text = cell.textContent.trim(); }
    if (text === "") { return null; }
    return isNaN(Number(text)) ? text.toLowerCase() : Number(text);
  }

  function sortBy(k, down) {
    rows.map(function (row, place) { return { row: row, place: place, key: key(row, k) }; })
      .sort(function (a, b) {
        if (a.key === null || b.key === null) {
          return (a.key === null) - (b.key === null) || a.place - b.place;
        }
        var order = a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
        return (down ? -order : order) || a.place - b.place;
      })
      .forEach(function (entry) { body.appendChild(entry.row); });
    heads.forEach(function (head, other) {
      if (other === k) { head.setAttribute("aria-sort", down ? "descending" : "ascending"); }
      else { head.removeAttribute("aria-sort"); }
    });
  }

  heads.forEach(function (head, k) {
    var button = document.createElement("button");
    button.type = "button";
    while (head.firstChild) { button.appendChild(head.firstChild); }
    head.appendChild(button);
    button.addEventListener("click", function () {
      sortBy(k, head.getAttribute("aria-sort") === "ascending");
    });
  });
  table.querySelector(".hint").hidden = false;

  var controls = document.getElementById("item-controls");
  var find = document.getElementById("item-find");
  var flag = document.getElementById("item-flag");
  var count = document.getElementById("item-count");
  var codes = {};
  table.querySelectorAll(".flag").forEach(function (one) {
    codes[one.getAttribute("data-code")] = one.textContent.trim();
  });
  Object.keys(codes).sort().forEach(function (code) {
    var option = document.createElement("option");
    option.value = code;
    option.textContent = codes[code].toLowerCase();
    flag.appendChild(option);
  });

  function filter() {
    var words = find.value.trim().toLowerCase();
    var wanted = flag.value;
    var shown = 0;
    rows.forEach(function (row) {
      var has = row.getAttribute("data-flags").trim().split(/\s+/).filter(Boolean);
      var keep = (!words || row.textContent.toLowerCase().indexOf(words) >= 0) &&
        (!wanted || (wanted === "*" ? has.length > 0 : has.indexOf(wanted) >= 0));
      row.hidden = !keep;
      shown += keep ? 1 : 0;
    });
    count.textContent = "Showing " + shown + " of " + rows.length + " items";
  }

  controls.hidden = false;
  controls.addEventListener("submit", function (event) { event.preventDefault(); });
  find.addEventListener("input", filter);
  flag.addEventListener("change", filter);

  var all = document.querySelector(".all-cards");
  var cards = Array.prototype.slice.call(document.querySelectorAll(".card details"));
  all.hidden = false;
  all.addEventListener("click", function () {
    var open = all.getAttribute("aria-expanded") !== "true";
    cards.forEach(function (card) { card.open = open; });
    all.setAttribute("aria-expanded", String(open));
    all.textContent = open ? "Close all cards" : "Open all cards";
  });

  function reveal() {
    var target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) { return; }
    if (target.tagName === "DETAILS") { target.open = true; }
    target.querySelectorAll(":scope > details").forEach(function (inner) { inner.open = true; });
  }
  window.addEventListener("hashchange", reveal);
  reveal();

  var closed = [];
  window.addEventListener("beforeprint", function () {
    closed = Array.prototype.slice.call(document.querySelectorAll("details:not([open])"));
    closed.forEach(function (one) { one.open = true; });
  });
  window.addEventListener("afterprint", function () {
    closed.forEach(function (one) { one.open = false; });
  });

  var contents = document.querySelector(".toc details");
  if (window.matchMedia("(max-width: 60rem)").matches) { contents.open = false; }
}());
