// The panel on the right: the contract of the selected node, in the order in which a design review asks.
import { badges, element, strategy } from "./cards.js";
import { countFindings, groupBy, place, severities, wait } from "./model.js";

export function makePanel(panel, model, { select, withFindings }) {
  const link = (id) => {
    const node = model.nodes.get(id);
    if (!node) return "";
    return element("button", { type: "button", class: "link", on: { click: () => select(id) } }, node.name);
  };
  const list = (rows, ordered = false) => element(ordered ? "ol" : "ul", {}, ...rows.map((row) => element("li", {}, ...row)));
  const section = (title, ...content) => element("section", {}, element("h3", {}, title), ...content);
  const at = (one) => (place(one) ? element("code", { class: "place" }, place(one)) : "");

  function path(steps) {
    if (!steps.length) return "";
    return element("details", {}, element("summary", {}, `path of ${steps.length} ${steps.length === 1 ? "step" : "steps"}`), list(steps.map((step) => [step.message, " ", at(step)]), true));
  }

  function findings(rows) {
    if (!rows.length) return "";
    // In a review they stand in the list beside the map.
    if (!withFindings) return element("p", { class: "kind-of" }, `${rows.length === 1 ? "1 finding stands" : `${rows.length} findings stand`} in the list.`);
    const order = [...rows].sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
    return section(
      `Findings (${rows.length})`,
      ...order.map((one) =>
        element(
          "details",
          { class: `finding ${one.severity}` },
          element("summary", {}, element("span", { class: `badge ${one.severity}` }, one.severity), ` ${one.rule} ${one.name}`),
          element("p", {}, one.message),
          element("p", {}, at(one.place)),
          one.why ? element("p", {}, element("strong", {}, "Why: "), one.why) : "",
          one.fix ? element("pre", {}, one.fix) : "",
          path(one.path),
        ),
      ),
    );
  }

  // The other end of a message; a double bar is a restart boundary, as on the map.
  function end(row, other) {
    const id = other === "to" ? row.to : row.from;
    return [
      id ? link(id) : (row.origins ?? []).join(", "),
      row.crosses_restart_boundary ? element("span", { class: "crosses", title: "across a restart boundary" }, " \u2016", element("span", { class: "hidden" }, " across a restart boundary")) : "",
      row.likely ? " (likely)" : "",
    ];
  }

  const kinds = { call: "call", cast: "cast", send: "send" };
  // One row for each message: kind and text, then who sends it.
  function messages(rows, other) {
    if (!rows.length) return element("p", {}, "None in sight.");
    const groups = new Map();
    for (const row of rows) {
      const key = `${row.kind} ${row.message} ${other === "to" ? row.to : ""}`;
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(row);
    }
    return element(
      "ul",
      { class: "messages" },
      ...[...groups.values()].map((group) => {
        const [first] = group;
        const waits = first.kind === "call" ? `, the sender waits${wait(first.timeout_ms) ? ` ${wait(first.timeout_ms)}` : ""}` : ", nobody waits";
        return element(
          "li",
          {},
          element("span", { class: `kind ${first.kind}` }, kinds[first.kind]),
          " ",
          element("code", {}, first.message),
          waits,
          // One function often sends in the name of many processes.
          list(
            [...groupBy(group, (row) => `${row.sender} ${place(row.place)}`).entries()].map(([from, same]) => [
              other === "to" ? "to " : "from ",
              ...same.flatMap((row, i) => [i ? ", " : "", ...end(row, other)]),
              element("br"),
              element("code", { class: "place" }, from),
            ]),
          ),
        );
      }),
    );
  }

  function tables(node) {
    const rows = model.usesByNode.get(node.id) ?? [];
    const owned = [...new Set(rows.filter((row) => row.use === "owns").map((row) => row.table))];
    const used = [...new Set(rows.filter((row) => row.use !== "owns" && !owned.includes(row.table)).map((row) => row.table))];
    if (!owned.length && !used.length) return element("p", {}, "None in sight.");
    return list([
      ...owned.map((id) => ["makes ", link(id), ...users(id, node.id)]),
      ...used.map((id) => [[...new Set(rows.filter((row) => row.table === id).map((row) => row.use))].join(" and "), " ", link(id)]),
    ]);
  }

  function users(table, except) {
    const content = [];
    for (const use of ["writes", "reads"]) {
      const ids = [...new Set((model.usesByTable.get(table) ?? []).filter((row) => row.use === use && row.node !== except).map((row) => row.node ?? row.function))];
      if (!ids.length) continue;
      content.push(use === "writes" ? "; written by " : "; read by ");
      ids.forEach((id, i) => content.push(i ? ", " : "", model.nodes.has(id) ? link(id) : id));
    }
    return content;
  }

  // Whom a process is told of when it ends, and who is told of it. A restart of the one reaches the other through these.
  function links(node) {
    const from = model.linksFrom.get(node.id) ?? [];
    const to = (model.linksTo.get(node.id) ?? []).filter((row) => row.from !== node.id);
    if (!from.length && !to.length) return element("p", {}, "None in sight.");
    const row = (words, id, text, one) => [words, " ", id ? link(id) : text, one.likely ? " (likely)" : "", one.with_start ? ", which it starts" : "", element("br"), element("code", { class: "place" }, `${one.function} ${place(one.place)}`)];
    return list([
      ...from.map((one) => row(one.kind === "link" ? "is linked to" : "monitors", one.to, one.words, one)),
      ...to.map((one) => row(one.kind === "link" ? "is linked to by" : "is monitored by", one.from, "", { ...one, with_start: false })),
    ]);
  }

  function blocking(node) {
    const rows = model.blocking.get(node.id) ?? [];
    if (!rows.length) return element("p", {}, "Nothing in sight.");
    return list(rows.map((row) => [`${row.words}${row.possible ? " (possibly)" : ""}, in `, element("code", {}, row.handler), path(row.path)]));
  }

  function head(node, kind) {
    return element("header", {}, element("p", { class: "kind-of" }, kind), element("h2", {}, node.name), at(node.place));
  }

  function supervisedBy(node) {
    const rows = model.parents.get(node.id) ?? [];
    return [element("p", {}, `${node.contract?.supervision ?? node.supervision ?? ""}.`), rows.length ? list(rows.map((row) => [link(row.supervisor)])) : ""];
  }

  function children(node) {
    const rows = model.children.get(node.id) ?? [];
    if (!rows.length) return element("p", {}, "None in sight.");
    return list(rows.map((row) => [link(row.child), [row.restart, row.conditional && "on a condition", row.many && "any number"].filter(Boolean).map((word) => `, ${word}`).join("")]), true);
  }

  const parts = {
    process: (node) => [
      head(node, [node.type, node.count === "many" ? "many" : ""].filter(Boolean).join(", ")),
      findings(model.findings.get(node.id) ?? []),
      section("Supervised by", ...supervisedBy(node)),
      section("One or many", element("p", {}, `${node.contract.instances}.`)),
      section("Messages in", messages(model.incoming.get(node.id) ?? [], "from")),
      section("What bounds its mailbox", element("p", { class: node.contract.mailbox_is_unbounded ? "warns" : "" }, `${node.contract.mailbox_bound}.`)),
      section("Tables", tables(node)),
      section("Links and monitors", links(node)),
      section("What it may wait for", blocking(node)),
      section("Lost when it crashes", element("p", {}, `${node.contract.lost_in_crash}.`)),
      section("Is its mailbox watched?", element("p", {}, `${node.contract.watched}.`)),
      section("Messages out", messages(model.outgoing.get(node.id) ?? [], "to")),
    ],
    supervisor: (node) => [
      head(node, `supervisor, ${strategy(node)}`),
      findings(model.findings.get(node.id) ?? []),
      section("Supervised by", ...supervisedBy(node)),
      section(node.dynamic ? "Children, started at run time" : `Children in the order of their start${node.children_complete ? "" : ", as far as they can be read"}`, children(node)),
      section("Tables", tables(node)),
      section("Messages out", messages(model.outgoing.get(node.id) ?? [], "to")),
    ],
    table: (node) => {
      const uses = model.usesByTable.get(node.id) ?? [];
      return [
        head(node, `table, ${node.type}`),
        ...["owns", "writes", "reads"].map((use) => {
          const rows = uses.filter((row) => row.use === use);
          const title = { owns: "Made by", writes: "Written by", reads: "Read by" }[use];
          return section(title, rows.length ? list(rows.map((row) => [row.node ? link(row.node) : "code that no process in sight runs", element("br"), element("code", { class: "place" }, `${row.function} ${place(row.place)}`)])) : element("p", {}, "Nobody in sight."));
        }),
      ];
    },
    application: (node) => [head(node, "application"), findings(model.findings.get(node.id) ?? [])],
    external: (node) => [head(node, "child of a library, not among the sources"), section("Supervised by", ...supervisedBy(node))],
    unknown: (node) => [head(node, "cannot be read from the sources"), section("Supervised by", ...(model.parents.get(node.id) ?? []).map((row) => link(row.supervisor)))],
  };

  function overview() {
    const { data } = model;
    const count = (kind) => data.nodes.filter((node) => node.kind === kind).length;
    const worst = new Map();
    for (const severity of ["critical", "high"]) {
      for (const one of data.findings.filter((each) => each.severity === severity)) {
        const key = `${one.rule} ${one.node}`;
        if (worst.has(key)) worst.get(key).count += 1;
        else worst.set(key, { one, count: 1 });
      }
    }
    const shownFindings = 40;
    const busiest = data.nodes
      .filter((node) => node.kind === "process" && node.contract.mailbox_is_unbounded && model.blocking.has(node.id))
      .map((node) => [link(node.id), `: ${node.contract.mailbox_bound}; may wait for ${[...new Set(model.blocking.get(node.id).map((row) => row.effect))].join(", ")}`]);
    const total = {};
    for (const one of data.findings) total[one.severity] = (total[one.severity] ?? 0) + 1;
    return [
      element("header", {}, element("p", { class: "kind-of" }, "overview"), element("h2", {}, data.root === "." ? "This system" : data.root)),
      element("p", {}, `${count("application")} applications, ${count("supervisor")} supervisors, ${count("process")} kinds of processes, ${count("table")} tables, ${data.messages.length} kinds of messages.`),
      element("p", {}, ...badges(total)),
      section(
        "How to read it",
        element("p", {}, "On the left stands who restarts whom: applications, then their supervisors, then processes in the order of their start. The arcs on the right are messages: a line ends with its arrow at the receiver."),
        element("p", {}, "Choose a process to see its contract here. Letters count findings: C critical, H high, M medium, L low, I info. \u201cmailbox \u221e\u201d: messages come that nobody waits for."),
      ),
      worst.size && withFindings
        ? section(
            "Worst findings",
            list([...worst.values()].slice(0, shownFindings).map(({ one, count }) => [element("span", { class: `badge ${one.severity}` }, one.severity), ` ${one.rule} ${one.name}${count > 1 ? ` \u00d7${count}` : ""} `, one.node ? link(one.node) : ""])),
            worst.size > shownFindings ? element("p", {}, `and ${worst.size - shownFindings} more`) : "",
          )
        : "",
      busiest.length ? section("Unbounded mailboxes in front of slow work", list(busiest)) : "",
    ];
  }

  return (item) => {
    const content = item?.node ? parts[item.node.kind](item.node) : item ? [element("header", {}, element("h2", {}, item.title)), element("p", {}, ...badges(countFindings(model, item)))] : overview();
    panel.replaceChildren(...(item ? [element("button", { type: "button", class: "link back", on: { click: () => select(null) } }, "\u2190 overview")] : []), ...content.filter(Boolean));
    panel.scrollTop = 0;
  };
}
