// Bundles src/ into dist/map.html: one page with its styles and script inside and three holes: {{beamwright:kind}} (map or review),
// {{beamwright:report}} (the findings of a review, as HTML) and {{beamwright:data}} (the JSON of the map). The
// result is kept under version control, so that building Beamwright needs neither npm nor a network; tests/map holds it to these
// sources. Usage: node build.mjs [OUTPUT]
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync, existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const output = process.argv[2] ?? join(here, "dist", "map.html");

async function bundle(entry, options) {
  const result = await build({
    absWorkingDir: here,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    charset: "ascii",
    legalComments: "none",
    target: ["chrome100", "firefox100", "safari15"],
    ...options,
  });
  return { text: result.outputFiles[0].text.trim(), inputs: Object.keys(result.metafile.inputs) };
}

// The licences of the packages whose code is in the bundle.
function licences(inputs) {
  const names = new Set();
  for (const input of inputs) {
    const match = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match) names.add(match[1]);
  }
  return [...names]
    .sort()
    .map((name) => {
      const folder = join(here, "node_modules", name);
      const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      const file = ["LICENSE", "LICENSE.md", "LICENSE.txt"].map((each) => join(folder, each)).find(existsSync);
      return `${name} ${version} (${license})\n\n${readFileSync(file, "utf8").trim()}\n`;
    })
    .join("\n");
}

const hash = (text) => `'sha256-${createHash("sha256").update(text, "utf8").digest("base64")}'`;

const script = await bundle("src/main.js", { format: "iife" });
const style = await bundle("src/page.css", {});
const template = readFileSync(join(here, "src", "page.html"), "utf8");
const parts = {
  licences: licences(script.inputs),
  policy: `default-src 'none'; script-src ${hash(script.text)}; style-src ${hash(style.text)}; base-uri 'none'; form-action 'none'`,
  style: style.text,
  script: script.text,
};
const page = template.replace(/\{\{(licences|policy|style|script)\}\}/g, (_, part) => parts[part]);

if (/[^\x00-\x7f]/.test(page)) throw new Error("the page must be ASCII: the C++ build cuts it into pieces");
const holes = page.match(/\{\{[^{}]*\}\}/g);
if (String(holes) !== "{{beamwright:kind}},{{beamwright:report}},{{beamwright:data}}") throw new Error(`the holes of the page are ${holes}`);
if (/<\/script/i.test(script.text)) throw new Error("the script would end itself");
mkdirSync(dirname(output), { recursive: true });
writeFileSync(output, page);
console.log(`${output}: ${page.length} bytes`);
