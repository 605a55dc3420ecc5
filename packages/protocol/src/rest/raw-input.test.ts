import assert from "node:assert/strict";
import { test } from "node:test";
import type { Datatype } from "../tensor/datatype.ts";
import { decodeInferRequest } from "./decode-infer-request.ts";
import type { DecodedInput } from "./decoded-infer-request.ts";
import { resolveRawInput } from "./raw-input.ts";

function resolve(
  body: Uint8Array,
  inputs: readonly (readonly [Datatype, readonly number[]])[],
  batchSizeMax = 0,
): DecodedInput {
  const request = decodeInferRequest(body, 0, { modelName: "m", inputSizeMax: 1 << 20 });
  return resolveRawInput(request, {
    name: "m",
    batchSizeMax,
    inputs: inputs.map(([datatype, dims], index) => ({ name: `I${index}`, datatype, dims })),
  });
}

test("the wildcard takes what the bytes leave; a batch dimension is 1", () => {
  for (const [size, datatype, dims, batchSizeMax, shape] of [
    [12, "FP32", [-1], 0, [3]],
    [12, "FP32", [-1], 8, [1, 3]],
    [24, "INT16", [2, -1, 3], 0, [2, 2, 3]],
    [7, "INT16", [-1], 0, [3]],
    [0, "FP64", [-1], 0, [0]],
    [5, "FP32", [4, 4], 0, [4, 4]],
  ] as const) {
    const body = new Uint8Array(size);
    const input = resolve(body, [[datatype, dims]], batchSizeMax);
    assert.deepEqual([input.name, input.datatype, input.shape], ["I0", datatype, shape]);
    assert.equal(input.bytes, body);
  }
});

test("a BYTES input is one element with its length", () => {
  const input = resolve(Uint8Array.of(65, 66), [["BYTES", [1, 1]]], 4);
  assert.deepEqual([...input.bytes], [2, 0, 0, 0, 65, 66]);
  assert.deepEqual(input.shape, [1, 1, 1]);
});

test("an input that cannot be told is refused", () => {
  const prefix = "[request id: <id_unknown>] ";
  const bytesMessage = `${prefix}For BYTE datatype raw input 'I0', the model must have input shape [1]`;
  for (const [inputs, message] of [
    [
      [
        ["FP32", [1]],
        ["FP32", [1]],
      ],
      `${prefix}Raw request must only have 1 input (found 1) to be deduced but got 2 inputs in 'm' model configuration`,
    ],
    [
      [["FP32", [-1, 2, -1]]],
      `${prefix}The shape of the raw input 'I0' can not be deduced because there are more than one variable-sized dimension`,
    ],
    [[["BYTES", [2]]], bytesMessage],
    [[["BYTES", [-1]]], bytesMessage],
  ] as const) {
    assert.throws(() => resolve(new Uint8Array(4), inputs), { message });
  }
});
