// The page of `check --format html` in a real browser, from disk: that its findings can be filtered, searched, clicked and driven by
// keyboard, stand beside the map they concern, are accessible, print, and are there without JavaScript; and that nothing in a source
// can become markup. Started by node_test.py, which sets the environment.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { open, project, shop, shopRight, violations } from "./pages.mjs";

const review = (path, options) => open(path, { command: "check", ...options });
const shown = (page) => page.locator("details.finding:visible").count();
const heading = (page) => page.locator("#panel h2").textContent();

test("shows the verdict with its reasons, what matters most, and every finding", async () => {
  const { page, complaints, file } = await review(shop);
  const summary = await page.locator("#summary").textContent();
  assert.match(summary, /NEEDS-REDESIGN.*2 critical/s);
  assert.match(summary, /call-cycle \(BW403\)/);
  assert.equal(await page.locator("#first li").count(), 5);
  const total = Number(await page.locator("#summary tbody tr:last-child td").evaluateAll((cells) => cells.reduce((sum, cell) => sum + (Number(cell.textContent) || 0), 0)));
  assert.equal(await shown(page), total);
  assert.match(await page.locator(".result").textContent(), new RegExp(`^${total} findings`));
  assert.ok((await page.locator("[role=treeitem]").count()) > 20, "the map stands beside them");
  assert.doesNotMatch(readFileSync(file, "utf8"), /https?:\/\/(?!www\.w3\.org)[^"' ]*\.(js|css)/);
  assert.deepEqual(complaints, []);
  await page.close();
});

test("a finding shows its place, its reason, the path with the line of each step, and what to write instead", async () => {
  const { page } = await review(shop);
  const finding = page.locator("details.finding", { hasText: "call-cycle" }).first();
  assert.ok(await finding.evaluate((each) => each.open), "the first one stands open");
  const text = await finding.textContent();
  for (const part of ["orders.ex:42:15", "Stock.commit(request.id)", "Why it matters", "How it comes about", "What to write instead", "Break the circle"]) assert.ok(text.includes(part), part);
  assert.equal(await finding.locator(".body > pre mark").textContent(), "Stock.commit(request.id)");
  assert.ok((await finding.locator(".path li").count()) >= 5);
  assert.ok((await finding.locator(".path pre mark").count()) >= 4);
  assert.deepEqual(await finding.locator(".path .enters").allTextContents(), ["Shop.Orders", "Shop.Stock", "Shop.Orders"]);
  await page.close();
});

test("filters narrow the list and are undone", async () => {
  const { page, complaints } = await review(shop);
  const all = await shown(page);
  for (const severity of ["medium", "low"]) await page.locator(`#filter input[value=${severity}]`).uncheck();
  assert.equal(await page.locator("details.finding.medium:visible").count(), 0);
  const severe = await shown(page);
  assert.ok(severe > 0 && severe < all);
  await page.locator("[data-field=family]").selectOption("blocking");
  const families = await page.locator("details.finding:visible").evaluateAll((rows) => rows.map((row) => row.dataset.family));
  assert.deepEqual([...new Set(families)], ["blocking"]);
  await page.locator("[data-field=rule]").selectOption("BW401");
  assert.ok((await page.locator("details.finding:visible").evaluateAll((rows) => rows.map((row) => row.dataset.rule))).every((rule) => rule === "BW401"));
  const file = await page.locator("details.finding:visible").first().getAttribute("data-file");
  await page.locator("[data-field=file]").selectOption(file);
  assert.ok((await shown(page)) >= 1);
  assert.match(await page.locator(".result").textContent(), / of \d+ findings/);
  await page.locator(".clear").click();
  assert.equal(await shown(page), all);
  assert.deepEqual(complaints, []);
  await page.close();
});

test("text is searched in all of a finding, and groups without a hit are gone", async () => {
  const { page, complaints } = await review(shop);
  await page.keyboard.press("/");
  await page.keyboard.type("one_for_rest STRATEGY");
  const hits = (await page.locator("details.finding:visible").allTextContents()).map((text) => text.toLowerCase());
  assert.ok(hits.length >= 1 && hits.length < 5);
  assert.ok(hits.every((text) => text.includes("one_for_rest") && text.includes("strategy")));
  assert.ok((await page.locator("#findings .group:visible").count()) <= hits.length);
  await page.keyboard.press("Escape");
  assert.ok((await shown(page)) > 20);
  await page.keyboard.press("/");
  await page.keyboard.type("no such thing anywhere");
  assert.equal(await shown(page), 0);
  assert.match(await page.locator(".result").textContent(), /^0 of/);
  assert.deepEqual(complaints, []);
  await page.close();
});

test("a click on a finding shows its process and path on the map", async () => {
  const { page, complaints } = await review(shop);
  await page.locator("#first a", { hasText: "call-cycle" }).click();
  assert.equal(await heading(page), "Shop.Orders");
  assert.match(await page.locator(".card[aria-selected=true]").textContent(), /Shop\.Orders/);
  assert.ok((await page.locator(".card.on-path").allTextContents()).some((text) => text.includes("Shop.Stock")));
  assert.match(new URL(page.url()).hash, /^#finding-[0-9a-f]{16}$/);
  assert.ok((await shown(page)) > 20, "the list stays as it was");
  assert.deepEqual(complaints, []);
  await page.close();
});

test("a click on a process shows its findings, on a supervisor those of all below it", async () => {
  const { page, complaints } = await review(shop);
  const all = await shown(page);
  await page.locator(".card.process", { hasText: "payment_server" }).first().click();
  assert.match(await page.locator(".result").textContent(), /on payment_server/);
  const nodes = await page.locator("details.finding:visible").evaluateAll((rows) => rows.map((row) => row.dataset.node));
  assert.deepEqual([...new Set(nodes)], ["process:payment_server"]);
  await page.locator(".card.supervisor", { hasText: "payment_sup" }).first().click();
  assert.ok((await shown(page)) > nodes.length);
  await page.locator(".chosen").click();
  assert.equal(await shown(page), all);
  await page.locator(".group h3 .link").first().click();
  assert.ok((await shown(page)) < all, "the name over a group chooses its process");
  assert.deepEqual(complaints, []);
  await page.close();
});

test("is driven by the keyboard alone", async () => {
  const { page, complaints } = await review(shop);
  const focused = () => page.evaluate(() => document.activeElement.closest("details.finding")?.id);
  await page.keyboard.press("n");
  const first = await focused();
  await page.keyboard.press("n");
  const second = await focused();
  assert.ok(first && second && first !== second);
  await page.keyboard.press("Enter");
  assert.ok(await page.locator(`#${second}`).evaluate((each) => each.open));
  assert.match(page.url(), new RegExp(`${second}$`));
  await page.keyboard.press("p");
  assert.equal(await focused(), first);
  await page.keyboard.press("m");
  assert.ok(await page.locator("#design").isHidden());
  await page.keyboard.press("m");
  assert.ok(await page.locator("#design").isVisible());
  assert.deepEqual(complaints, []);
  await page.close();
});

test("an address with a finding opens it", async () => {
  const { page, file } = await review(shop);
  const id = await page.locator("details.finding").nth(20).getAttribute("id");
  await page.close();
  const again = await review(shop, { hash: `#${id}` });
  assert.notEqual(file, again.file);
  assert.ok(await again.page.locator(`#${id}`).evaluate((each) => each.open && each.classList.contains("current")));
  assert.equal(await again.page.evaluate(() => document.documentElement.scrollTop + document.body.scrollTop), 0, "the header stays");
  await again.page.close();
});

for (const colorScheme of ["light", "dark"]) {
  test(`is accessible in ${colorScheme} colours`, async () => {
    const { page, complaints } = await review(shop, { colorScheme });
    assert.deepEqual(await violations(page), []);
    await page.locator(".card.process", { hasText: "payment_ledger" }).first().click();
    for (const each of await page.locator("details.finding:visible > summary").all()) await each.click();
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(complaints, []);
    await page.close();
  });
}

test("severities can be told apart without colour", async () => {
  const { page } = await review(shop);
  const styles = await page.evaluate(() =>
    ["critical", "high", "medium", "low"].map((severity) => {
      const style = getComputedStyle(document.querySelector(`details.finding.${severity}`));
      return `${style.borderLeftStyle} ${document.querySelector(`details.finding.${severity} .badge`).textContent}`;
    }),
  );
  assert.equal(new Set(styles).size, 4);
  await page.close();
});

test("findings are there without JavaScript, and can be opened", async () => {
  const { page, complaints } = await review(shop, { javaScriptEnabled: false });
  const total = await page.locator("details.finding").count();
  assert.ok(total > 20);
  assert.equal(await shown(page), total);
  assert.ok(await page.locator("#design").isHidden());
  assert.ok(await page.locator("#search").isHidden());
  const second = page.locator("details.finding").nth(1);
  await second.locator("summary").click();
  assert.ok(await second.locator(".body").isVisible());
  assert.deepEqual(complaints, []);
  await page.close();
});

test("on paper all findings stand open and the map is gone", async () => {
  const { page } = await review(shop);
  await page.emulateMedia({ media: "print" });
  assert.ok(await page.locator("#design").isHidden());
  assert.ok(await page.locator("#filters").isHidden());
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  assert.equal(await page.locator("details.finding:not([open])").count(), 0);
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  assert.ok((await page.locator("details.finding:not([open])").count()) > 20);
  const pdf = await page.pdf();
  const pages = pdf.toString("latin1").match(/\/Type\s*\/Page[^s]/g).length;
  assert.ok(pages > 15, `${pages} pages`);
  await page.close();
});

const hostile = "'</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'";
const hostileSources = {
  "src/evil<b>.erl": `-module(${hostile}).
-behaviour(gen_server).
-export([init/1, handle_call/3, handle_cast/2, start_link/0]).
start_link() -> gen_server:start_link({local, ${hostile}}, ${hostile}, [], []).
init(_) -> {ok, 0}.
handle_call({'"];x<!--', U}, _, S) -> httpc:request(get, {"</code></pre><img src=x onerror=alert(3)>" ++ U, []}, [], []), {reply, ok, S}.
handle_cast('&lt;\`<i>\`', S) -> {noreply, S + 1}.
`,
  "src/caller.erl": `-module(caller).
-behaviour(gen_server).
-export([init/1, handle_info/2]).
init(_) -> {ok, 0}.
handle_info(U, S) -> gen_server:call(${hostile}, {'"];x<!--', U}), {noreply, S}.
`,
};

for (const javaScriptEnabled of [true, false]) {
  test(`what sources say stays text ${javaScriptEnabled ? "with" : "without"} JavaScript`, async () => {
    const { page, complaints } = await review(project(hostileSources), { javaScriptEnabled });
    const finding = page.locator("details.finding", { hasText: "BW401" }).first();
    assert.match(await finding.textContent(), /<img src=x onerror=alert\(2\)>/);
    assert.match(await finding.locator("mark, pre").first().textContent(), /<\/code><\/pre><img/);
    for (const tag of ["img", "#report b", "#report i", "#report script", "body > script:nth-of-type(3)"]) assert.equal(await page.locator(tag).count(), 0, tag);
    if (javaScriptEnabled) {
      await finding.locator("summary").click();
      await page.locator(".group h3 .link").first().click();
      assert.match(await heading(page), /onerror=alert|caller/);
    }
    assert.deepEqual(complaints, []);
    await page.close();
  });
}

test("a review without findings says SHIP", async () => {
  const { page, complaints } = await review(project({ "lib/a.ex": "defmodule A do\n  def f(x), do: x\nend\n" }));
  assert.match(await page.locator("#summary").textContent(), /SHIP\s*no finding/);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(complaints, []);
  await page.close();
  const right = await review(shopRight);
  assert.match(await right.page.locator("#summary").textContent(), /SHIP/);
  await right.page.close();
});

function manyFindings() {
  const files = {};
  for (let i = 0; i < 400; i += 1) {
    files[`src/worker${i}.erl`] = `-module(worker${i}).\n-behaviour(gen_server).\n-export([start_link/0, init/1, handle_call/3, get/1]).\nstart_link() -> gen_server:start_link({local, worker${i}}, worker${i}, [], []).\nget(U) -> gen_server:call(worker${i}, {get, U}).\ninit(_) -> {ok, 0}.\nhandle_call({get, U}, _, S) -> {reply, httpc:request(get, {U, []}, [], []), S}.\n`;
  }
  return project(files);
}

test("hundreds of findings stay usable", async () => {
  const { page, complaints } = await review(manyFindings());
  const total = await shown(page);
  assert.ok(total >= 400, `${total} findings`);
  const started = Date.now();
  await page.locator("#find").fill("worker333");
  assert.ok((await shown(page)) >= 1 && (await shown(page)) < 5);
  await page.locator("#find").fill("");
  await page.locator(".result button", { hasText: "Unfold all" }).click();
  await page.locator(".group h3 .link").nth(50).click();
  assert.ok(Date.now() - started < 8000, `took ${Date.now() - started} ms`);
  assert.deepEqual(complaints, []);
  await page.close();
});
