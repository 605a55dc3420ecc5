// Tests that the graphs of all builders hold together.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ELEMENT_TYPE_NUMBERS, type ElementType } from "../element-type.ts";
import { encodeModelParts } from "../encode-model.ts";
import type { Graph, OnnxModel } from "../model.ts";
import { addSubModel } from "./add-sub.ts";
import { batchProbeModel } from "./batch-probe.ts";
import { classifierModel } from "./classifier.ts";
import { convNetModel } from "./conv-net.ts";
import { nonZeroModel, reshapeModel } from "./data-dependent.ts";
import { encoderModel } from "./encoder.ts";
import { identityModel } from "./identity.ts";
import { matmulLoopModel } from "./matmul-loop.ts";
import { mlpModel } from "./mlp.ts";
import { optionalInputModel } from "./optional-input.ts";
import { recurrentModel } from "./recurrent.ts";
import { accumulatorModel, delayModel, historyModel } from "./stateful.ts";
import { tokenEncoderModel } from "./token-encoder.ts";
import { sequenceOutputModel, unknownOperatorModel } from "./unsupported.ts";

const MODELS: Readonly<Record<string, OnnxModel>> = {
  accumulator: accumulatorModel({ controls: { START: "BOOL", CORRID: "UINT64" } }),
  addSub: addSubModel(),
  addSubStrings: addSubModel({ elementType: "STRING", isBatched: true }),
  addSubCast: addSubModel({ outputType: "INT8" }),
  batchProbe: batchProbeModel({ size: 8 }),
  batchProbeDefault: batchProbeModel({ size: 8, width: "width", defaultCount: 1 }),
  classifier: classifierModel({ isBatched: true }),
  convNet: convNetModel({ flops: 2e9 }),
  delay: delayModel({ elementType: "STRING", isBatched: true }),
  encoder: encoderModel({ layers: 1, hidden: 24, heads: 2, vocabulary: 10 }),
  history: historyModel({ isBatched: true, state: { input: "past", output: "present" } }),
  identity: identityModel({ elementType: "BFLOAT16", dims: [], pairCount: 3 }),
  matmulLoop: matmulLoopModel({ iterations: 10, size: 8 }),
  matmulLoopCounted: matmulLoopModel({ iterations: "input", size: 8 }),
  mlp: mlpModel({ weightBytes: 1e6, width: 128 }),
  mlpExternal: mlpModel({ weightBytes: 1e6, width: 128, externalFile: "weights.bin" }),
  nonZero: nonZeroModel(),
  optionalInput: optionalInputModel(),
  recurrent: recurrentModel({ width: 8 }),
  reshape: reshapeModel(),
  sequenceOutput: sequenceOutputModel(),
  tokenEncoder: tokenEncoderModel({ layerCount: 2, maskType: "BOOL" }),
  tokenEncoderMean: tokenEncoderModel({ maskType: null }),
  unknownOperator: unknownOperatorModel(),
};

/** Every value must be made before it is used, and every output must be made. */
function assertConnected(graph: Graph, outer: ReadonlySet<string>): void {
  const known = new Set([
    ...outer,
    ...graph.inputs.map((input) => input.name),
    ...Object.keys(graph.initializers ?? {}),
  ]);
  for (const node of graph.nodes) {
    for (const input of node.inputs) {
      assert.ok(input === "" || known.has(input), `${graph.name}: '${input}' is not made yet`);
    }
    for (const value of Object.values(node.attributes ?? {})) {
      if ("graph" in value) {
        assertConnected(value.graph, known);
      }
    }
    for (const output of node.outputs) {
      assert.ok(!known.has(output), `${graph.name}: '${output}' is made twice`);
      known.add(output);
    }
  }
  for (const output of graph.outputs) {
    assert.ok(known.has(output.name), `${graph.name}: output '${output.name}' is not made`);
  }
}

for (const [name, model] of Object.entries(MODELS)) {
  test(`${name}: the graph is connected and can be encoded`, () => {
    assertConnected(model.graph, new Set());
    assert.ok(encodeModelParts(model).byteLength > 50);
  });
}

test("identity takes every element type", () => {
  for (const elementType of Object.keys(ELEMENT_TYPE_NUMBERS) as ElementType[]) {
    const model = identityModel({ elementType, dims: [2], isBatched: true });
    assert.equal(model.graph.inputs[0]?.elementType, elementType);
    assert.deepEqual(model.graph.outputs[0]?.dims, ["batch", 2]);
  }
});

test("the conv net states a number of operations near the one asked for", () => {
  for (const flops of [0.5e9, 2e9, 5e9]) {
    const stated = Number(convNetModel({ flops }).metadata?.["flops"]);
    assert.ok(Math.abs(stated - flops) < 0.12e9, `${stated} for ${flops}`);
  }
});

test("an MLP of 100 MB is encoded without making its weights", () => {
  const { byteLength, parts } = encodeModelParts(mlpModel({ weightBytes: 100e6 }));
  assert.ok(Math.abs(byteLength - 100e6) < 3e6, `${byteLength} bytes`);
  const inMemory = parts.reduce(
    (sum, part) => sum + (part instanceof Uint8Array ? part.byteLength : 0),
    0,
  );
  assert.ok(inMemory < 10_000, `${inMemory} bytes were made`);
});

test("the same options give the same bytes", () => {
  assert.deepEqual(encodeModelParts(addSubModel()).parts, encodeModelParts(addSubModel()).parts);
});

test("the batch probe takes COUNT as an optional input only where it has a default", () => {
  const required = batchProbeModel({ size: 8 }).graph;
  assert.equal(required.initializers?.["COUNT"], undefined);
  const optional = batchProbeModel({ size: 8, defaultCount: 3 }).graph;
  assert.notEqual(optional.initializers?.["COUNT"], undefined);
  assert.deepEqual(
    optional.inputs.map(({ name }) => name),
    ["INPUT0", "COUNT"],
  );
});
