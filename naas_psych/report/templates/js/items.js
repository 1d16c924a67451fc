(function () {
  "use strict";
  var table = document.getElementById("items");
  if (!table) { return; }
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

  // Name, text, facts such as the domain, and flags: not every number of the card.
  var entries = rows.map(function (row) {
    var link = row.cells[0].querySelector("a");
    var card = document.getElementById(link.hash.slice(1));
    var told = [row.textContent];
    card.querySelectorAll(".stem, .facts-of-item").forEach(function (one) {
      told.push(one.textContent);
    });
    return {
      row: row, card: card, words: told.join(" ").toLowerCase(),
      flags: row.getAttribute("data-flags").trim().split(/\s+/).filter(Boolean)
    };
  });

  function filter() {
    var words = find.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    var wanted = flag.value;
    var shown = 0;
    entries.forEach(function (entry) {
      var keep = words.every(function (word) { return entry.words.indexOf(word) >= 0; }) &&
        (!wanted || (wanted === "*" ? entry.flags.length > 0 : entry.flags.indexOf(wanted) >= 0));
      entry.row.hidden = entry.card.hidden = !keep;
      shown += keep ? 1 : 0;
    });
    count.textContent = "Showing " + shown + " of " + rows.length + " items";
  }

  controls.hidden = false;
  // Enter goes to the card of the first item that is left.
  controls.addEventListener("submit", function (event) {
    event.preventDefault();
    var first = Array.prototype.slice.call(body.rows).find(function (row) { return !row.hidden; });
    if (first) {
      location.hash = first.cells[0].querySelector("a").hash;
      document.querySelector(location.hash + " summary").focus();
    }
  });
  find.addEventListener("input", filter);
  find.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && find.value) { find.value = ""; filter(); }
  });
  flag.addEventListener("change", filter);

  // A link to a card that the search has hidden shows it again.
  window.addEventListener("hashchange", function () {
    var card = location.hash && document.getElementById(location.hash.slice(1));
    if (card && card.classList.contains("card") && card.hidden) {
      find.value = "";
      flag.value = "";
      filter();
      card.scrollIntoView();
    }
  });
}());
