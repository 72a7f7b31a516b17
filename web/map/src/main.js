// Wiring: what is open, what is selected, where the view stands. Everything else is in the other files.
import { select as selection } from "d3-selection";
import { zoom, zoomIdentity } from "d3-zoom";
import { card, spokenName } from "./cards.js";
import { layout, sizes } from "./layout.js";
import { bundle, drawLines, makeLines } from "./lines.js";
import { openWithin, readModel } from "./model.js";
import { makePanel } from "./panel.js";
import { makeReport } from "./report.js";
import { makeSearch } from "./search.js";

const find = (id) => document.getElementById(id);
const [viewport, canvas, svg, tree, panel, input, status] = ["viewport", "canvas", "lines", "forest", "panel", "search", "status"].map(find);

document.documentElement.classList.add("live");
const model = readModel(JSON.parse(find("data").textContent));
const rows = makeLines(model);
// So many items are open at the start, and up to so many lines are all shown.
const manyItems = 130;
const manyLines = 120;

const state = { focused: model.roots[0] ?? null, selected: null, drawn: { visible: [], width: 0, height: 0 }, cards: new Map(), transform: zoomIdentity, path: new Set() };

function setOpen(items, open) {
  for (const item of items) item.open = open && item.children.length > 0;
}
openWithin(model.roots, model.items.length, manyItems);

for (const item of model.items) {
  const siblings = item.parent ? item.parent.children : model.roots;
  item.siblings = siblings.length;
  item.position = siblings.indexOf(item) + 1;
}

// ---- Drawing

function draw() {
  state.drawn = layout(model.roots);
  state.cards.clear();
  tree.replaceChildren();
  drawCards();
  redrawLines();
}

// Only cards near the view are in the page, so that thousands of items cost nothing.
function drawCards() {
  const { y, k } = state.transform;
  const height = viewport.clientHeight;
  const top = (-y - height) / k;
  const bottom = (-y + 2 * height) / k;
  const near = new Set(state.drawn.visible.filter((item) => item.y + item.height >= top && item.y <= bottom));
  if (state.focused) near.add(state.focused);
  for (const [item, made] of state.cards) {
    if (near.has(item)) continue;
    made.remove();
    state.cards.delete(item);
  }
  for (const item of state.drawn.visible) {
    if (!near.has(item) || state.cards.has(item)) continue;
    const made = card(model, item);
    state.cards.set(item, made);
    const next = [...tree.children].find((other) => Number(other.dataset.item) > item.number);
    tree.insertBefore(made, next ?? null);
  }
  drawBranches();
  mark();
}

// The lines of supervision, as part of the lines' drawing.
function drawBranches() {
  let path = "";
  for (const item of state.drawn.visible) {
    if (!item.open || !item.children.length || item.children[0].x <= item.x + 2 * sizes.gap) continue;
    const x = item.x + item.width;
    const bend = x + sizes.gap / 2;
    for (const child of item.children) {
      const y = child.y + child.height / 2;
      const from = item.y + item.height / 2;
      path += `M${x} ${from}H${bend}V${y}H${child.x}`;
    }
  }
  let branches = svg.querySelector(".branches");
  if (!branches) {
    branches = document.createElementNS("http://www.w3.org/2000/svg", "path");
    branches.setAttribute("class", "branches");
  }
  branches.setAttribute("d", path);
  svg.prepend(branches);
}

function redrawLines() {
  const layers = new Set([...document.querySelectorAll("[data-layer]")].filter((box) => box.checked).map((box) => box.dataset.layer));
  drawLines(svg, bundle(rows, layers), { selected: state.selected, all: find("all-lines").checked, size: state.drawn });
  drawBranches();
}

function mark() {
  for (const [item, made] of state.cards) {
    made.tabIndex = item === state.focused ? 0 : -1;
    made.setAttribute("aria-selected", String(item === state.selected));
    made.classList.toggle("on-path", Boolean(item.node) && state.path.has(item.node.id));
  }
}

// ---- The view

