// Where each visible item stands. Supervisors stand in columns by their depth, from left to right; all that has nothing below it
// stands in one last column (processes, tables), so that messages can be drawn as arcs beside it. A parent stands in the row of its first child.

export const sizes = { inner: 236, leaf: 340, gap: 26, row: 50, card: 42, small: 28, smallRow: 34, margin: 24, group: 22 };

export function isLeaf(item) {
  return item.children.length === 0 || !item.open;
}

const isSmall = (item) => item.node?.kind === "table" || !item.node;

export function layout(roots) {
  const visible = [];
  let deepest = -1;
  const collect = (item) => {
    visible.push(item);
    if (isProcessWithTables(item) || isLeaf(item)) {
      if (keepsColumn(item)) deepest = Math.max(deepest, item.level);
      else if (item.level > 0) deepest = Math.max(deepest, item.level - 1);
    } else {
      deepest = Math.max(deepest, item.level);
    }
    if (!item.open) return;
    // Tables stand under their process and take no column of their own.
    if (isProcessWithTables(item)) visible.push(...item.children);
    else item.children.forEach(collect);
  };
  roots.forEach(collect);
  const last = deepest + 1;
  const column = (level) => sizes.margin + level * (sizes.inner + sizes.gap);
  let y = sizes.margin;
  const put = (item) => {
    const small = isSmall(item);
    item.height = small ? sizes.small : sizes.card;
    const row = small ? sizes.smallRow : sizes.row;
    if (isProcessWithTables(item)) {
      // A process stands in the last column, and its tables under it.
      item.x = column(last);
      item.width = sizes.leaf;
      item.y = y;
      y += row;
      if (item.open) {
        for (const child of item.children) {
          put(child);
          child.x = column(last) + sizes.gap;
          child.width = sizes.leaf - sizes.gap;
        }
      }
      return;
    }
    if (isLeaf(item)) {
      item.x = column(keepsColumn(item) ? item.level : last);
      item.width = keepsColumn(item) ? sizes.inner : sizes.leaf;
      item.y = y;
      y += row;
      return;
    }
    item.x = column(item.level);
    item.width = sizes.inner;
    item.y = y;
    item.children.forEach(put);
    y = Math.max(y, item.y + row);
  };
  for (const root of roots) {
    put(root);
    y += sizes.group;
  }
  return { visible, width: column(last) + sizes.leaf, height: y };
}

// Closed items, applications and supervisors stand in the column of their depth, whatever is below them.
function keepsColumn(item) {
  return item.children.length > 0 || item.level === 0 || item.node?.kind === "supervisor";
}

function isProcessWithTables(item) {
  return item.node?.kind === "process" && item.children.length > 0;
}

// The item that stands for another one now: itself, or the closed one that hides it.
export function shown(item) {
  let at = item;
  for (let above = item.parent; above; above = above.parent) if (!above.open) at = above;
  return at;
}
