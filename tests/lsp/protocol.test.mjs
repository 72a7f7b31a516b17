// `beamwright lsp` as an editor sees it. BEAMWRIGHT names the program.
import assert from "node:assert/strict";
import { readFileSync, renameSync } from "node:fs";
import { after, test as nodeTest } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as lsp from "vscode-languageserver-protocol/node";
import { capabilities, codes, Project, rows, Session, sources } from "./session.mjs";

const test = (name, body) => nodeTest(name, { timeout: 60000 }, body);
const projects = [];
after(() => projects.forEach((project) => project.remove()));
function project(files) {
  projects.push(new Project(files));
  return projects.at(-1);
}
const whole = { start: { line: 0, character: 0 }, end: { line: 1000, character: 0 } };

// All diagnostics by path, asked for until they are those of check.
async function pulled(session) {
  const report = await session.pullAll();
  return Object.fromEntries(
    report.items.filter((item) => item.items.length > 0).map((item) => [decodeURIComponent(new URL(item.uri).pathname).slice(session.project.folder.length + 1), rows(item.items)]),
  );
}

test("a session begins with initialize and ends with shutdown and exit", async () => {
  const session = await Session.start(project());
  assert.equal(session.capabilities.positionEncoding, "utf-16");
  assert.deepEqual(session.capabilities.textDocumentSync, { openClose: true, change: 2, save: { includeText: false } });
  assert.equal(session.capabilities.diagnosticProvider.workspaceDiagnostics, true);
  assert.ok(!("completionProvider" in session.capabilities) && !("documentFormattingProvider" in session.capabilities));
  await assert.rejects(session.connection.sendRequest("initialize", { capabilities: {} }), { code: -32600 });
  await assert.rejects(session.connection.sendRequest("textDocument/completion", {}), { code: -32601 });
  await session.connection.sendRequest(lsp.ShutdownRequest.type);
  await assert.rejects(session.hover(session.project.uri("lib/cart.ex"), whole.start), { code: -32600 });
  await session.connection.sendNotification(lsp.ExitNotification.type);
  assert.equal(await session.ended, 0);
});

test("exit without shutdown ends with 1", async () => {
  const session = await Session.start(project());
  await session.connection.sendNotification(lsp.ExitNotification.type);
  assert.equal(await session.ended, 1);
});

test("a client that goes away ends the server", async () => {
  const session = await Session.start(project());
  session.child.stdin.destroy();
  assert.equal(await session.ended, 1);
});

test("a pulling client gets what check says, and nothing is pushed to it", async () => {
  const session = await Session.start(project());
  assert.deepEqual(await pulled(session), session.project.check());
  const uri = await session.open("lib/prices.ex");
  const report = await session.pull(uri);
  assert.equal(report.kind, "full");
  assert.deepEqual(rows(report.items), session.project.check()["lib/prices.ex"]);
  const again = await session.pull(uri, report.resultId);
  assert.deepEqual(again, { kind: "unchanged", resultId: report.resultId });
  const all = await session.pullAll([{ uri, value: report.resultId }]);
  assert.equal(all.items.find((item) => item.uri === uri).kind, "unchanged");
  assert.equal(session.published.size, 0);
  assert.equal(await session.stop(), 0);
});

test("a client that does not pull is told of the whole project, and of edits", async () => {
  const session = await Session.start(project(), { client: capabilities.push });
  assert.equal(session.capabilities.diagnosticProvider, undefined);
  const prices = session.project.uri("lib/prices.ex");
  await session.until(() => session.published.has(prices) && session.published.has(session.project.uri("src/stock.erl")));
  const found = Object.fromEntries([...session.published].map(([uri, params]) => [new URL(uri).pathname.slice(session.project.folder.length + 1), rows(params.diagnostics)]));
  assert.deepEqual(found, session.project.check());
  await session.open("lib/prices.ex");
  await session.edit(prices, "Process.cancel_timer(state.timer)", ":timer.cancel(state.timer)");
  const cancels = (params) => params.diagnostics.some((d) => d.message.includes("Process.cancel_timer"));
  await session.until(() => session.published.get(prices).version === 2 && !cancels(session.published.get(prices)));
  await assert.rejects(session.pull(prices), { code: -32601 });
  assert.equal(await session.stop(), 0);
});

