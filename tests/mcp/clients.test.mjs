// Every tool, called by the official clients: @modelcontextprotocol/sdk, which initializes, and @modelcontextprotocol/client, which
// discovers. Both validate what they get; the schemas are also held against another validator here. Started by client_test.py.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import Ajv2020 from "ajv/dist/2020.js";

const { BEAMWRIGHT, REPOSITORY, GENERATION } = process.env;
const modern = GENERATION === "modern";
const shop = join(REPOSITORY, "examples", "shop");
const shopRight = join(REPOSITORY, "examples", "shop_right");

async function connect(version, extra = []) {
  const parameters = { command: BEAMWRIGHT, args: ["mcp", ...extra], cwd: shop };
  const identity = { name: "test", version: "1" };
  if (modern) {
    const { Client } = await import("@modelcontextprotocol/client");
    const { StdioClientTransport } = await import("@modelcontextprotocol/client/stdio");
    const client = new Client(identity, { versionNegotiation: { mode: version ? { pin: version } : "auto" } });
    await client.connect(new StdioClientTransport(parameters));
    return client;
  }
  const { Client } = await import("@modelcontextprotocol/sdk/client/index.js");
  const { StdioClientTransport } = await import("@modelcontextprotocol/sdk/client/stdio.js");
  const client = new Client(identity);
  await client.connect(new StdioClientTransport(parameters));
  return client;
}

