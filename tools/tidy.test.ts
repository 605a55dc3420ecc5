import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { treeInMemory } from "./tidy/source-tree.ts";
import { tidy } from "./tidy.ts";

/** A small tree in which every rule has something to look at. */
const CLEAN: Readonly<Record<string, string>> = {
  "ARCHITECTURE.md":
    "# Architecture\n\n`base` is below `engine`; see [why](docs/decisions/0001-why.md).\n",
  "docs/decisions/0001-why.md": "# Why\n",
  "layers.json": `{"packages/server/src":{"base":[],"engine":["base"]}}`,
  "packages/server/src/base/clock.ts":
    "/** Milliseconds. */\nexport const now = () => Date.now();\n",
  "packages/server/src/base/clock.test.ts": "",
  "packages/server/src/engine/run.ts": `import { now } from "../base/clock.ts";\nnow();\n`,
};

/** One change a rule, and what it must complain of. */
const BAD: readonly (readonly [path: string, text: string, complaint: RegExp])[] = [
  ["packages/server/src/base/up.ts", `import "../engine/run.ts";`, /must not import engine/],
  ["packages/server/src/engine/now.ts", "Date.now();", /time comes from a Clock/],
  ["packages/server/src/engine/utils.ts", "", /does not say what is inside/],
  ["packages/server/src/engine/orphan.test.ts", "", /has no orphan\.ts beside it/],
  ["packages/server/src/engine/raw.ts", "export const a = 1;", /needs a doc comment/],
  ["docs/machine.md", ["", "home", "jane"].join("/"), /path of one machine/],
  ["docs/decisions/0001-again.md", "# Again\n", /has the number of|take the next free one/],
];

function complaintsOn(files: Readonly<Record<string, string>>): string[] {
  return tidy(treeInMemory(files)).map(({ path, line, message }) => `${path}:${line}: ${message}`);
}

test("a clean tree has no violations", () => {
  assert.deepEqual(complaintsOn(CLEAN), []);
});

test("every rule is asked", () => {
  for (const [path, text, complaint] of BAD) {
    const complaints = complaintsOn({ ...CLEAN, [path]: text });
    assert.equal(complaints.length, 1, `${path}: ${complaints.join("\n")}`);
    assert.match(complaints[0] ?? "", complaint);
  }
});

test("violations come by file, then by line", () => {
  const files = {
    ...CLEAN,
    "packages/server/src/engine/b.ts": "console.log(1);\nDate.now();\n",
    "packages/server/src/engine/a.ts": "Date.now();\n",
  };
  const places = tidy(treeInMemory(files)).map(({ path, line }) => `${path.slice(-4)}:${line}`);
  assert.deepEqual(
    places,
    ["a.ts:1", "b.ts:1", "b.ts:2"].map((place) => place.padStart(4)),
  );
});

test("the program fails on a violation, prints it with its place, and passes without", () => {
  const root = mkdtempSync(join(tmpdir(), "tidy-"));
  try {
    for (const [path, text] of Object.entries(CLEAN)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const run = () => {
      const program = join(import.meta.dirname, "tidy.ts");
      return spawnSync(process.execPath, [program, root], { encoding: "utf8" });
    };
    assert.equal(run().status, 0);
    writeFileSync(join(root, "packages/server/src/engine/run.ts"), "\nDate.now();\n");
    const { status, stderr } = run();
    assert.equal(status, 1);
    assert.match(stderr, /^packages\/server\/src\/engine\/run\.ts:2: Date\.now: /);
  } finally {
    rmSync(root, { recursive: true });
  }
});