test("findings carry code, description, evidence and severity", async () => {
  const session = await Session.start(project());
  const uri = await session.open("lib/prices.ex");
  const finding = (await session.pull(uri)).items.find((item) => item.code === "BW401");
  assert.equal(finding.source, "beamwright");
  assert.ok([1, 2, 3, 4].includes(finding.severity));
  assert.match(finding.codeDescription.href, /^file:.*BW401\.md$/);
  assert.ok(finding.relatedInformation.length > 0);
  for (const step of finding.relatedInformation) assert.match(step.location.uri, /^file:/);
  assert.match(finding.data.fingerprint, /^[0-9a-f]{16}$/);
  await session.stop();
});

test("a client of 3.18 that reads Markdown in diagnostics gets it, and no other does", async () => {
  const markup = { ...capabilities.pull.textDocument, diagnostic: { markupMessageSupport: true } };
  const session = await Session.start(project(), { client: { ...capabilities.pull, textDocument: markup } });
  const plain = await Session.start(session.project);
  const [marked, text] = await Promise.all([session, plain].map(async (each) => (await each.pull(await each.open("lib/prices.ex"))).items));
  assert.deepEqual(marked.map((item) => item.message.kind), text.map(() => "markdown"));
  assert.deepEqual(marked.map((item) => item.message.value.replaceAll("\\", "")), text.map((item) => item.message));
  await Promise.all([session.stop(), plain.stop()]);
});

