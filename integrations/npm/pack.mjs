// Makes the two packages for npm of a binary: node pack.mjs BINARY PLATFORM FOLDER, PLATFORM as npm spells it (linux-x64).
// They come to FOLDER as npm would publish them.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const [binary, platform, folder] = process.argv.slice(2);
const here = path.dirname(fileURLToPath(import.meta.url));
const main = JSON.parse(fs.readFileSync(path.join(here, "package.json"), "utf8"));
const [os, cpu] = platform.split("-");
const name = `@beamwright/${platform}`;
if (!(name in main.optionalDependencies)) throw new Error(`package.json does not name ${name}`);

fs.mkdirSync(folder, { recursive: true });
const stage = fs.mkdtempSync(path.join(folder, "stage-"));

// Packs what stands in a folder of its own, the licence with it.
function pack(name, described, fill) {
  const source = path.join(stage, name);
  fs.mkdirSync(path.join(source, "bin"), { recursive: true });
  fs.writeFileSync(path.join(source, "package.json"), JSON.stringify(described, null, 2) + "\n");
  fs.copyFileSync(path.join(here, "..", "..", "LICENSE"), path.join(source, "LICENSE"));
  fs.copyFileSync(path.join(here, "README.md"), path.join(source, "README.md"));
  fill(path.join(source, "bin"));
  execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", path.resolve(folder)], { cwd: source, stdio: "inherit" });
}

const { version, license } = main;
const described = { name, version, description: `The beamwright binary for ${platform}`, license, files: ["bin"], os: [os], cpu: [cpu] };
pack("platform", described, (bin) => {
  fs.copyFileSync(binary, path.join(bin, "beamwright"));
  fs.chmodSync(path.join(bin, "beamwright"), 0o755);
});
pack("main", main, (bin) => fs.copyFileSync(path.join(here, "bin", "beamwright.js"), path.join(bin, "beamwright.js")));
fs.rmSync(stage, { recursive: true });