const zooming = zoom()
  .scaleExtent([0.05, 3])
  .filter((event) => (event.type === "wheel" ? event.ctrlKey || event.metaKey : !event.button))
  .on("zoom", ({ transform }) => {
    state.transform = transform;
    canvas.style.transform = `translate(${transform.x}px,${transform.y}px) scale(${transform.k})`;
    scheduleCards();
  });
const view = selection(viewport).call(zooming).on("dblclick.zoom", null);

let waiting = false;
function scheduleCards() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    drawCards();
  });
}

viewport.addEventListener(
  "wheel",
  (event) => {
    if (event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 20 : 1;
    const [x, y] = event.shiftKey && !event.deltaX ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
    view.call(zooming.translateBy, (-x * unit) / state.transform.k, (-y * unit) / state.transform.k);
  },
  { passive: false },
);

function fit() {
  const width = Number(svg.getAttribute("width")) || state.drawn.width;
  // The whole width; the whole height only where that does not make it too small to read.
  const k = Math.max(0.3, Math.min(1, (viewport.clientWidth - 20) / width, Math.max(0.8, (viewport.clientHeight - 20) / (state.drawn.height + 20))));
  view.call(zooming.transform, zoomIdentity.translate(10, 6).scale(k));
}

// Moves the view as little as is needed to show an item.
function reveal(item) {
  const { x, y, k } = state.transform;
  const left = item.x * k + x;
  const top = item.y * k + y;
  const shift = (at, length, room, margin) => (at < margin ? margin - at : at + length > room - margin ? Math.max(room - margin - at - length, margin - at) : 0);
  const arcs = Math.min(320, viewport.clientWidth / 3); // beside the item stands what it says
  const dx = shift(left, item.width * k + arcs, viewport.clientWidth, 40);
  const dy = shift(top, item.height * k, viewport.clientHeight, viewport.clientHeight / 5);
  if (dx || dy) view.call(zooming.translateBy, dx / k, dy / k);
}

// ---- What people do

function focus(item, { move = true } = {}) {
  if (!item) return;
  state.focused = item;
  reveal(item);
  drawCards();
  if (move) state.cards.get(item)?.focus({ preventScroll: true });
}

const report = makeReport(model, { select: selectNode, choose: showFinding, say: (text) => (status.textContent = text) });
const showPanel = makePanel(panel, model, { select: selectNode, withFindings: !report });

function selectItem(item) {
  state.path.clear();
  mark();
  markSelected(item);
  report?.only(item);
  const id = item?.node?.id;
  history.replaceState(null, "", id ? `#${encodeURIComponent(id)}` : "#");
  status.textContent = item ? `${spokenName(item)} selected` : "overview";
}

function markSelected(item) {
  state.selected = item;
  showPanel(item);
  redrawLines();
  mark();
}

// What a finding of the report concerns: its node selected, and the nodes on its path marked.
function showFinding(node, path) {
  const item = model.itemsByNode.get(node)?.[0] ?? null;
  const items = [item, ...path.map((id) => model.itemsByNode.get(id)?.[0])].filter(Boolean);
  items.forEach(open);
  state.path = new Set(path);
  markSelected(item);
  if (item) focus(item, { move: false });
}

function open(item) {
  let changed = false;
  for (let above = item.parent; above; above = above.parent) {
    changed = changed || !above.open;
    above.open = true;
  }
  if (changed) draw();
}

function selectNode(id) {
  const item = id && model.itemsByNode.get(id)?.[0];
  if (!item) return selectItem(null);
  open(item);
  selectItem(item);
  focus(item);
}

function toggle(item, to = !item.open) {
  if (!item.children.length || item.open === to) return;
  item.open = to;
  draw();
  focus(item);
}

tree.addEventListener("click", (event) => {
  const made = event.target.closest(".card");
  if (!made) return;
  const item = model.items[Number(made.dataset.item)];
  if (event.target.closest(".twist") || !item.node) return toggle(item);
  focus(item);
  selectItem(item);
});
tree.addEventListener("dblclick", (event) => {
  const made = event.target.closest(".card");
  if (made) toggle(model.items[Number(made.dataset.item)]);
});
tree.addEventListener("focus", () => focus(state.focused));

tree.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !state.focused) return;
  const { visible } = state.drawn;
  const at = visible.indexOf(state.focused);
  const item = state.focused;
  const moves = {
    ArrowDown: () => focus(visible[Math.min(at + 1, visible.length - 1)]),
    ArrowUp: () => focus(visible[Math.max(at - 1, 0)]),
    Home: () => focus(visible[0]),
    End: () => focus(visible[visible.length - 1]),
    ArrowRight: () => (item.children.length && !item.open ? toggle(item, true) : focus(item.children[0])),
    ArrowLeft: () => (item.open && item.children.length ? toggle(item, false) : focus(item.parent)),
    Enter: () => (item.node ? selectItem(item) : toggle(item)),
    " ": () => (item.node ? selectItem(item) : toggle(item)),
  };
  const move = moves[event.key];
  if (!move) return;
  event.preventDefault();
  move();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), select")) return;
  const acts = {
    "/": () => (report ? report.focus() : input.focus()),
    ...(report ? { n: () => report.step(1), p: () => report.step(-1), m: () => showDesign(designShown.getAttribute("aria-pressed") !== "true") } : {}),
    "+": () => view.call(zooming.scaleBy, 1.25),
    "-": () => view.call(zooming.scaleBy, 0.8),
    0: fit,
    Escape: () => selectItem(null),
  };
  const act = acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

