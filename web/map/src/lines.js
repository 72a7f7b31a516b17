// Messages and table accesses as arcs on the right of the cards. Each kind has a line style of its own; lines across a restart
// boundary are double. Lines that would start or end in a closed subtree do so at the item that stands for it.
import { shown } from "./layout.js";

const space = "http://www.w3.org/2000/svg";

export function makeLines(model) {
  const rows = [];
  const first = (id) => model.itemsByNode.get(id)?.[0];
  for (const message of model.data.messages) {
    if (!message.from || message.from === message.to) continue;
    const from = first(message.from);
    const to = first(message.to);
    if (from && to) rows.push({ kind: message.kind, from, to, text: message.message, crosses: message.crosses_restart_boundary });
  }
  for (const use of model.data.table_uses) {
    if (!use.node || use.use === "owns") continue;
    const from = first(use.node);
    const to = first(use.table);
    if (from && to && to.parent !== from) rows.push({ kind: "table", from, to, text: use.use, crosses: false });
  }
  return rows;
}

// The lines between visible items, several of one kind as one.
export function bundle(rows, layers) {
  const lines = new Map();
  for (const row of rows) {
    if (!layers.has(row.kind)) continue;
    const from = shown(row.from);
    const to = shown(row.to);
    if (from === to) continue;
    // Who reads a table is drawn where the table itself is to be seen: else such lines would hide all others.
    if (row.kind === "table" && to !== row.to) continue;
    const key = `${from.number} ${to.number} ${row.kind}`;
    const line = lines.get(key);
    if (line) {
      line.count += 1;
      line.crosses = line.crosses || row.crosses;
      if (!line.texts.includes(row.text)) line.texts.push(row.text);
    } else {
      lines.set(key, { kind: row.kind, from, to, count: 1, crosses: row.crosses, texts: [row.text] });
    }
  }
  return [...lines.values()];
}

export function drawLines(svg, lines, { selected, all, size }) {
  svg.replaceChildren();
  let right = size.width;
  const touching = (line) => selected && (inside(line.from, selected) || inside(line.to, selected));
  const order = lines.filter((line) => all || touching(line)).sort((a, b) => Number(touching(a)) - Number(touching(b)));
  const labels = [];
  for (const line of order) {
    const strong = touching(line);
    const from = { x: line.from.x + line.from.width, y: line.from.y + line.from.height * 0.35 };
    const to = { x: line.to.x + line.to.width, y: line.to.y + line.to.height * 0.68 };
    // All arcs bend beside the last column; lines from and to other columns run to it along their row, behind the cards.
    const edge = size.width;
    const far = edge + 30 + Math.min(420, Math.abs(from.y - to.y) * 0.36);
    right = Math.max(right, far);
    const path = `M${from.x} ${from.y}H${edge}C${far} ${from.y} ${far} ${to.y} ${edge + 7} ${to.y}H${to.x + 7}`;
    const group = document.createElementNS(space, "g");
    group.setAttribute("class", `flow ${line.kind}${strong ? " strong" : ""}${selected && !strong ? " faint" : ""}`);
    add(group, "path", { class: `line ${line.kind}${line.crosses ? " wide" : ""}`, d: path });
    // Several messages make a thicker line.
    const extra = Math.min(3, Math.log2(line.count) * 0.6);
    if (extra > 0) group.firstChild.style.strokeWidth = `${(line.crosses ? 4.4 : strong ? 2.2 : 1.4) + extra}px`;
    if (line.crosses) add(group, "path", { class: "inner", d: path });
    add(group, "path", { class: "head", d: `M${to.x + 1} ${to.y}l8 -4v8z` });
    if (line.kind !== "table") add(group, "circle", { class: "tail", cx: from.x + 1, cy: from.y, r: 2.2 });
    svg.append(group);
    if (strong) labels.push({ line, x: edge * 0.25 + far * 0.75, y: (from.y + to.y) / 2 });
  }
  const right_of_labels = drawLabels(svg, labels);
  const width = Math.max(right, right_of_labels) + 40;
  svg.setAttribute("width", width);
  svg.setAttribute("height", size.height + 40);
  return width;
}

// What is said on the lines of the selection; labels that would lie on each other move down.
function drawLabels(svg, labels) {
  let right = 0;
  const taken = [];
  labels.sort((a, b) => a.y - b.y);
  for (const { line, x, y } of labels) {
    const text = line.texts[0] + (line.count > 1 ? ` +${line.count - 1}` : "");
    let at = y;
    while (taken.some((other) => Math.abs(other.y - at) < 15 && Math.abs(other.x - x) < 200)) at += 15;
    taken.push({ x, y: at });
    add(svg, "text", { class: "said", x, y: at + 4 }, text.length > 34 ? `${text.slice(0, 33)}\u2026` : text);
    right = Math.max(right, x + Math.min(34, text.length) * 7);
  }
  return right;
}

function inside(item, selected) {
  for (let at = item; at; at = at.parent) if (at === selected) return true;
  return false;
}

function add(parent, name, attributes, text) {
  const element = document.createElementNS(space, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
}
