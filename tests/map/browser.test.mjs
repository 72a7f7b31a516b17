// The page of `map --format html` in a real browser, from disk: that it loads without a word on the console, can be searched, clicked
// and driven by keyboard, is accessible, bears hostile names and a system of thousands of processes; and Mermaid's own parser on
// `--format mermaid`. Started by node_test.py, which sets the environment.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { map, newPage, open, project, shop, shopRight, violations } from "./pages.mjs";

const require = createRequire(import.meta.url);
const mermaid = readFileSync(join(dirname(require.resolve("@mermaid-js/tiny/package.json")), "dist", "mermaid.tiny.js"), "utf8");

const heading = (page) => page.locator("#panel h2").textContent();

test("loads from disk and shows the forest, the verdict and an overview", async () => {
  const { page, complaints } = await open(shop);
  assert.match(await page.locator("#verdict").textContent(), /NEEDS-REDESIGN/);
  assert.ok((await page.locator("[role=treeitem]").count()) > 20);
  assert.ok((await page.locator(".card.supervisor").count()) > 3);
  assert.ok((await page.locator(".flow").count()) > 3);
  assert.match(await page.locator("#panel").textContent(), /How to read it/);
  assert.deepEqual(complaints, []);
  await page.close();
});

test("search finds a process and a click shows its contract", async () => {
  const { page, complaints } = await open(shop);
  await page.keyboard.press("/");
  await page.keyboard.type("shop.orders");
  assert.ok((await page.locator("#results [role=option]").count()) > 0);
  await page.keyboard.press("Enter");
  assert.equal(await heading(page), "Shop.Orders");
  const contract = await page.locator("#panel").textContent();
  for (const question of ["Supervised by", "One or many", "Messages in", "What bounds its mailbox", "Tables", "What it may wait for", "Lost when it crashes", "Is its mailbox watched?"]) {
    assert.ok(contract.includes(question), question);
  }
  await page.locator(".card.process", { hasText: "Shop.Stock" }).first().click();
  assert.match(await heading(page), /^Shop\.Stock/);
  assert.ok((await page.locator(".flow.strong").count()) > 0);
  await page.locator("#panel .messages .link").first().click();
  assert.notEqual(await heading(page), "");
  assert.match(new URL(page.url()).hash, /process|supervisor/);
  assert.deepEqual(complaints, []);
  await page.close();
});

test("a search without a result says so and Escape ends it", async () => {
  const { page, complaints } = await open(shop);
  await page.locator("#search").fill("no such thing");
  assert.match(await page.locator("#results").textContent(), /Nothing of that name/);
  await page.keyboard.press("Escape");
  assert.ok(await page.locator("#results").isHidden());
  assert.deepEqual(complaints, []);
  await page.close();
});

test("is driven by the keyboard alone", async () => {
  const { page, complaints } = await open(shop);
  const focused = () => page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  const expanded = () => page.evaluate(() => document.activeElement.getAttribute("aria-expanded"));
  await page.locator("[role=treeitem][tabindex='0']").focus();
  const first = await focused();
  assert.match(first, /^application /);
  await page.keyboard.press("ArrowLeft");
  assert.equal(await expanded(), "false");
  await page.keyboard.press("ArrowRight");
  assert.equal(await expanded(), "true");
  await page.keyboard.press("ArrowRight");
  assert.notEqual(await focused(), first);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("[role=treeitem][aria-selected=true]").count(), 1);
  await page.keyboard.press("End");
  const last = await focused();
  await page.keyboard.press("Home");
  assert.equal(await focused(), first);
  assert.notEqual(last, first);
  await page.keyboard.press("Escape");
  assert.match(await page.locator("#panel").textContent(), /How to read it/);
  for (const key of ["+", "-", "0"]) await page.keyboard.press(key);
  assert.deepEqual(complaints, []);
  await page.close();
});

test("lines can be told apart without colour", async () => {
  const { page } = await open(shop);
  const styles = await page.evaluate(() =>
    ["call", "cast", "send", "table"].map((kind) => getComputedStyle(document.querySelector(`#layers .line.${kind}`)).strokeDasharray),
  );
  assert.equal(new Set(styles).size, 4);
  await page.locator("[data-layer=call]").uncheck();
  assert.equal(await page.locator(".flow.call").count(), 0);
  await page.close();
});

for (const colorScheme of ["light", "dark"]) {
  test(`is accessible in ${colorScheme} colours`, async () => {
    const { page, complaints } = await open(shop, { colorScheme });
    assert.deepEqual(await violations(page), []);
    await page.locator(".card.process").nth(3).click();
    await page.evaluate(() => document.querySelectorAll("#panel details").forEach((each) => (each.open = true)));
    await page.locator("#search").fill("shop");
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(complaints, []);
    await page.close();
  });
}

