// The card of an item: what it is, in two short lines, and how many findings concern it.
import { countFindings, severities } from "./model.js";

export function element(name, fields = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "class") made.className = value;
    else if (key === "on") for (const [event, handler] of Object.entries(value)) made.addEventListener(event, handler);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

export function strategy(node) {
  const words = [node.strategy ?? "strategy unknown"];
  if (node.intensity !== null) words.push(`${node.intensity} in ${node.period_seconds} s`);
  if (node.dynamic) words.push("dynamic");
  return words.join(", ");
}

function below(item) {
  return item.children.reduce((sum, child) => sum + (child.node ? 1 : 0) + below(child), 0);
}

// The second line of a card.
function remarks(model, item) {
  const { node, row } = item;
  const words = [];
  if (!node) return words;
  if (row?.restart && row.restart !== "permanent") words.push(row.restart);
  if (row?.conditional) words.push("on a condition");
  if (row?.many && node.kind !== "unknown") words.push("many");
  if (node.kind === "application") words.push(node.place?.file ?? "");
  // Two supervisors of one module are told apart by the names they register under.
  if (node.kind === "supervisor" && node.names.length === 1 && node.names[0] !== node.name) words.unshift(node.names[0]);
  if (node.kind === "supervisor") words.push(strategy(node));
  if (node.kind === "external") words.push("not among the sources");
  if (node.kind === "process") {
    words.push(node.type);
    if (node.count === "many" && !row?.many) words.push("many");
    const effects = [...new Set((model.blocking.get(node.id) ?? []).map((one) => one.effect))];
    if (effects.length) words.push(`waits for ${effects.join(", ")}`);
    if (node.contract.mailbox_is_unbounded) words.push("mailbox \u221e");
  }
  return words.filter(Boolean);
}

export function badges(counts) {
  return severities
    .filter((severity) => counts[severity])
    .map((severity) => element("span", { class: `badge ${severity}`, title: `${counts[severity]} ${severity}` }, `${severity[0].toUpperCase()}${counts[severity]}`));
}

export function spokenName(item) {
  return item.node ? `${item.node.kind === "unknown" ? "" : `${item.node.kind} `}${item.node.name}` : item.title;
}

export function card(model, item) {
  const counts = countFindings(model, item);
  const kind = item.node?.kind ?? "group";
  const words = remarks(model, item);
  const hidden = item.children.length && !item.open ? below(item) : 0;
  const findings = severities.filter((one) => counts[one]).map((one) => `${counts[one]} ${one}`);
  const label = [spokenName(item), ...words, hidden ? `${hidden} below` : "", findings.length ? `findings: ${findings.join(", ")}` : ""].filter(Boolean).join(", ");
  const name = item.node ? item.node.name : item.title;
  const made = element(
    "div",
    { class: `card ${kind}`, id: `item-${item.number}`, role: "treeitem", tabindex: "-1", "aria-label": label, "aria-level": item.level + 1, "aria-setsize": item.siblings, "aria-posinset": item.position, "aria-selected": "false", "data-item": item.number, title: item.node ? `${item.node.name}${words.length ? `\n${words.join(", ")}` : ""}` : undefined },
    element(
      "span",
      { class: "head" },
      item.children.length ? element("span", { class: "twist", "aria-hidden": "true" }, item.open ? "\u2212" : "+") : "",
      element("span", { class: "name" }, element("bdi", { dir: "ltr" }, name)),
      hidden ? element("span", { class: "hidden-count" }, String(hidden)) : "",
      kind === "table" ? element("span", { class: "hidden-count" }, "table") : "",
    ),
    kind === "group" || kind === "table" ? "" : element("span", { class: "words" }, words.join(" \u00b7 ")),
    element("span", { class: "badges" }, ...badges(counts)),
  );
  if (item.children.length) made.setAttribute("aria-expanded", String(item.open));
  made.style.left = `${item.x}px`;
  made.style.top = `${item.y}px`;
  made.style.width = `${item.width}px`;
  made.style.height = `${item.height}px`;
  return made;
}
