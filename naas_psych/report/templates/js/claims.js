(function () {
  "use strict";
  var controls = document.getElementById("claim-controls");
  if (!controls) { return; }
  var find = document.getElementById("claim-find");
  var verdict = document.getElementById("claim-verdict");
  var kind = document.getElementById("claim-kind");
  var count = document.getElementById("claim-count");
  var claims = Array.prototype.slice.call(document.querySelectorAll("#claims > details"))
    .map(function (place) {
      return {
        place: place, kind: place.dataset.polarity, words: place.textContent.toLowerCase(),
        verdict: place.querySelector("summary .verdict").textContent.trim()
      };
    });

  claims.map(function (claim) { return claim.verdict; })
    .filter(function (word, k, all) { return all.indexOf(word) === k; })
    .forEach(function (word) {
      var option = document.createElement("option");
      option.value = word;
      option.textContent = word.toLowerCase();
      verdict.appendChild(option);
    });

  function filter() {
    var words = find.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    var shown = 0;
    claims.forEach(function (claim) {
      var keep = words.every(function (word) { return claim.words.indexOf(word) >= 0; }) &&
        (!verdict.value || claim.verdict === verdict.value) &&
        (!kind.value || claim.kind === kind.value);
      claim.place.hidden = !keep;
      shown += keep ? 1 : 0;
    });
    count.textContent = "Showing " + shown + " of " + claims.length + " claims";
  }

  controls.hidden = false;
  controls.addEventListener("submit", function (event) {
    event.preventDefault();
    var first = claims.find(function (claim) { return !claim.place.hidden; });
    if (first) {
      first.place.open = true;
      first.place.querySelector("summary").focus();
    }
  });
  [find, verdict, kind].forEach(function (one) { one.addEventListener("input", filter); });

  window.addEventListener("hashchange", function () {
    var place = location.hash && document.getElementById(location.hash.slice(1));
    if (place && place.parentElement && place.parentElement.id === "claims" && place.hidden) {
      find.value = verdict.value = kind.value = "";
      filter();
      place.scrollIntoView();
    }
  });
}());
