// The findings of a review: HTML as it came from the program, with filters over it and joined to the map. Choosing a finding shows
// its process on the map; choosing something on the map leaves the findings on it, and on what it supervises, in the list.
import { element } from "./cards.js";
import { groupBy, severities } from "./model.js";

const count = (number, what) => `${number} ${what}${number === 1 ? "" : "s"}`;

export function makeReport(model, { select, choose, say }) {
  const root = document.getElementById("report");
  if (!root) return null;
  const findings = [...root.querySelectorAll("details.finding")];
  const groups = [...root.querySelectorAll(".group")];
  const present = severities.filter((severity) => findings.some((each) => each.dataset.severity === severity));
  const texts = new Map();
  let node = null; // { ids, name }: what was chosen on the map
  let current = null;

  const textOf = (finding) => {
    if (!texts.has(finding)) texts.set(finding, `${finding.dataset.rule} ${finding.closest(".group").querySelector("h3").textContent} ${finding.textContent}`.toLowerCase());
    return texts.get(finding);
  };

  // ---- The filters

  const words = element("input", { type: "search", id: "find", "aria-label": "Text in findings", placeholder: "Text in findings  ( / )", autocomplete: "off", spellcheck: "false" });
  const boxes = present.map((severity) => element("input", { type: "checkbox", value: severity, checked: true }));
  // All values of a field with how many findings have each.
  const choice = (field, title, name = (value) => value) => {
    const rows = [...groupBy(findings, (each) => each.dataset[field])].map(([value, of]) => ({ value, text: `${name(value, of[0])} (${of.length})` }));
    rows.sort((a, b) => a.text.localeCompare(b.text));
    return element("select", { "data-field": field, "aria-label": title }, element("option", { value: "" }, title), ...rows.map(({ value, text }) => element("option", { value }, text)));
  };
  const choices = [choice("family", "All families"), choice("rule", "All rules", (value, one) => `${value} ${one.dataset.name}`), choice("file", "All files")];
  const shown = element("span", { class: "shown" });
  const chosen = element("button", { type: "button", class: "chosen", hidden: true, on: { click: () => select(null) } });
  const clear = element("button", { type: "button", class: "clear", hidden: true, on: { click: reset } }, "All findings");
  const unfold = element("button", { type: "button", on: { click: () => setOpen(!visible().every((each) => each.open)) } });
  const form = element(
    "form",
    { id: "filter", role: "search", "aria-label": "Findings", on: { submit: (event) => event.preventDefault(), input: apply } },
    words,
    ...choices,
    element("span", { class: "severities", role: "group", "aria-label": "Severities" }, ...boxes.map((box) => element("label", {}, box, element("span", { class: `badge ${box.value}` }, `${box.value} ${findings.filter((each) => each.dataset.severity === box.value).length}`)))),
    element("span", { class: "result" }, shown, chosen, clear, unfold),
  );
  document.getElementById("filters").append(form);
  words.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    words.value = "";
    apply();
    visible()[0]?.querySelector("summary").focus();
  });

  const visible = () => findings.filter((each) => !each.hidden);

  function apply() {
    const wanted = words.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const allowed = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    for (const each of findings) {
      const { dataset } = each;
      each.hidden =
        !allowed.has(dataset.severity) ||
        choices.some((one) => one.value && one.value !== dataset[one.dataset.field]) ||
        Boolean(node && !node.ids.has(dataset.node)) ||
        (wanted.length > 0 && !wanted.every((word) => textOf(each).includes(word)));
    }
    for (const group of groups) group.hidden = ![...group.querySelectorAll("details.finding")].some((each) => !each.hidden);
    const left = visible().length;
    shown.textContent = left === findings.length ? count(left, "finding") : `${left} of ${count(findings.length, "finding")}`;
    chosen.hidden = !node;
    if (node) chosen.textContent = `on ${node.name} \u00d7`;
    clear.hidden = left === findings.length;
    nameUnfold();
    say(shown.textContent);
  }

  function reset() {
    words.value = "";
    for (const box of boxes) box.checked = true;
    for (const one of choices) one.value = "";
    if (node) select(null);
    else apply();
  }

  function nameUnfold() {
    const all = visible();
    unfold.hidden = !all.length;
    unfold.textContent = all.every((each) => each.open) ? "Fold all" : "Unfold all";
  }

  function setOpen(open) {
    for (const each of visible()) each.open = open;
    nameUnfold();
  }

  // ---- Findings and the map

  function take(finding) {
    current?.classList.remove("current");
    current = finding;
    finding.classList.add("current");
    history.replaceState(null, "", `#${finding.id}`);
    choose(finding.dataset.node, [...finding.querySelectorAll("[data-node]")].map((step) => step.dataset.node));
  }

  root.addEventListener("click", (event) => {
    const finding = event.target.closest("details.finding");
    if (!finding) return;
    // A click on the summary of an open finding is about to close it.
    if (!(event.target.closest("summary") && finding.open) && finding !== current) take(finding);
  });
  root.addEventListener("toggle", nameUnfold, true);

  for (const group of groups) {
    const heading = group.querySelector("h3");
    const id = group.dataset.node;
    if (model.nodes.has(id)) heading.replaceChildren(element("button", { type: "button", class: "link", on: { click: () => select(id) } }, heading.textContent));
  }

  // Shows a finding by its id; false when there is none of it.
  function reveal(id) {
    const finding = findings.find((each) => each.id === id);
    if (!finding) return false;
    if (finding.hidden) reset();
    finding.open = true;
    take(finding);
    finding.scrollIntoView({ block: "start" });
    finding.querySelector("summary").focus({ preventScroll: true });
    return true;
  }

  // The findings on an item of the map and on all that is below it; null: all findings.
  function only(item) {
    const ids = new Set();
    const add = (one) => {
      if (one.node) ids.add(one.node.id);
      one.children.forEach(add);
    };
    if (item) add(item);
    node = item ? { ids, name: item.node?.name ?? item.title } : null;
    apply();
    if (item) root.querySelector("#filters").scrollIntoView({ block: "start" });
  }

  // To the next finding or the one before.
  function step(by) {
    const all = visible();
    const at = all.indexOf(document.activeElement?.closest("details.finding"));
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
    next?.querySelector("summary").focus();
    next?.scrollIntoView({ block: "nearest" });
  }

  // On paper everything that is shown stands open.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = visible().filter((each) => !each.open);
    for (const each of folded) each.open = true;
  });
  addEventListener("afterprint", () => {
    for (const each of folded) each.open = false;
  });

  apply();
  return { only, reveal, step, focus: () => words.focus() };
}
