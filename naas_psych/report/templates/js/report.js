(function () {
  "use strict";
  var root = document.documentElement;
  var contents = document.querySelector(".toc");
  var small = window.matchMedia("(max-width: 60rem)");

  function each(selector, act) {
    Array.prototype.forEach.call(document.querySelectorAll(selector), act);
  }

  // What a link names may stand inside closed details.
  function reveal() {
    var target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) { return; }
    if (target.classList.contains("card")) { target.querySelector("details").open = true; }
    for (var place = target; place; place = place.parentElement) {
      if (place.tagName === "DETAILS") { place.open = true; }
    }
    target.scrollIntoView({ block: "start", behavior: "instant" });
  }
  window.addEventListener("hashchange", reveal);

  var closed = [];
  window.addEventListener("beforeprint", function () {
    closed = Array.prototype.slice.call(document.querySelectorAll("details:not([open])"));
    closed.forEach(function (one) { one.open = true; });
  });
  window.addEventListener("afterprint", function () {
    closed.forEach(function (one) { one.open = false; });
  });

  // The choice lives as long as the page: nothing is stored.
  var theme = document.getElementById("theme");
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function isDark() { return root.dataset.theme ? root.dataset.theme === "dark" : dark.matches; }
  function sayTheme() { theme.setAttribute("aria-pressed", String(isDark())); }
  theme.addEventListener("click", function () {
    root.dataset.theme = isDark() ? "light" : "dark";
    sayTheme();
  });
  dark.addEventListener("change", sayTheme);
  sayTheme();

  each(".tools", function (one) { one.hidden = false; });
  each(".open-all", function (button) {
    button.addEventListener("click", function () {
      var open = button.getAttribute("aria-expanded") !== "true";
      each(button.dataset.within + " details", function (one) { one.open = open; });
      button.setAttribute("aria-expanded", String(open));
      button.textContent = (open ? "Close all " : "Open all ") + button.dataset.what;
    });
  });

  var said = document.getElementById("said");
  function say(words) {
    said.textContent = words;
    window.setTimeout(function () { said.textContent = ""; }, 2500);
  }
  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("a.permalink");
    if (!link || !navigator.clipboard) { return; }
    navigator.clipboard.writeText(link.href).then(
      function () { say("Link copied"); }, function () { say("The link is in the address bar"); }
    );
  });

  // Which heading is read now: the last of those whose part is at the top of the window.
  var links = Array.prototype.slice.call(contents.querySelectorAll("a[href^='#']"));
  var places = {};
  var near = {};
  var current = null;
  var opened = null;
  function mark(link) {
    if (link === current) { return; }
    if (current) { current.removeAttribute("aria-current"); }
    current = link;
    if (!link) { return; }
    link.setAttribute("aria-current", "location");
    var group = link.closest(".sub") || link.parentElement.querySelector(".sub");
    if (opened && opened !== group) { opened.open = false; opened = null; }
    if (group && !group.open) { group.open = true; opened = group; }
    if (!small.matches) { link.scrollIntoView({ block: "nearest", behavior: "instant" }); }
  }
  var watch = new IntersectionObserver(function (entries) {
    entries.forEach(function (entry) { near[entry.target.id] = entry.isIntersecting; });
    var last = null;
    links.forEach(function (link) { if (near[link.hash.slice(1)]) { last = link; } });
    if (last) { mark(last); }
  }, { rootMargin: "-8% 0px -80% 0px" });
  links.forEach(function (link) {
    places[link.hash] = document.getElementById(link.hash.slice(1));
    if (places[link.hash]) { watch.observe(places[link.hash]); }
  });

  contents.setAttribute("data-script", "yes");
  var whole = contents.querySelector("details");
  function fit() { whole.open = !small.matches; }
  small.addEventListener("change", fit);
  fit();
  contents.addEventListener("click", function (event) {
    if (small.matches && event.target.closest("a")) { whole.open = false; }
  });
  contents.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && small.matches) { whole.open = false; }
  });

  reveal();
}());