test("a client of 3.18 that asks for texts is given the documents of the rules", async () => {
  const session = await Session.start(project(), { client: { ...capabilities.pull, workspace: { ...capabilities.pull.workspace, textDocumentContent: {} } } });
  assert.deepEqual(session.capabilities.workspace.textDocumentContent, { schemes: ["beamwright"] });
  const uri = await session.open("lib/prices.ex");
  const href = (await session.pull(uri)).items.find((item) => item.code === "BW401").codeDescription.href;
  assert.equal(href, "beamwright:/rules/BW401.md");
  const content = (at) => session.connection.sendRequest(lsp.TextDocumentContentRequest.type, { uri: at });
  assert.match((await content(href)).text, /## Why it matters/);
  for (const wrong of ["beamwright:/rules/BW999.md", "beamwright:/rules/../x.md", uri, ""]) await assert.rejects(content(wrong), { code: -32602 });
  await session.stop();
  const older = await Session.start(session.project);
  assert.ok(!("textDocumentContent" in older.capabilities.workspace));
  await assert.rejects(older.connection.sendRequest(lsp.TextDocumentContentRequest.type, { uri: href }), { code: -32601 });
  await older.stop();
});

test("an edit in one file changes what is found in another", async () => {
  const session = await Session.start(project());
  const prices = await session.open("lib/prices.ex");
  const cart = await session.open("lib/cart.ex");
  const callers = async () => JSON.stringify((await session.pull(prices)).items.find((item) => item.code === "BW401").relatedInformation);
  assert.match(await callers(), /Shop\.Cart\.one/);
  await session.edit(cart, "def one(item)", "def another(item)");
  assert.match(await callers(), /Shop\.Cart\.another/);
  await session.stop();
});

test("an edit of a header changes those that include it", async () => {
  const session = await Session.start(project());
  const stock = await session.open("src/stock.erl");
  const before = rows((await session.pull(stock)).items);
  const header = await session.open("src/limits.hrl");
  await session.edit(header, "[]", "[{timeout, 1000}, {connect_timeout, 1000}]");
  const after = rows((await session.pull(stock)).items);
  assert.notDeepEqual(after, before);
  session.project.write("src/limits.hrl", session.texts.get(header).text);
  assert.deepEqual(after, session.project.check()["src/stock.erl"] ?? []);
  await session.close(header);
  assert.deepEqual(rows((await session.pull(stock)).items), after);
  await session.stop();
});

test("a quick fix takes its finding away", async () => {
  const session = await Session.start(project());
  const uri = await session.open("lib/prices.ex");
  const finding = (await session.pull(uri)).items.find((item) => item.code === "BW210" && item.message.includes("cancel_timer"));
  const actions = await session.actions(uri, finding.range, ["quickfix"]);
  const fix = actions.find((action) => action.isPreferred);
  assert.equal(fix.kind, "quickfix");
  assert.equal(fix.edit.documentChanges[0].textDocument.version, 1);
  await session.apply(fix);
  const left = (await session.pull(uri)).items;
  assert.ok(!left.some((item) => item.data.fingerprint === finding.data.fingerprint));
  assert.deepEqual(await session.actions(uri, finding.range, ["refactor"]), []);
  await session.stop();
});

// Three findings with a rewrite: the same wrong cancel in three clauses.
const thrice = sources["lib/prices.ex"].replace(
  "  @impl true\n  def handle_info(:tick",
  ["stop", "pause"].map((word) => `  def handle_cast(:${word}, state) do\n    Process.cancel_timer(state.timer)\n    {:noreply, state}\n  end\n`).join("\n") + "\n  @impl true\n  def handle_info(:tick",
);
const start = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

test("all safe fixes of a document are made at once, as check --fix makes them", async () => {
  for (const end of ["\n", "\r\n"]) {
    const here = project({ ...sources, "lib/prices.ex": thrice.replaceAll("\n", end) });
    const session = await Session.start(here);
    const uri = await session.open("lib/prices.ex", thrice.replaceAll("\n", end));
    const before = (await session.pull(uri)).items;
    const [fix, ...more] = await session.actions(uri, start, ["source.fixAll"]);
    assert.deepEqual([fix.kind, fix.title, more], ["source.fixAll.beamwright", "Fix all 3 findings that have a safe fix", []]);
    assert.equal(fix.edit.documentChanges.length, 1);
    assert.deepEqual(fix.edit.documentChanges[0].textDocument, { uri, version: 1 });
    assert.deepEqual(codes(fix.diagnostics), ["BW210", "BW210", "BW210"]);
    await session.apply(fix);
    assert.deepEqual(await session.actions(uri, start, ["source.fixAll"]), []);
    assert.equal((await session.pull(uri)).items.length, before.length - 3);
    here.fix();
    assert.equal(session.texts.get(uri).text, here.read("lib/prices.ex"));
    await session.stop();
  }
});

test("code actions are of the kinds that were asked for, and of what is below them", async () => {
  const session = await Session.start(project({ ...sources, "lib/prices.ex": thrice }));
  assert.deepEqual(session.capabilities.codeActionProvider, { codeActionKinds: ["quickfix", "source.fixAll.beamwright"] });
  const uri = await session.open("lib/prices.ex", thrice);
  const kinds = async (only, triggerKind) => [...new Set((await session.actions(uri, whole, only, triggerKind)).map((action) => action.kind))];
  const both = ["quickfix", "source.fixAll.beamwright"];
  for (const [only, expected] of [
    [undefined, both], [[], both], [[""], both], [["quickfix", "source"], both],
    [["quickfix"], ["quickfix"]], [["refactor", "quickfix"], ["quickfix"]],
    [["source"], both.slice(1)], [["source.fixAll"], both.slice(1)], [["source.fixAll.beamwright"], both.slice(1)],
    [["source.fix"], []], [["source.fixAll.beamwright.more"], []], [["source.organizeImports"], []], [["quick"], []], [["quickfix.more"], []],
  ]) {
    assert.deepEqual(await kinds(only), expected, JSON.stringify(only));
  }
  // Who asks by itself, for the sign beside a line, is told of the line alone.
  assert.deepEqual(await kinds(undefined, lsp.CodeActionTriggerKind.Automatic), ["quickfix"]);
  assert.deepEqual(await kinds(["source.fixAll"], lsp.CodeActionTriggerKind.Automatic), both.slice(1));
  await session.stop();
});

test("a client of 3.18 that shows what is said of code actions is given the document", async () => {
  const documenting = { ...capabilities.pull.textDocument, codeAction: { documentationSupport: true } };
  const window = { showDocument: { support: true } };
  const workspace = { ...capabilities.pull.workspace, textDocumentContent: {} };
  for (const client of [{ window }, { window, workspace }]) {
    const session = await Session.start(project(), { client: { ...capabilities.pull, textDocument: documenting, ...client } });
    const { documentation } = session.capabilities.codeActionProvider;
    assert.deepEqual(documentation.map((each) => each.kind), session.capabilities.codeActionProvider.codeActionKinds);
    for (const { command } of documentation) {
      assert.ok(lsp.Command.is(command) && session.capabilities.executeCommandProvider.commands.includes(command.command));
      assert.equal(await session.connection.sendRequest(lsp.ExecuteCommandRequest.type, { command: command.command }), null);
    }
    await session.pullAll(); // what came after the answers has been read when this is answered
    assert.equal(session.shown.length, documentation.length);
    for (const { uri, takeFocus } of session.shown) {
      assert.equal(takeFocus, true);
      const text = client.workspace
        ? (await session.connection.sendRequest(lsp.TextDocumentContentRequest.type, { uri })).text
        : readFileSync(fileURLToPath(uri), "utf8");
      assert.match(text, /source\.fixAll\.beamwright/);
    }
    await assert.rejects(session.connection.sendRequest(lsp.ExecuteCommandRequest.type, { command: "rm" }), { code: -32602 });
    await session.stop();
  }
  // Without a way to open a document the command would do nothing, and without support nobody would show it.
  for (const client of [{ textDocument: documenting }, { window }, {}]) {
    const session = await Session.start(project(), { client: { ...capabilities.pull, ...client } });
    assert.ok(!("documentation" in session.capabilities.codeActionProvider) && !("executeCommandProvider" in session.capabilities));
    await assert.rejects(session.connection.sendRequest(lsp.ExecuteCommandRequest.type, { command: "beamwright.aboutCodeActions" }), { code: -32601 });
    await session.stop();
  }
});

test("a suppression takes each finding away, in both languages", async () => {
  for (const name of ["lib/prices.ex", "src/stock.erl"]) {
    const session = await Session.start(project());
    const uri = await session.open(name);
    const all = (await session.pull(uri)).items;
    assert.ok(all.length >= 2);
    for (const finding of all) {
      const text = session.texts.get(uri).text;
      const now = (await session.pull(uri)).items.find((item) => item.data?.fingerprint === finding.data.fingerprint);
      const actions = await session.actions(uri, { start: now.range.start, end: now.range.start });
      const ignore = actions.find((action) => action.title.startsWith(`Ignore ${finding.code}`));
      await session.apply(ignore);
      const left = (await session.pull(uri)).items;
      assert.ok(!left.some((item) => item.data?.fingerprint === finding.data.fingerprint), finding.message);
      assert.ok(!left.some((item) => item.code === "suppression"), JSON.stringify(left));
      const line = session.texts.get(uri).text.split("\n")[now.range.start.line];
      assert.equal(/^\s*/.exec(line)[0], /^\s*/.exec(text.split("\n")[now.range.start.line])[0]);
    }
    await session.stop();
  }
});

test("a hover explains the finding under it", async () => {
  const session = await Session.start(project());
  const uri = await session.open("lib/prices.ex");
  const finding = (await session.pull(uri)).items.find((item) => item.code === "BW401");
  const hover = await session.hover(uri, finding.range.start);
  assert.equal(hover.contents.kind, "markdown");
  assert.ok(hover.contents.value.includes(finding.message) && hover.contents.value.includes("Why it matters"));
  assert.equal(await session.hover(uri, { line: 0, character: 0 }), null);
  await session.stop();
});

test("lenses say who calls a handler and what it waits for", async () => {
  const session = await Session.start(project());
  const lenses = await session.lenses(session.project.uri("lib/prices.ex"));
  const call = lenses.find((lens) => lens.command.title.includes("called by"));
  assert.equal(call.range.start.line, sources["lib/prices.ex"].split("\n").findIndex((line) => line.includes("def handle_call")));
  assert.match(call.command.title, /called by Shop\.Cart\.one\/1 and Shop\.Cart\.total\/1; may wait for an HTTP request/);
  await session.stop();
});

test("a cancelled request is answered as cancelled, or not at all late", async () => {
  const session = await Session.start(project());
  const uri = await session.open("lib/prices.ex");
  const sources = Array.from({ length: 20 }, () => new lsp.CancellationTokenSource());
  const answers = sources.map((source) =>
    session.connection.sendRequest(lsp.DocumentDiagnosticRequest.type, { textDocument: { uri } }, source.token).then(
      (report) => report.kind,
      (error) => error.code,
    ),
  );
  sources.forEach((source) => source.cancel());
  for (const answer of await Promise.all(answers)) assert.ok(answer === "full" || answer === -32800, String(answer));
  assert.ok((await session.pull(uri)).items.length > 0);
  await session.stop();
});

test("files that appear, change, move and go away on the disk are followed", async () => {
  const session = await Session.start(project(), {
    client: { ...capabilities.pull, workspace: { ...capabilities.pull.workspace, didChangeWatchedFiles: { dynamicRegistration: true } } },
  });
  assert.deepEqual(await pulled(session), session.project.check());
  assert.equal(session.registrations[0].method, "workspace/didChangeWatchedFiles");
  session.project.write("lib/cart.ex", "defmodule Shop.Cart do\n  def one(item), do: String.to_atom(item)\nend\n");
  await session.watched("lib/cart.ex", 2);
  assert.deepEqual(await pulled(session), session.project.check());
  session.project.write("lib/new.ex", "defmodule Shop.New do\n  def f(x), do: Task.async(fn -> x end)\nend\n");
  await session.watched("lib/new.ex", 1);
  assert.deepEqual(await pulled(session), session.project.check());
  renameSync(session.project.path("lib/prices.ex"), session.project.path("lib/costs.ex"));
  await session.connection.sendNotification("workspace/didRenameFiles", { files: [{ oldUri: session.project.uri("lib/prices.ex"), newUri: session.project.uri("lib/costs.ex") }] });
  assert.deepEqual(await pulled(session), session.project.check());
  session.project.remove("lib/new.ex");
  await session.watched("lib/new.ex", 3);
  assert.deepEqual(await pulled(session), session.project.check());
  session.project.write(".beamwright.toml", 'ignore = ["BW401"]\n');
  await session.watched(".beamwright.toml", 1);
  const settled = await pulled(session);
  assert.deepEqual(settled, session.project.check());
  assert.ok(!JSON.stringify(settled).includes("BW401"));
  await session.stop();
});

test("texts that were never saved count, and those of no file do not", async () => {
  const session = await Session.start(project());
  const uri = await session.open("src/unsaved.erl", sources["src/stock.erl"].replaceAll("stock", "unsaved"));
  assert.ok(codes((await session.pull(uri)).items).includes("BW406"));
  const untitled = await session.open("Untitled-1", "defmodule X do\nend\n", "untitled:Untitled-1");
  assert.deepEqual((await session.pull(untitled)).items, []);
  await session.close(uri);
  assert.deepEqual((await session.pull(uri)).items, []);
  await session.stop();
});

test("a project that is deleted meanwhile costs its findings, and comes back", async () => {
  const session = await Session.start(project());
  const uri = await session.open("lib/prices.ex");
  assert.ok((await session.pull(uri)).items.length > 0);
  session.project.remove();
  await session.watched("mix.exs", 3);
  assert.deepEqual((await session.pull(uri)).items, []);
  await session.edit(uri, "nil", ":none");
  assert.deepEqual((await session.pull(uri)).items, []);
  assert.equal(session.logs.length > 0, true);
  for (const [name, text] of Object.entries(sources)) session.project.write(name, text);
  await session.watched("mix.exs", 1);
  assert.ok((await session.pull(uri)).items.length > 0);
  assert.equal(await session.stop(), 0);
});

test("folders come and go", async () => {
  const first = project(), second = project();
  const folder = (each) => ({ uri: new URL(`file://${each.folder}`).href, name: "folder" });
  const session = await Session.start(first, { folders: [folder(first)] });
  assert.ok((await session.pullAll()).items.every((item) => item.uri.includes(first.folder)));
  await session.connection.sendNotification("workspace/didChangeWorkspaceFolders", { event: { added: [folder(second)], removed: [folder(first)] } });
  const items = (await session.pullAll()).items;
  assert.ok(items.length > 0 && items.every((item) => item.uri.includes(second.folder)));
  await session.stop();
});

test("a file outside of every folder is reviewed by itself while it is open", async () => {
  const here = project();
  const session = await Session.start(null, { client: capabilities.push });
  const uri = here.uri("lib/prices.ex");
  await session.open("lib/prices.ex", sources["lib/prices.ex"], uri);
  await session.until(() => session.published.has(uri));
  assert.ok(codes(session.published.get(uri).diagnostics).includes("BW406"));
  await session.close(uri);
  await session.until(() => session.published.get(uri).diagnostics.length === 0);
  assert.deepEqual([...session.published.keys()], [uri]);
  await session.stop();
});

test("columns count in the encoding that was agreed on", async () => {
  const text = sources["src/stock.erl"].replace("{ok, Answer} = httpc", '{_, {ok, Answer}} = {"é😀", httpc').replace("[]),", "[])},");
  const line = text.split("\n").find((each) => each.includes("é"));
  const before = line.slice(0, line.indexOf("httpc"));
  for (const [encoding, column] of [["utf-8", Buffer.byteLength(before)], ["utf-16", before.length], ["utf-32", [...before].length]]) {
    const session = await Session.start(project({ "src/stock.erl": text, "src/limits.hrl": sources["src/limits.hrl"] }), {
      client: { ...capabilities.pull, general: { positionEncodings: [encoding] } },
    });
    assert.equal(session.capabilities.positionEncoding, encoding);
    const found = (await session.pull(session.project.uri("src/stock.erl"))).items.find((item) => item.code === "BW406");
    assert.equal(found.range.start.character, column);
    await session.stop();
  }
});

test("after any edits the findings are those of a fresh check", async () => {
  const session = await Session.start(project());
  let seed = 7;
  const random = (below) => (seed = (seed * 48271) % 2147483647) % below;
  const names = ["lib/prices.ex", "lib/cart.ex", "src/stock.erl", "src/limits.hrl"];
  const uris = {};
  for (const name of names) uris[name] = await session.open(name);
  for (let round = 0; round < 60; ++round) {
    const name = names[random(names.length)], uri = uris[name];
    const words = session.texts.get(uri).text.match(/\w+/g) ?? [];
    const kind = random(4);
    if (kind === 0 || words.length < 10) {
      await session.apply({ edit: { changes: { [uri]: [{ range: { start: { line: 0, character: 0 }, end: { line: 9999, character: 0 } }, newText: sources[name] }] } } });
      session.texts.get(uri).text = sources[name];
    } else {
      const word = words[random(words.length)];
      await session.edit(uri, word, ["", "x", words[random(words.length)], `${word}\n`][kind]);
    }
    if (random(5) === 0) await session.pull(uri);
    if (round % 6 === 5) {
      for (const each of names) session.project.write(each, session.texts.get(uris[each]).text);
      assert.deepEqual(await pulled(session), session.project.check(), `after ${round + 1} edits`);
      for (const each of names) {
        assert.deepEqual(rows((await session.pull(uris[each])).items), session.project.check()[each] ?? []);
      }
    }
  }
  await session.stop();
});
