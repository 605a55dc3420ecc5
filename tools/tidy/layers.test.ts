import assert from "node:assert/strict";
import { posix } from "node:path";
import { test } from "node:test";
import { checkLayers, type Layers } from "./layers.ts";
import { treeInMemory } from "./source-tree.ts";

const LAYERS: Layers = {
  packages: { protocol: [], server: ["protocol"] },
  "packages/server/src": {
    base: [],
    model: ["@nereid/protocol", "base"],
    engine: ["@nereid/protocol", "base", "model"],
    "doors/frame": ["base"],
    "doors/oak/lock": ["base", "doors/frame"],
    "doors/oak": ["base", "engine", "doors/frame", "doors/oak/lock"],
    "doors/steel": ["base", "engine", "doors/frame"],
    house: ["doors"],
    "index.ts": ["engine"],
  },
};

const MANIFESTS = {
  "package.json": `{"version":"1.0.0"}`,
  "packages/protocol/package.json": `{"name":"@nereid/protocol","version":"1.0.0"}`,
  "packages/server/package.json": `{"name":"@nereid/server","version":"1.0.0","dependencies":{"@nereid/protocol":"1.0.0","koffi":"3.3.4"}}`,
};

function violationsOf(files: Readonly<Record<string, string>>, layers = LAYERS): string[] {
  const tree = treeInMemory({ "layers.json": JSON.stringify(layers), ...MANIFESTS, ...files });
  return [...checkLayers(tree)].map(({ path, line, message }) => `${path}:${line}: ${message}`);
}

test("imports down the layers, inside a layer and of packages by name are right", () => {
  const source = `import { A } from "@nereid/protocol";
import { b } from "../base/b.ts";
import type { C } from "../model/deep/c.ts";
import { d } from "./d.ts";
import { e } from "node:fs";`;
  assert.deepEqual(violationsOf({ "packages/server/src/engine/a.ts": source }), []);
  const index = `export { A } from "./engine/a.ts";`;
  assert.deepEqual(violationsOf({ "packages/server/src/index.ts": index }), []);
});

test("an import up the layers is named with its line", () => {
  assert.deepEqual(
    violationsOf({
      "packages/server/src/model/deep/a.ts": `\nimport { e } from "../../engine/e.ts";`,
    }),
    [
      "packages/server/src/model/deep/a.ts:2: model must not import engine (it may import @nereid/protocol, base)",
    ],
  );
});

test("types, dynamic imports, re-exports, workers and tests obey too", () => {
  const sources = [
    `import type { E } from "../engine/e.ts";`,
    `const e = await import("../engine/e.ts");`,
    `export { e } from "../engine/e.ts";`,
    `new Worker(new URL("../engine/e.ts", import.meta.url));`,
  ];
  for (const source of sources) {
    assert.equal(violationsOf({ "packages/server/src/base/a.ts": source }).length, 1, source);
    assert.equal(violationsOf({ "packages/server/src/base/a.test.ts": source }).length, 1, source);
  }
});

test("the package's index is a layer of its own", () => {
  const index = `export { B } from "./base/b.ts";`;
  assert.equal(violationsOf({ "packages/server/src/index.ts": index }).length, 1);
});

test("a folder that layers.json does not list is named once", () => {
  const files = { "packages/server/src/new/a.ts": "", "packages/server/src/new/b.ts": "" };
  assert.deepEqual(violationsOf(files), [
    "packages/server/src/new:0: is not listed in layers.json",
  ]);
});

test("a room further down has a law of its own", () => {
  const doors = "packages/server/src/doors";
  const cases: readonly (readonly [path: string, specifier: string, complaint: RegExp | null])[] = [
    ["frame/a.ts", "./b.ts", null],
    ["frame/a.ts", "../oak/b.ts", /^doors\/frame must not import doors\/oak /],
    ["oak/lock/a.ts", "../../frame/b.ts", null],
    ["oak/lock/deep/a.ts", "../b.ts", null],
    ["oak/lock/a.ts", "../../../engine/b.ts", /^doors\/oak\/lock must not import engine /],
    ["oak/lock/a.ts", "../b.ts", /^doors\/oak\/lock must not import doors\/oak /],
    ["oak/lock/a.ts", "@nereid/protocol", /^doors\/oak\/lock must not import @nereid\/protocol /],
    ["oak/lock/a.test.ts", "@nereid/protocol", null],
    ["oak/a.ts", "./lock/b.ts", null],
    ["oak/deep/a.ts", "../../../engine/b.ts", null],
    ["steel/a.ts", "../oak/lock/b.ts", /^doors\/steel must not import doors\/oak\/lock /],
    ["steel/a.ts", "../new/b.ts", /^doors\/steel must not import doors\/new /],
    ["../house/a.ts", "../doors/oak/lock/b.ts", null],
    ["../engine/a.ts", "../doors/frame/b.ts", /^engine must not import doors\/frame /],
  ];
  for (const [path, specifier, complaint] of cases) {
    const file = posix.join(doors, path);
    const found = violationsOf({ [file]: `import { x } from "${specifier}";` });
    assert.equal(found.length, complaint === null ? 0 : 1, `${path}: ${found.join()}`);
    if (complaint !== null) {
      assert.match(found.join().slice(`${file}:1: `.length), complaint);
    }
  }
});

