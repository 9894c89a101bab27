(() => {
  "use strict";
  const LONG = 12;
  const value = (row, at) => {
    const cell = row.cells[at];
    const number = cell ? cell.dataset.v : undefined;
    return number === undefined ? (cell ? cell.textContent.trim().toLowerCase() : "") : Number(number);
  };
  const order = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0);
  const sortable = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, at) => {
      if (head.dataset.fixed !== undefined) return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.classList.contains("number") ? head.getAttribute("aria-sort") !== "descending" : head.getAttribute("aria-sort") === "ascending";
        const rows = [...table.tBodies[0].rows].map((row) => [value(row, at), row]);
        rows.sort((a, b) => (down ? order(b[0], a[0]) : order(a[0], b[0])));
        table.tBodies[0].append(...rows.map((one) => one[1]));
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
      });
    });
  };
  let boxes = 0;
  const searchable = (frame, items, what) => {
    if (items.length <= LONG) return;
    const form = document.createElement("form");
    form.className = "find";
    form.setAttribute("role", "search");
    const label = document.createElement("label");
    const input = document.createElement("input");
    const found = document.createElement("output");
    input.type = "search";
    input.id = "find-" + (boxes += 1);
    input.autocomplete = "off";
    input.spellcheck = false;
    label.htmlFor = input.id;
    label.textContent = "Search";
    input.setAttribute("aria-label", "Search " + what);
    found.setAttribute("aria-live", "polite");
    form.append(label, input, found);
    frame.before(form);
    form.addEventListener("submit", (event) => event.preventDefault());
    let texts = null;
    const filter = () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      texts ??= items.map((item) => item.textContent.toLowerCase());
      let shown = 0;
      items.forEach((item, at) => {
        item.hidden = !words.every((word) => texts[at].includes(word));
        shown += item.hidden ? 0 : 1;
      });
      found.textContent = words.length ? shown + " of " + items.length : "";
    };
    let timer = 0;
    input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(filter, 120); });
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    sortable(table);
    const frame = table.closest(".frame");
    searchable(frame, [...table.tBodies[0].rows], frame.getAttribute("aria-label").toLowerCase());
  }
  const parts = [...document.querySelectorAll("details.part")];
  if (parts.length) searchable(parts[0], parts, "everything below");
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const part = target && target.closest("details.part");
    if (!part) return;
    part.hidden = false;
    part.open = true;
    part.scrollIntoView();
  };
  window.addEventListener("hashchange", reveal);
  reveal();
  document.querySelectorAll("circle[data-row]").forEach((dot) => {
    dot.style.cursor = "pointer";
    dot.addEventListener("click", () => { location.hash = dot.dataset.row; });
  });
})();
