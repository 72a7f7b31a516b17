#!/usr/bin/env node
// Runs the binary that npm installed for this machine, or the one that BEAMWRIGHT_PATH names. Its terminal, signals and exit code
// are this program's own.
"use strict";

const { spawn } = require("node:child_process");
const { constants } = require("node:os");

function find() {
  if (process.env.BEAMWRIGHT_PATH) return process.env.BEAMWRIGHT_PATH;
  const name = `@beamwright/${process.platform}-${process.arch}`;
  try {
    return require.resolve(`${name}/bin/beamwright`);
  } catch {
    const known = Object.keys(require("../package.json").optionalDependencies).join(", ");
    fail(`${name} is not installed (there are ${known}; npm leaves them out with --omit=optional). BEAMWRIGHT_PATH names another binary`);
  }
}

function fail(message) {
  console.error(`beamwright: ${message}`);
  process.exit(2);
}

const binary = find();
const child = spawn(binary, process.argv.slice(2), { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => fail(`${binary} cannot be run: ${error.message}`));
child.on("exit", (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
