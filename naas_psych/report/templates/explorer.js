
(function () {
  "use strict";
  var place = document.getElementById("explorer");
  var data = JSON.parse(document.getElementById("explorer-data").textContent);
  var upper = document.getElementById("explorer-upper");
  var lower = document.getElementById("explorer-lower");
  var view = null;

  function whole(share) {
    var people = share * data.population;
    var step = people >= 1000 ? 50 : people >= 100 ? 10 : 5;
    return (Math.round(people / step) * step).toLocaleString("en-GB");
  }

  function percent(share, digits) {
    return share === null ? "not known" : (100 * share).toFixed(digits) + "%";
  }

  function counted(share) {
    return share === null ? "not known" : percent(share, 1) + ", about " + whole(share);
  }

  function put(id, text) { document.getElementById("explorer-" + id).textContent = text; }

  function at(input) { return Number(input.value); }

  function tell() {
    var i = at(lower);
    var j = at(upper);
    var low = data.cuts[i];
    var high = data.cuts[j];
    var pair = data.pairs[i] && data.pairs[i][j];
    put("upper-is", high.percent.toFixed(1) + "% of the marks" + high.total);
    put("lower-is", low.percent.toFixed(1) + "% of the marks" + low.total);
    upper.setAttribute("aria-valuetext", high.percent.toFixed(1) + " per cent");
    lower.setAttribute("aria-valuetext", low.percent.toFixed(1) + " per cent");
    put("first", counted(low.below));
    put("middle", counted(Math.max(high.below - low.below, 0)));
    put("last", counted(1 - high.below));
    put("limits", percent(high.below, 1) + " (" + percent(high.below_low, 1) + " to " +
      percent(high.below_high, 1) + ")");
    put("pass", counted(high.false_pass));
    put("fail", counted(high.false_fail));
    put("right", pair ? percent(pair[0], 1) :
      data.single && high.false_pass !== null ?
        percent(1 - high.false_pass - high.false_fail, 1) : "not known");
    put("again", pair ? percent(pair[1], 1) : "not known");
    data.groups.forEach(function (group, k) {
      var ratio = group.ratios[j];
      put("group-" + k, ratio === null ? "not known" : ratio.toFixed(2));
    });
    if (view) {
      view.signal("upper", high.percent).signal("lower", low.percent).runAsync();
    }
  }

  upper.addEventListener("input", function () {
    if (data.single || at(lower) > at(upper)) { lower.value = upper.value; }
    tell();
  });
  lower.addEventListener("input", function () {
    if (at(lower) > at(upper)) { upper.value = lower.value; }
    tell();
  });

  place.hidden = false;
  // Letters keep their size on a phone: the panels get narrower instead of the picture smaller.
  data.specification.vconcat.forEach(function (panel) {
    panel.width = Math.max(180, Math.min(panel.width, place.clientWidth - 75));
  });
  tell();
  // Half of the page is the drawing program: read it when the rest can be used.
  function load() {
    var program = document.createElement("script");
    program.textContent = document.getElementById("vega").textContent;
    document.head.appendChild(program);
    draw();
  }
  function draw() {
    window.vegaEmbed("#explorer-view", data.specification, {
      actions: false, ast: true, renderer: "svg"
    }).then(function (made) {
      view = made.view;
      document.getElementById("explorer-twin").classList.add("paper-only");
      // The frame has the name of the picture; its parts have none of their own.
      document.querySelector("#explorer-view svg").setAttribute("aria-hidden", "true");
      place.setAttribute("data-ready", "yes");
      tell();
    });
  }
  window.addEventListener("load", function () { window.setTimeout(load, 0); });
}());
