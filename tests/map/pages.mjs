// What tests of pages share: a browser, a folder that is gone afterwards, pages of a map or a review opened from disk with all that
// they complain about, projects written for a test, and axe.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { after, before } from "node:test";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const { BEAMWRIGHT, REPOSITORY, CHROMIUM, FOLDER } = process.env;
const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export const shop = join(REPOSITORY, "examples", "shop");
export const shopRight = join(REPOSITORY, "examples", "shop_right");

let browser;
let folder;
before(async () => {
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  folder = mkdtempSync(join(FOLDER, "pages-"));
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

export const newPage = () => browser.newPage();

export const map = (path, ...options) => execFileSync(BEAMWRIGHT, ["map", path, ...options], { encoding: "utf8", maxBuffer: 1 << 28 });

// A page of a folder's map or review, and all that it complained about.
export async function open(path, { command = "map", hash = "", ...options } = {}) {
  const file = join(folder, `${Math.random().toString(36).slice(2)}.html`);
  const done = spawnSync(BEAMWRIGHT, [command, path, "--format", "html", "-o", file], { encoding: "utf8" });
  // A review exits with 1 where it finds something.
  if (done.status !== 0 && !(command === "check" && done.status === 1)) throw new Error(`${command} ended with ${done.status}: ${done.stderr}`);
  const page = await browser.newPage({ viewport: { width: 1500, height: 900 }, bypassCSP: false, ...options });
  const complaints = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => complaints.push(`dialog: ${dialog.message()}`) && dialog.dismiss());
  page.on("request", (request) => request.url().startsWith("file:") || complaints.push(`request: ${request.url()}`));
  await page.goto(`${pathToFileURL(file).href}${hash}`);
  return { page, complaints, file };
}

export function project(files) {
  const root = mkdtempSync(join(folder, "project-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

export async function violations(page) {
  await page.evaluate(axe);
  const { violations: found } = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  return found.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
}