let client;
let schemas;
let folder;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "beamwright-mcp-"));
  client = await connect();
  const ajv = new Ajv2020({ strict: true, strictRequired: false });
  const { tools } = await client.listTools();
  schemas = new Map(tools.map((tool) => [tool.name, { tool, valid: ajv.compile(tool.outputSchema), input: ajv.compile(tool.inputSchema) }]));
});
after(async () => {
  await client?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function call(name, args = {}) {
  const { valid, input } = schemas.get(name);
  assert.ok(input(args), JSON.stringify(input.errors));
  const result = await client.callTool({ name, arguments: args });
  assert.ok(!result.isError, result.content[0].text);
  assert.ok(valid(result.structuredContent), JSON.stringify(valid.errors));
  assert.equal(result.content.length, 1);
  assert.ok(result.content[0].text.length > 0);
  return { text: result.content[0].text, data: result.structuredContent };
}

async function refused(name, args) {
  const result = await client.callTool({ name, arguments: args });
  assert.equal(result.isError, true);
  return result.content[0].text;
}

const blocking = readFileSync(join(REPOSITORY, "tests", "mcp", "prices.ex"), "utf8").replace("defmodule Prices", "defmodule Shop.Prices");
const mended = blocking.replace("HTTPoison.get!(id)", "Map.get(prices, id)");
const rules = ({ data }) => data.findings.map((finding) => finding.rule);

test("names itself and its tools, which only read", () => {
  assert.equal(client.getServerVersion().name, "beamwright");
  assert.match(client.getInstructions(), /judge_snippet/);
  assert.deepEqual([...schemas.keys()], ["review_project", "review_change", "judge_snippet", "explain_rule", "list_rules", "show_design", "why"]);
  for (const { tool } of schemas.values()) assert.equal(tool.annotations.readOnlyHint, true);
});

test("review_project: the verdict and the worst first, page by page", async () => {
  const first = await call("review_project", { limit: 5 });
  assert.match(first.text, /^NEEDS-REDESIGN: \d+ critical/);
  assert.equal(first.data.findings.length, 5);
  assert.equal(first.data.findings[0].severity, "critical");
  const order = ["critical", "high", "medium", "low", "info"];
  const ranks = first.data.findings.map((finding) => order.indexOf(finding.severity));
  assert.deepEqual(ranks, [...ranks].sort());
  const next = await call("review_project", { path: shop, limit: 200, offset: 5, evidence: true });
  assert.ok(next.data.findings.every((finding) => finding.path.length > 0));
  const total = Object.values(first.data.counts).reduce((sum, count) => sum + count);
  assert.equal(next.data.findings.length + 5, total);
  const prints = new Set([...first.data.findings, ...next.data.findings].map((finding) => finding.fingerprint));
  assert.equal(prints.size, total);
  assert.deepEqual(new Set(rules(await call("review_project", { rules: ["BW401"], limit: 200 }))), new Set(["BW401"]));
});

test("review_project finds nothing serious in the right shop", async () => {
  const { text, data } = await call("review_project", { path: shopRight, severity: "high" });
  assert.match(text, /^SHIP/);
  assert.deepEqual(data.findings, []);
});

test("judge_snippet: a blocking handle_call, and its remedy", async () => {
  const bad = await call("judge_snippet", { text: blocking });
  assert.deepEqual(rules(bad), ["BW401"]);
  assert.equal(bad.data.findings[0].line, 9);
  assert.deepEqual(rules(await call("judge_snippet", { text: mended })), []);
  const lone = await call("judge_snippet", { text: "handle_call(get, _From, State) ->\n    {reply, os:cmd(State), State}.\n", language: "erlang" });
  assert.ok(rules(lone).includes("BW401"));
  assert.equal(lone.data.wrapped, true);
});

test("judge_snippet: the new text of a file within its project", async () => {
  const file = "apps/shop_core/lib/shop/prices.ex";
  const fresh = await call("judge_snippet", { file, text: blocking });
  assert.ok(rules(fresh).includes("BW401"));
  assert.ok(fresh.data.findings.every((finding) => finding.new && finding.file === file));
  assert.ok(!rules(await call("judge_snippet", { file, text: mended })).includes("BW401"));
  const orders = "apps/shop_core/lib/shop/orders.ex";
  const now = readFileSync(join(shop, orders), "utf8");
  const same = await call("judge_snippet", { file: orders, text: now });
  assert.ok(same.data.findings.length > 0 && same.data.findings.every((finding) => !finding.new));
  const emptied = await call("judge_snippet", { file: join(shop, orders), text: "defmodule Shop.Orders do\nend\n" });
  assert.equal(emptied.data.gone.length, same.data.findings.length + same.data.left_out);
});

test("explain_rule and list_rules", async () => {
  const { text, data } = await call("explain_rule", { rule: "blocking-call-handler" });
  assert.equal(data.code, "BW401");
  assert.match(text, /What it finds/);
  const all = (await call("list_rules")).data.rules;
  assert.ok(all.length > 50);
  assert.ok((await call("list_rules", { family: "cluster" })).data.rules.every((rule) => rule.family === "cluster"));
  assert.match(await refused("explain_rule", { rule: "blocking-call-handlr" }), /BW401/);
});

test("show_design: the tree, a process, a table", async () => {
  const tree = await call("show_design");
  assert.match(tree.data.tree, /Shop\.Core\.Application/);
  assert.match((await call("show_design", { limit: 500 })).data.tree, /findings?:\s+NEEDS-REDESIGN\.\n$/, "no hint that speaks of the command line");
  const { text, data } = await call("show_design", { about: "Shop.Orders" });
  const [orders] = data.nodes;
  assert.equal(orders.supervised_by[0].supervisor, "Shop.Core.Application");
  assert.ok(orders.asked_by.some((message) => message.kind === "call" && message.from === "Shop.Stock"));
  assert.ok(orders.asks.some((message) => message.to === "payment_server"));
  assert.ok(orders.may_block_on.length > 0 && orders.findings.length > 0);
  assert.match(text, /supervised by Shop\.Core\.Application/);
  assert.equal((await call("show_design", { about: "shop_metrics" })).data.nodes[0].kind, "table");
  assert.ok((await call("show_design", { about: "shop_core" })).data.nodes[0].children.includes("Shop.Stock"));
  assert.match(await refused("show_design", { about: "Shop.Nowhere" }), /no process/);
});

test("why: the shortest path, or none", async () => {
  const { text, data } = await call("why", { from: "Shop.Orders", to: "http" });
  assert.equal(data.found, true);
  assert.match(text, /reaches http in \d+ steps/);
  assert.ok(data.steps.every((step) => step.line > 0));
  assert.equal((await call("why", { from: "payment_codec", to: "http" })).data.found, false);
  assert.match(await refused("why", { from: "Nix", to: "http" }), /Nix/);
});

test("review_change: what a change brought, committed or not", async () => {
  const root = join(folder, "project");
  mkdirSync(join(root, "lib"), { recursive: true });
  const git = (...words) => execFileSync("git", ["-C", root, "-c", "user.name=t", "-c", "user.email=t@example.org", ...words], { stdio: "pipe" });
  writeFileSync(join(root, "mix.exs"), "defmodule P.MixProject do\n  use Mix.Project\n  def project, do: [app: :p, version: \"0.1.0\"]\nend\n");
  writeFileSync(join(root, "lib", "prices.ex"), mended);
  git("init", "-q");
  git("add", "-A");
  git("commit", "-qm", "one");
  assert.deepEqual(rules(await call("review_change", { path: root })), []);
  writeFileSync(join(root, "lib", "prices.ex"), blocking);
  assert.deepEqual(rules(await call("review_change", { path: root })), ["BW401"]);
  git("commit", "-qam", "two");
  assert.deepEqual(rules(await call("review_change", { path: root })), []);
  assert.deepEqual(rules(await call("review_change", { path: root, since: "HEAD~1" })), ["BW401"]);
  assert.match(await refused("review_change", { path: root, since: "nowhere" }), /no such commit/);
  assert.match(await refused("review_change", { path: root, since: "--output=x" }), /no such commit/);
});

test("what is refused", async () => {
  assert.match(await refused("review_project", { path: join(folder, "nowhere") }), /No such file/);
  assert.match(await refused("review_project", { limit: 0 }), /at least 1/);
  await assert.rejects(client.callTool({ name: "no_such_tool", arguments: {} }), /Unknown tool|not found|-32602/i);
  const narrow = await connect(undefined, ["--root", shopRight]);
  const outside = await narrow.callTool({ name: "review_project", arguments: { path: shop } });
  assert.equal(outside.isError, true);
  assert.match(outside.content[0].text, /outside of what this server may read/);
  assert.ok(!(await narrow.callTool({ name: "review_project", arguments: {} })).isError);
  await narrow.close();
});

test("the client of the new generation discovers and does not initialize", { skip: !modern }, async () => {
  assert.equal(client.getNegotiatedProtocolVersion?.() ?? "2026-07-28", "2026-07-28");
  const pinned = await connect("2026-07-28");
  assert.ok((await pinned.listTools()).tools.length > 0);
  await pinned.close();
});

test("a rewrite fits the schema that was told", async () => {
  const timer = `defmodule Ticker do
  use GenServer
  def start_link(_), do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)
  @impl true
  def init(_), do: {:ok, %{timer: nil}}
  @impl true
  def handle_cast(:arm, state) do
    {:ok, timer} = :timer.send_interval(1000, :tick)
    {:noreply, %{state | timer: timer}}
  end
  def handle_cast(:disarm, state) do
    Process.cancel_timer(state.timer)
    {:noreply, state}
  end
  @impl true
  def handle_info(_, state), do: {:noreply, state}
end
`;
  const { data } = await call("judge_snippet", { text: timer });
  const { rewrite } = data.findings.find((finding) => finding.rewrite);
  assert.ok(rewrite.title.length > 0 && rewrite.edits[0].line === 12);
});

test("a client that tells its roots is kept to them", { skip: modern && "roots are deprecated since 2026-07-28" }, async () => {
  const { Client } = await import("@modelcontextprotocol/sdk/client/index.js");
  const { StdioClientTransport } = await import("@modelcontextprotocol/sdk/client/stdio.js");
  const { ListRootsRequestSchema } = await import("@modelcontextprotocol/sdk/types.js");
  const rooted = new Client({ name: "test", version: "1" }, { capabilities: { roots: { listChanged: true } } });
  let root = shopRight;
  rooted.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: pathToFileURL(root).href, name: "project" }] }));
  await rooted.connect(new StdioClientTransport({ command: BEAMWRIGHT, args: ["mcp"], cwd: shop }));
  const review = (path) => rooted.callTool({ name: "review_project", arguments: path ? { path, limit: 1 } : { limit: 1 } });
  assert.equal((await review()).structuredContent.root, shopRight);
  assert.match((await review(shop)).content[0].text, /outside of what this server may read/);
  root = shop;
  await rooted.sendRootsListChanged();
  assert.equal((await review(shop)).structuredContent.root, shop);
  await rooted.close();
});
