// The data of `beamwright map --format json`, indexed, and the forest of items that is drawn. An item is one place of a node in the
// forest: a process that two supervisors start has two.

export function readModel(data) {
  const nodes = new Map(data.nodes.map((node) => [node.id, node]));
  const model = {
    data,
    nodes,
    children: groupBy(data.children, (row) => row.supervisor),
    parents: groupBy(data.children, (row) => row.child),
    incoming: groupBy(data.messages, (row) => row.to),
    outgoing: groupBy(data.messages.filter((row) => row.from), (row) => row.from),
    usesByNode: groupBy(data.table_uses.filter((row) => row.node), (row) => row.node),
    linksFrom: groupBy(data.links, (row) => row.from),
    linksTo: groupBy(data.links.filter((row) => row.to), (row) => row.to),
    usesByTable: groupBy(data.table_uses, (row) => row.table),
    blocking: groupBy(data.blocking, (row) => row.node),
    findings: groupBy(data.findings.filter((row) => row.node), (row) => row.node),
  };
  model.roots = forest(model);
  model.items = [];
  model.itemsByNode = new Map();
  for (const root of model.roots) index(model, root, null, 0);
  return model;
}

export function groupBy(rows, key) {
  const groups = new Map();
  for (const row of rows) {
    const k = key(row);
    if (groups.has(k)) groups.get(k).push(row);
    else groups.set(k, [row]);
  }
  return groups;
}

function item(key, node, fields = {}) {
  return { key, node, children: [], open: false, ...fields };
}

// A heading inside an application, for nodes that no supervisor holds.
function group(application, name, title, children) {
  return { ...item(`${application.id}/${name}`, null), title, children };
}

function forest(model) {
  const byApplication = groupBy(model.data.nodes.filter((node) => node.application), (node) => node.application);
  const owned = new Set();
  const drawn = new Set();
  const below = (node, key, row, above) => {
    const made = item(key, node, { row });
    drawn.add(node.id);
    if (above.has(node.id)) return made;
    const seen = new Set(above).add(node.id);
    for (const child of model.children.get(node.id) ?? []) {
      made.children.push(below(model.nodes.get(child.child), `${key}/${child.order}`, child, seen));
    }
    for (const use of model.usesByNode.get(node.id) ?? []) {
      if (use.use !== "owns" || owned.has(use.table)) continue;
      owned.add(use.table);
      made.children.push(item(`${key}/${use.table}`, model.nodes.get(use.table)));
    }
    return made;
  };
  return model.data.nodes
    .filter((node) => node.kind === "application")
    .map((application) => {
      const own = byApplication.get(application.id) ?? [];
      const root = item(application.id, application);
      const free = own.filter((node) => !model.parents.has(node.id));
      for (const node of free.filter((each) => each.kind === "supervisor")) root.children.push(below(node, node.id, null, new Set()));
      const processes = free.filter((node) => node.kind === "process");
      const add = (name, title, list) => {
        if (list.length) root.children.push(group(application, name, title, list.map((node) => below(node, `${name}/${node.id}`, null, new Set()))));
      };
      add("loose", "under no supervisor in sight", processes.filter((node) => !node.per_request));
      add("requests", "one for each request, connection or job", processes.filter((node) => node.per_request));
      // Supervisors that supervise each other in a circle have a parent each, and still must be seen.
      add("circles", "supervised in a circle", own.filter((node) => node.kind === "supervisor" && !drawn.has(node.id) && model.parents.get(node.id)?.every((row) => model.nodes.get(row.supervisor).application === application.id) && circular(model, node)));
      return root;
    })
    .map((root, _, roots) => {
      const rest = (byApplication.get(root.node.id) ?? []).filter((node) => node.kind === "table" && !owned.has(node.id));
      if (rest.length) root.children.push(group(root.node, "tables", "tables without an owner in sight", rest.map((node) => item(`${root.key}/${node.id}`, node))));
      return root;
    });
}

function circular(model, start) {
  const seen = new Set();
  const waiting = [start.id];
  while (waiting.length) {
    for (const row of model.parents.get(waiting.pop()) ?? []) {
      if (row.supervisor === start.id) return true;
      if (!seen.has(row.supervisor)) waiting.push(row.supervisor), seen.add(row.supervisor);
    }
  }
  return false;
}

function index(model, each, parent, level) {
  each.parent = parent;
  each.level = level;
  each.number = model.items.length;
  model.items.push(each);
  if (each.node) {
    if (!model.itemsByNode.has(each.node.id)) model.itemsByNode.set(each.node.id, []);
    model.itemsByNode.get(each.node.id).push(each);
  }
  for (const child of each.children) index(model, child, each, level + 1);
}

export const severities = ["critical", "high", "medium", "low", "info"];

// The findings of an item; of a closed one, also those of all below it.
export function countFindings(model, each) {
  const counts = {};
  const seen = new Set(); // a node may stand in several places
  const add = (one) => {
    if (one.node && !seen.has(one.node.id)) {
      seen.add(one.node.id);
      for (const finding of model.findings.get(one.node.id) ?? []) counts[finding.severity] = (counts[finding.severity] ?? 0) + 1;
    }
    if (!each.open) one.children.forEach(add);
  };
  add(each);
  return counts;
}

export function place(at) {
  if (!at) return "";
  return at.line ? `${at.file}:${at.line}` : at.file;
}

export function wait(milliseconds) {
  if (milliseconds === null || milliseconds === undefined) return "";
  if (milliseconds === "infinity") return "without limit";
  return milliseconds >= 1000 && milliseconds % 1000 === 0 ? `${milliseconds / 1000} s` : `${milliseconds} ms`;
}

// Opens as much as fits into so many visible items, the upper levels first and among these what has fewest children. Where not
// everything fits, nothing is opened that would fill the view alone.
export function openWithin(roots, all, most) {
  const widest = all <= most ? most : most / 4;
  let visible = roots.length;
  let level = roots;
  while (level.length) {
    const next = [];
    for (const item of [...level].sort((a, b) => a.children.length - b.children.length)) {
      item.open = item.children.length > 0 && item.children.length <= widest && visible + item.children.length <= most;
      if (!item.open) continue;
      visible += item.children.length;
      next.push(...item.children);
    }
    level = next;
  }
}