test("beside rooms that are listed further down, another is named where it would be", () => {
  const files = {
    "packages/server/src/doors/a.ts": "",
    "packages/server/src/doors/new/deep/a.ts": "",
    "packages/server/src/doors/new/b.ts": "",
  };
  assert.deepEqual(violationsOf(files), [
    "packages/server/src/doors/a.ts:0: is not listed in layers.json",
    "packages/server/src/doors/new:0: is not listed in layers.json",
  ]);
});

test("packages of ours are imported where the layers list them", () => {
  const source = `import type { A } from "@nereid/protocol";`;
  assert.deepEqual(violationsOf({ "packages/server/src/model/a.ts": source }), []);
  assert.deepEqual(violationsOf({ "packages/server/src/base/a.ts": source }), [
    "packages/server/src/base/a.ts:1: base must not import @nereid/protocol (it may import nothing)",
  ]);
});

test("a list that names rooms by the folder around them stands above all of them", () => {
  const layers = {
    "packages/server/src": { "doors/oak": [], house: ["doors"], "doors/steel": [] },
  };
  assert.deepEqual(violationsOf({}, layers), [
    "layers.json:0: packages/server/src: house lists doors, which does not stand before it",
  ]);
});

test("layers.json itself must be a stack", () => {
  const layers = { "packages/server/src": { base: ["model"], model: ["base"] } };
  assert.deepEqual(violationsOf({}, layers), [
    "layers.json:0: packages/server/src: base lists model, which does not stand before it",
  ]);
});

test("a relative import must not leave its package, the examples or the test data", () => {
  const bad = {
    "packages/server/src/engine/a.ts": `import { x } from "../../../protocol/src/x.ts";`,
    "examples/a.ts": `import { x } from "../packages/protocol/src/index.ts";`,
    "testdata/a.ts": `import { x } from "../tools/x.ts";`,
    "packages/server/bench/a.ts": `import { x } from "../../../tools/x.ts";`,
    "packages/server/src/engine/b.ts": `import { preparePython } from "../../../../tools/python-environment.ts";`,
  };
  assert.equal(violationsOf(bad).length, 5);
  const good = {
    "packages/server/bench/a.ts": `import { x } from "../src/engine/x.ts";`,
    "packages/server/src/base/a.fuzz.test.ts": `import { fuzzOptions } from "../../../../tools/fuzz-options.ts";`,
    "tools/a.ts": `import { x } from "../packages/server/src/cli/flags.ts";`,
    "examples/a.ts": `import { preparePython } from "../tools/python-environment.ts";`,
    "packages/server/bench/b.ts": `import { preparePython } from "../../../tools/python-environment.ts";`,
    "packages/server/src/base/testing/b.ts": `import { readProgramOptions } from "../../../../../tools/program-options.ts";`,
  };
  assert.deepEqual(violationsOf(good), []);
});

test("what is for tests is imported by tests and benchmarks only", () => {
  const source = `import { Fake } from "./testing/fake.ts";`;
  assert.equal(violationsOf({ "packages/server/src/base/a.ts": source }).length, 1);
  assert.deepEqual(violationsOf({ "packages/server/src/base/a.test.ts": source }), []);
  const bench = `import { Fake } from "../src/base/testing/fake.ts";`;
  assert.deepEqual(violationsOf({ "packages/server/bench/a.ts": bench }), []);
});

test("manifests follow the layers and share one version", () => {
  const cases: readonly (readonly [manifest: string, complaint: RegExp])[] = [
    [
      `{"name":"@nereid/protocol","version":"1.0.0","devDependencies":{"@nereid/server":"1.0.0"}}`,
      /must not depend on @nereid\/server/,
    ],
    [`{"name":"@nereid/other","version":"1.0.0"}`, /must be named @nereid\/protocol/],
    [
      `{"name":"@nereid/protocol","version":"0.9.0"}`,
      /must have the version of the repository, 1\.0\.0/,
    ],
  ];
  for (const [manifest, complaint] of cases) {
    assert.match(
      violationsOf({ "packages/protocol/package.json": manifest }).join("\n"),
      complaint,
    );
  }
  const loose = `{"name":"@nereid/server","version":"1.0.0","dependencies":{"@nereid/protocol":"^1.0.0"}}`;
  assert.match(
    violationsOf({ "packages/server/package.json": loose }).join(),
    /at 1\.0\.0, not \^1\.0\.0/,
  );
  const unlisted = { "packages/new/package.json": `{"name":"@nereid/new","version":"1.0.0"}` };
  assert.match(violationsOf(unlisted).join(), /the package new is not listed/);
});