makeSearch(model, input, find("results"), (id) => (id ? selectNode(id) : focus(state.focused)));

find("expand").addEventListener("click", () => {
  setOpen(model.items, true);
  draw();
});
find("collapse").addEventListener("click", () => {
  setOpen(model.items, false);
  while (state.focused?.parent) state.focused = state.focused.parent;
  draw();
  fit();
});
find("fit").addEventListener("click", fit);
find("zoom-in").addEventListener("click", () => view.call(zooming.scaleBy, 1.25));
find("zoom-out").addEventListener("click", () => view.call(zooming.scaleBy, 0.8));
find("layers").addEventListener("change", redrawLines);

// Beside a review the map may be put away.
const designShown = find("design-shown");
if (report) {
  find("keys").textContent = `n and p: next and previous finding, / filters findings, m hides the map. On it: ${find("keys").textContent.replace("/ searches, ", "")}`;
  input.placeholder = "Search the map: process, message, table, BW401 \u2026";
}
designShown.hidden = !report;
function showDesign(shown) {
  designShown.setAttribute("aria-pressed", String(shown));
  document.body.classList.toggle("alone", !shown);
  if (shown) scheduleCards();
}
designShown.addEventListener("click", () => showDesign(designShown.getAttribute("aria-pressed") !== "true"));

const theme = find("theme");
const dark = () => (document.documentElement.dataset.theme ? document.documentElement.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
const nameTheme = () => (theme.textContent = dark() ? "Light" : "Dark");
theme.addEventListener("click", () => {
  document.documentElement.dataset.theme = dark() ? "light" : "dark";
  nameTheme();
});
nameTheme();

// ---- The start

const { data } = model;
const kind = `Beamwright ${report ? "review" : "map"}`;
document.title = `${data.root} \u2013 ${kind}`;
find("title").textContent = data.root === "." ? kind : data.root;
find("verdict").textContent = data.verdict;
find("verdict").dataset.verdict = data.verdict;
draw();
find("all-lines").checked = bundle(rows, new Set(["call", "cast", "send", "table"])).length <= manyLines;
redrawLines();
fit();
showPanel(null);
const wanted = decodeURIComponent(location.hash.slice(1));
if (model.nodes.has(wanted)) selectNode(wanted);
else report?.reveal(wanted);
addEventListener("resize", scheduleCards);
addEventListener("hashchange", () => {
  const id = decodeURIComponent(location.hash.slice(1));
  if (report?.reveal(id)) return;
  if (model.nodes.has(id) && state.selected?.node?.id !== id) selectNode(id);
});
