// Tests the whole package where nothing of Node's is to be had, as in a browser.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

const run = promisify(execFile);
const CONDITION = "--conditions=@nereid/source";

test("the package works without Node's modules and globals", async () => {
  const program = join(import.meta.dirname, "testing/browser-program.ts");
  const { stdout } = await run(process.execPath, [CONDITION, program]);
  assert.equal(stdout, "true é 0.5,-1 B m");
});

test("a module of Node's would be found out", async () => {
  const program = `
    await import(${JSON.stringify(join(import.meta.dirname, "testing/browser-program.ts"))});
    await import("node:fs");
  `;
  await assert.rejects(
    run(process.execPath, [CONDITION, "--input-type=module", "--eval", program]),
    {
      message: /node:fs is asked for by/,
    },
  );
});
