// Search over names, messages, tables and findings: a combobox whose choices jump to their node.
import { element } from "./cards.js";

const shownResults = 30;

export function makeSearch(model, input, results, choose) {
  const entries = [];
  for (const node of model.data.nodes) if (node.kind !== "unknown") entries.push({ text: node.name, kind: node.kind, id: node.id, extra: (node.names ?? []).join(" ") });
  for (const row of model.data.messages) entries.push({ text: row.message, kind: `${row.kind} to ${model.nodes.get(row.to).name}`, id: row.to, extra: row.sender });
  for (const one of model.data.findings) if (one.node) entries.push({ text: `${one.rule} ${one.name}`, kind: `finding, ${model.nodes.get(one.node).name}`, id: one.node, extra: one.message });
  const seen = new Set();
  const unique = entries.filter((entry) => {
    const key = `${entry.text} ${entry.kind} ${entry.id}`;
    return !seen.has(key) && seen.add(key);
  });
  for (const entry of unique) entry.folded = `${entry.text} ${entry.extra ?? ""}`.toLowerCase();
  let found = [];
  let active = -1;

  function show() {
    const wanted = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const rank = (entry) => {
      const text = entry.text.toLowerCase();
      return (text.startsWith(wanted[0]) ? 0 : text.includes(wanted[0]) ? 1 : 2) * 1000 + entry.text.length;
    };
    found = wanted.length ? unique.filter((entry) => wanted.every((word) => entry.folded.includes(word))).sort((a, b) => rank(a) - rank(b)).slice(0, shownResults) : [];
    active = found.length ? 0 : -1;
    draw();
  }

  function draw() {
    const open = input.value.trim() !== "";
    results.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    results.replaceChildren(
      ...found.map((entry, i) =>
        element("li", { role: "option", id: `result-${i}`, "aria-selected": String(i === active), on: { mousedown: (event) => event.preventDefault(), click: () => take(i) } }, element("span", {}, entry.text), element("small", {}, entry.kind)),
      ),
    );
    if (open && !found.length) results.append(element("li", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, "Nothing of that name is in this map."));
    if (active >= 0) {
      input.setAttribute("aria-activedescendant", `result-${active}`);
      results.children[active].scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  function close() {
    input.value = "";
    found = [];
    active = -1;
    draw();
  }

  function take(i) {
    const entry = found[i];
    close();
    if (entry) choose(entry.id);
  }

  input.addEventListener("input", show);
  input.addEventListener("blur", () => {
    results.hidden = true;
    input.setAttribute("aria-expanded", "false");
  });
  input.addEventListener("focus", () => input.value && show());
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      close();
      choose(null);
    } else if (event.key === "Enter") {
      take(active);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && found.length) {
      active = (active + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length;
      draw();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });
}
