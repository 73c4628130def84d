// @kassa/client as a package: what is in it, and that a project that has it, and nothing of this repository, runs and has its types.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

const WEB = join(import.meta.dirname, "..");
const CLIENT = join(WEB, "client");

const run = (program, args, cwd) => execFileSync(program, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

let project;
before(() => {
  project = mkdtempSync(join(tmpdir(), "kassa-client-"));
});
after(() => rmSync(project, { recursive: true, force: true }));

test("all that is named is in it, and nothing else", () => {
  const [packed] = JSON.parse(run("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], CLIENT));
  const files = packed.files.map(({ path }) => path).sort();
  const types = ["dist/types/index.d.ts", "dist/types/operations.d.ts"];
  assert.deepEqual(files, ["LICENSE", "README.md", "dist/index.js", ...types, "package.json"]);
  const about = JSON.parse(readFileSync(join(CLIENT, "package.json"), "utf8"));
  assert.equal(about.private, undefined);
  const named = JSON.stringify([about.main, about.types, about.exports]).match(/\.\/[^"]+/g);
  for (const path of named) assert.ok(files.includes(path.slice(2)), path);
  for (const member of ["license", "description", "version", "engines", "publishConfig"]) assert.ok(about[member], member);
  assert.equal(about.dependencies, undefined);
});

test("a project that has it imports it and has its types", () => {
  const home = join(project, "node_modules/@kassa/client");
  mkdirSync(home, { recursive: true });
  const [{ filename }] = JSON.parse(run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", project], CLIENT));
  run("tar", ["-xzf", join(project, filename), "--strip-components=1", "-C", home], project);
  writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }));
  const says = "import { connect } from '@kassa/client'; console.log(typeof connect({ url: 'http://127.0.0.1:1' }).listOrders)";
  assert.equal(run("node", ["--input-type=module", "-e", says], project).trim(), "function");
  const check = (text) => {
    writeFileSync(join(project, "uses.ts"), text);
    const tsc = join(WEB, "node_modules/.bin/tsc");
    run(tsc, ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--lib", "es2022,dom", "uses.ts"], project);
  };
  const uses = (member) => `import { connect } from "@kassa/client";
export const numbers = async (): Promise<number[]> => (await connect().listOrders()).results.map((order) => order.${member});\n`;
  check(uses("number"));
  assert.throws(() => check(uses("nomber")));
});
