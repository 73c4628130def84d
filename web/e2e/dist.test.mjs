// What scripts/dist packs, unpacked elsewhere: it starts from another folder, with the library that lies beside it, and serves.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { BIN, events, freshSite, startKassa, until } from "./kassa.mjs";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "../..");

// Against a server that runs elsewhere (KASSA_URL) there may be no binary to pack.
const absent = Boolean(process.env.KASSA_URL) && !existsSync(BIN);

test("the archive runs in another folder, with the library beside it", { skip: absent }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "kassa-dist-test-"));
  try {
    await run(join(ROOT, "scripts/dist"), [BIN, folder]);
    const [archive, ...rest] = readdirSync(folder).filter((name) => name.endsWith(".tar.gz"));
    assert.deepEqual(rest, []);
    const manifest = readFileSync(join(ROOT, "Cargo.toml"), "utf8");
    assert.ok(archive.startsWith(`kassa-${/^version = "(.*)"/m.exec(manifest)[1]}-`), archive);
    await run("sha256sum", ["--check", `${archive}.sha256`], { cwd: folder });
    await run("tar", ["-xzf", archive], { cwd: folder });

    const unpacked = join(folder, archive.slice(0, -".tar.gz".length));
    const files = readdirSync(unpacked).sort();
    for (const name of ["LICENSE", "THIRD-PARTY.txt", "default.toml", "kassa"])
      assert.ok(files.includes(name), `${name} is not in ${files}`);
    const kassa = await startKassa({ bin: join(unpacked, "kassa"), cwd: "/" });
    try {
      const maps = readFileSync(`/proc/${kassa.pid}/maps`, "utf8");
      const loaded = new Set(
        maps
          .split("\n")
          .map((line) => line.split(/\s+/)[5])
          .filter((path) => path?.includes("libduckdb")),
      );
      // Where DuckDB is linked in, there is none.
      assert.deepEqual(
        [...loaded],
        files.filter((name) => name.startsWith("libduckdb")).map((name) => join(unpacked, name)),
      );
      const site = freshSite("dist");
      const body = JSON.stringify({ site_id: site, event_type: "page_view", path: "/" });
      assert.equal((await fetch(`${kassa.url}/event`, { method: "POST", body })).status, 202);
      await until(
        () => events(kassa.url, site),
        (rows) => rows.length === 1,
      );
    } finally {
      await kassa.remove();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
