(() => {
  "use strict";
  const tree = document.getElementById("tree");
  const search = document.getElementById("search");
  if (!tree || !search) return;
  document.querySelectorAll(".scripted").forEach((part) => { part.hidden = false; });
  const settled = document.getElementById("settled");
  const count = document.getElementById("count");
  const nodes = [...tree.querySelectorAll("details.node")];
  // Each difference with all that stands above it, made once and only when a search begins.
  let texts = null;
  const gather = () => [...tree.querySelectorAll(".d")].map((element) => {
    let text = element.textContent;
    for (let up = element.parentElement; up && up !== tree; up = up.parentElement) {
      if (up.tagName === "DETAILS") text = up.firstElementChild.querySelector(".name").textContent + " " + text;
    }
    return [element, text.toLowerCase()];
  });
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    texts ??= gather();
    for (const node of nodes) node.hidden = words.length > 0;
    let found = 0;
    for (const [element, text] of texts) {
      const shown = !settled || settled.checked || !element.closest(".settled");
      const wanted = shown && words.every((word) => text.includes(word));
      element.hidden = words.length > 0 && !wanted;
      if (!wanted || !words.length) continue;
      found += 1;
      for (let up = element.parentElement; up && up !== tree; up = up.parentElement) {
        if (up.tagName !== "DETAILS") continue;
        if (!up.hidden) break;
        up.hidden = false;
        up.open = true;
      }
    }
    count.textContent = words.length ? found + " found" : "";
  };
  if (settled) settled.addEventListener("change", filter);
  let timer = 0;
  search.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(filter, 120); });
  search.form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("open").addEventListener("click", () => nodes.forEach((node) => { node.open = true; }));
  document.getElementById("close").addEventListener("click", () => nodes.forEach((node) => { node.open = false; }));
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|TEXTAREA)$/.test(event.target.tagName)) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && event.target === search) {
      search.value = "";
      filter();
    }
  });
})();
