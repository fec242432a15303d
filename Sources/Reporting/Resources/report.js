(function () {
  "use strict";
  document.documentElement.classList.add("js");

  // One request name's panel at a time.
  var select = document.getElementById("endpoint");
  if (select) {
    select.addEventListener("change", function () {
      document.querySelectorAll("[data-endpoint]").forEach(function (panel) {
        panel.classList.toggle("on", panel.dataset.endpoint === select.value);
      });
    });
  }

  // Tables sort by a click on a column's title.
  function key(row, column) {
    var cell = row.cells[column];
    if (cell.dataset.sort !== undefined) { return Number(cell.dataset.sort); }
    return cell.textContent.trim().toLowerCase();
  }
  function sort(table, title, column) {
    var descending = title.getAttribute("aria-sort") === "ascending";
    table.querySelectorAll("th[aria-sort]").forEach(function (other) { other.removeAttribute("aria-sort"); });
    title.setAttribute("aria-sort", descending ? "descending" : "ascending");
    var body = table.tBodies[0];
    var rows = Array.prototype.map.call(body.rows, function (row) { return { row: row, key: key(row, column) }; });
    rows.sort(function (a, b) {
      var order = typeof a.key === "number" && typeof b.key === "number"
        ? a.key - b.key : String(a.key).localeCompare(String(b.key));
      return descending ? -order : order;
    });
    rows.forEach(function (entry) { body.appendChild(entry.row); });
  }
  document.querySelectorAll("table.sortable").forEach(function (table) {
    table.querySelectorAll("thead tr.titles th").forEach(function (title, column) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = title.textContent;
      title.textContent = "";
      title.appendChild(button);
      button.addEventListener("click", function () { sort(table, title, column); });
    });
  });

  // Charts are read off with the pointer, a finger, or the arrow keys.
  document.querySelectorAll("svg[data-readings]").forEach(function (svg) {
    var readings = JSON.parse(svg.dataset.readings);
    var box = svg.viewBox.baseVal;
    var hair = document.createElementNS(svg.namespaceURI, "path");
    var label = document.createElement("div");
    var current = -1;
    hair.setAttribute("class", "hair");
    label.className = "reading";
    label.setAttribute("role", "status");
    label.hidden = true;
    svg.parentNode.appendChild(label);
    svg.tabIndex = 0;

    function show(index) {
      if (index === current) { return; }
      current = index;
      var reading = readings[index];
      hair.setAttribute("d", "M" + reading[0] + " 0V" + box.height);
      svg.insertBefore(hair, svg.firstChild);
      label.textContent = "";
      reading.slice(1).forEach(function (text, line) {
        var part = document.createElement(line === 0 ? "strong" : "span");
        part.textContent = text;
        label.appendChild(part);
      });
      label.hidden = false;
      var share = reading[0] / box.width;
      var room = svg.clientWidth - label.offsetWidth;
      var left = share * svg.clientWidth + (share > 0.5 ? -label.offsetWidth - 10 : 10);
      label.style.left = Math.max(0, Math.min(room, left)) + "px";
    }
    function hide() {
      current = -1;
      label.hidden = true;
      hair.remove();
    }
    svg.addEventListener("pointermove", function (event) {
      var frame = svg.getBoundingClientRect();
      var x = (event.clientX - frame.left) / frame.width * box.width;
      var nearest = 0;
      readings.forEach(function (reading, index) {
        if (Math.abs(reading[0] - x) < Math.abs(readings[nearest][0] - x)) { nearest = index; }
      });
      show(nearest);
    });
    svg.addEventListener("pointerleave", hide);
    svg.addEventListener("blur", hide);
    svg.addEventListener("keydown", function (event) {
      var last = readings.length - 1;
      if (event.key === "ArrowRight") { show(Math.min(last, current + 1)); }
      else if (event.key === "ArrowLeft") { show(Math.max(0, current < 0 ? last : current - 1)); }
      else if (event.key === "Home") { show(0); }
      else if (event.key === "End") { show(last); }
      else if (event.key === "Escape") { hide(); return; }
      else { return; }
      event.preventDefault();
    });
  });
})();