test("the theme can be switched", async () => {
  const { page } = await open(shop, { colorScheme: "light" });
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.locator("#theme").click();
  assert.notEqual(await ground(), light);
  await page.close();
});

const hostile = "'</script><script>alert(1)</script><img src=x onerror=alert(2)>'";
const hostileSources = {
  "src/evil.erl": `-module(${hostile}).
-behaviour(gen_server).
-export([init/1, handle_call/3, handle_cast/2, start_link/0, ask/0]).
start_link() -> gen_server:start_link({local, ${hostile}}, ${hostile}, [], []).
init(_) -> ets:new(${hostile}, [named_table, public]), {ok, 0}.
handle_call({'"];x<!--', _}, _, S) -> {reply, S, S}.
handle_cast('\\\\"\`end', S) -> {noreply, S + 1}.
ask() -> gen_server:cast(${hostile}, '\\\\"\`end'), gen_server:call(${hostile}, {'"];x<!--', 1}).
`,
  "src/other.erl": `-module(other).
-behaviour(gen_server).
-export([init/1, handle_info/2]).
init(_) -> {ok, 0}.
handle_info(_, S) -> ${hostile}:ask(), {noreply, S}.
`,
};

test("names that are HTML stay text", async () => {
  const { page, complaints } = await open(project(hostileSources));
  assert.equal(await page.locator("img").count(), 0);
  await page.locator("#search").fill("onerror");
  await page.keyboard.press("Enter");
  assert.match(await heading(page), /onerror=alert/);
  assert.deepEqual(complaints, []);
  await page.close();
});

function bigProject() {
  const files = {};
  for (let a = 0; a < 40; a += 1) {
    const app = `app${a}`;
    files[`apps/${app}/src/${app}.app.src`] = `{application, ${app}, [{mod, {${app}_app, []}}]}.`;
    files[`apps/${app}/src/${app}_app.erl`] = `-module(${app}_app).\n-behaviour(application).\n-export([start/2, stop/1]).\nstart(_, _) -> ${app}_sup:start_link().\nstop(_) -> ok.\n`;
    const names = Array.from({ length: 50 }, (_, p) => `${app}_worker${p}`);
    const specs = names.map((name) => `#{id => ${name}, start => {${name}, start_link, []}}`).join(",\n");
    files[`apps/${app}/src/${app}_sup.erl`] = `-module(${app}_sup).\n-behaviour(supervisor).\n-export([start_link/0, init/1]).\nstart_link() -> supervisor:start_link({local, ${app}_sup}, ${app}_sup, []).\ninit([]) -> {ok, {#{strategy => one_for_one}, [\n${specs}]}}.\n`;
    names.forEach((name, p) => {
      const next = `app${(a + 1) % 40}_worker${(p * 7) % 50}`;
      files[`apps/${app}/src/${name}.erl`] = `-module(${name}).\n-behaviour(gen_server).\n-export([start_link/0, init/1, handle_call/3, handle_cast/2]).\nstart_link() -> gen_server:start_link({local, ${name}}, ${name}, [], []).\ninit(_) -> {ok, 0}.\nhandle_call({get, K}, _, S) -> {reply, gen_server:call(${next}, {get, K}), S}.\nhandle_cast({put, V}, _) -> {noreply, V}.\n`;
    });
  }
  files["rebar.config"] = "{erl_opts, []}.\n";
  return project(files);
}

test("two thousand processes stay usable", async () => {
  const { page, complaints } = await open(bigProject());
  assert.ok((await page.locator(".card.application").count()) > 20);
  assert.equal(await page.locator(".card.process").count(), 0);
  await page.locator("#search").fill("app17_worker33");
  await page.keyboard.press("Enter");
  assert.equal(await heading(page), "app17_worker33");
  const started = Date.now();
  await page.locator("#expand").click();
  await page.locator("#layers input").last().check();
  await page.keyboard.press("Escape");
  assert.ok(Date.now() - started < 8000, `opening all took ${Date.now() - started} ms`);
  assert.ok((await page.locator(".card").count()) < 500, "only cards near the view are in the page");
  await page.mouse.move(600, 500);
  await page.mouse.wheel(0, 40000);
  await page.waitForTimeout(300);
  assert.ok((await page.locator(".card").count()) > 3);
  assert.deepEqual(complaints, []);
  await page.close();
});

test("Mermaid parses the flowcharts", async () => {
  const page = await newPage();
  await page.addScriptTag({ content: mermaid });
  for (const path of [shop, shopRight, project(hostileSources)]) {
    const text = map(path, "--format", "mermaid");
    const type = await page.evaluate(async (source) => {
      window.mermaid.initialize({ startOnLoad: false, maxEdges: 5000, maxTextSize: 1000000 });
      return (await window.mermaid.parse(source)).diagramType;
    }, text);
    assert.match(type, /flowchart/);
  }
  await page.close();
});
