import assert from "node:assert/strict";
import { test } from "node:test";
import { checkPlaces } from "./places.ts";
import { treeInMemory } from "./source-tree.ts";

function violationsOf(path: string, source: string): string[] {
  return [...checkPlaces(treeInMemory({ [path]: source }))].map((violation) => violation.message);
}

const SERVER = "packages/server/src";

/** A source, a file in which it is wrong, and a file in which it is right. */
const CASES: readonly (readonly [source: string, bad: string, good: string])[] = [
  [`import koffi from "koffi";`, "engine/a.ts", "ffi/ort/native.ts"],
  ["process.dlopen(module, path);", "backends/onnxruntime/a.ts", "ffi/ort/load.ts"],
  [`import { createServer } from "node:http";`, "engine/a.ts", "frontends/http/server.ts"],
  [`import http2 from "node:http2";`, "cli/a.ts", "frontends/grpc/server.ts"],
  [`import { connect } from "node:net";`, "repository/s3.ts", "frontends/http/server.ts"],
  [`import { connect } from "node:tls";`, "repository/s3.ts", "frontends/http/tls.ts"],
  ["const now = Date.now();", "engine/a.ts", "base/clock.ts"],
  ["const now = new Date();", "engine/a.ts", "base/clock.ts"],
  ["const now = performance.now();", "engine/a.ts", "ffi/native-thread/thread.ts"],
  ["setTimeout(f, 1);", "frontends/http/a.ts", "base/clock.ts"],
  ["setInterval(f, 1);", "metrics/a.ts", "base/clock.ts"],
  [`import { setTimeout as wait } from "node:timers/promises";`, "engine/a.ts", "base/clock.ts"],
  ["process.hrtime.bigint();", "engine/a.ts", "base/clock.ts"],
  ["Math.random();", "scheduling/a.ts", "base/random.ts"],
  [`const path = process.env["X"];`, "backends/onnxruntime/a.ts", "cli/environment.ts"],
  ["process.exit(1);", "engine/a.ts", "cli/main.ts"],
  ["const [, , path] = process.argv;", "engine/a.ts", "cli/main.ts"],
  ["console.log(1);", "engine/a.ts", "cli/main.ts"],
  [
    `import { ModelConfigSchema } from "../gen/model_config_pb.ts";`,
    "config/a.ts",
    "cli/x.test.ts",
  ],
  [`import { readFile } from "node:fs/promises";`, "scheduling/a.ts", "repository/local.ts"],
  [`import { readFile } from "node:fs/promises";`, "model/a.ts", "scheduling/a.test.ts"],
];

test("each thing is refused outside its place and allowed inside", () => {
  for (const [source, bad, good] of CASES) {
    assert.equal(violationsOf(`${SERVER}/${bad}`, source).length, 1, `${source} in ${bad}`);
    assert.deepEqual(violationsOf(`${SERVER}/${good}`, source), [], `${source} in ${good}`);
  }
});

test("generated messages are used inside protocol, not elsewhere", () => {
  const source = `import { Schema } from "../gen/inference/model_config_pb.ts";`;
  assert.deepEqual(violationsOf("packages/protocol/src/model-config/a.ts", source), []);
  assert.equal(violationsOf("packages/client/src/a.ts", source).length, 1);
});

test("tests, benchmarks, tools, examples and the conformance suite are not product code", () => {
  const source = `console.log(Date.now(), process.env["X"]);`;
  const paths = [
    `${SERVER}/engine/a.test.ts`,
    "packages/server/bench/main.ts",
    "packages/conformance/src/main.ts",
    "tools/a.ts",
    "examples/a.ts",
  ];
  for (const path of paths) {
    assert.deepEqual(violationsOf(path, source), [], path);
  }
});

test("what a comment or a string says is not what the code does", () => {
  const source = `// console.log\nconst text = "Date.now() and process.env";`;
  assert.deepEqual(violationsOf(`${SERVER}/engine/a.ts`, source), []);
});

test("the message names the line, the thing, the reason and the place", () => {
  const tree = treeInMemory({ [`${SERVER}/engine/a.ts`]: "const a = 1;\nDate.now();" });
  assert.deepEqual(
    [...checkPlaces(tree)],
    [
      {
        path: `${SERVER}/engine/a.ts`,
        line: 2,
        message:
          "Date.now: time comes from a Clock, so that tests and simulations own it (allowed in packages/server/src/base)",
      },
    ],
  );
});
