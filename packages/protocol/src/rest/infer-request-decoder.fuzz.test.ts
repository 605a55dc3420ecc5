import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import { TritonError } from "../triton-error.ts";
import { decodeInferRequest } from "./decode-infer-request.ts";
import type { DecodedInferRequest } from "./decoded-infer-request.ts";
import { InferRequestDecoder } from "./infer-request-decoder.ts";

const CONTEXT = { modelName: "m", inputSizeMax: 4096 };

/** A result or an error in a form that can be compared. */
function outcome(decode: () => DecodedInferRequest): unknown {
  try {
    const request = decode();
    return {
      ...Object.fromEntries(Object.entries(request)),
      inputs: request.inputs.map((input) => ({
        ...Object.fromEntries(Object.entries(input)),
        bytes: [...input.bytes],
      })),
    };
  } catch (error) {
    assert.ok(error instanceof TritonError);
    return { code: error.code, message: error.message };
  }
}

const tensor = fc.record({
  name: fc.constantFrom("A", "B", "C"),
  datatype: fc.constantFrom("UINT8", "FP32", "NOPE"),
  shape: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }),
  size: fc.integer({ min: 0, max: 12 }),
  kind: fc.constantFrom("binary", "binary", "binary", "json", "shared"),
});

function jsonOf(
  tensors: readonly { readonly kind: string; readonly size: number; readonly name: string }[],
  extra: object,
): string {
  const inputs = tensors.map(({ kind, size, ...rest }) => ({
    ...rest,
    ...(kind === "binary" ? { parameters: { binary_data_size: size } } : {}),
    ...(kind === "json" ? { data: Array.from({ length: size }, () => 1) } : {}),
    ...(kind === "shared"
      ? { parameters: { shared_memory_region: "r", shared_memory_byte_size: size } }
      : {}),
  }));
  return JSON.stringify({ inputs, outputs: [{ name: "O" }], ...extra });
}

const extras = fc.constantFrom(
  {},
  {},
  { id: "one" },
  { parameters: { custom: 1 } },
  { parameters: { sequence_id: 7, sequence_start: true, priority: 2, timeout: 5 } },
);

test("a decoder that remembers gives what one that does not gives", () => {
  const requests = fc.array(
    fc.tuple(fc.array(tensor, { minLength: 1, maxLength: 3 }), extras, fc.nat(3)),
    { minLength: 1, maxLength: 4 },
  );
  const order = fc.array(fc.tuple(fc.nat(3), fc.nat(255)), { minLength: 1, maxLength: 24 });
  fc.assert(
    fc.property(requests, order, (kinds, calls) => {
      const decoder = new InferRequestDecoder(CONTEXT.inputSizeMax);
      for (const [choice, seed] of calls) {
        const [tensors, extra, surplus] = kinds[choice % kinds.length]!;
        const json = Buffer.from(jsonOf(tensors, extra));
        const tailSize = tensors.reduce(
          (sum, { kind, size }) => sum + (kind === "binary" ? size : 0),
          surplus === 0 ? (seed % 7 === 0 ? 1 : 0) : 0,
        );
        const tail = Buffer.from(
          Array.from({ length: tailSize }, (_, index) => (seed + index) & 255),
        );
        const body = Buffer.concat([json, tail]);
        assert.deepEqual(
          outcome(() => decoder.decode(body, json.byteLength, CONTEXT.modelName)),
          outcome(() => decodeInferRequest(body, json.byteLength, CONTEXT)),
        );
      }
    }),
    fuzzOptions(),
  );
});

test("what is remembered holds nothing of the body it came with", () => {
  const json = Buffer.from(
    '{"inputs":[{"name":"A","datatype":"UINT8","shape":[2],"parameters":{"binary_data_size":2}}]}',
  );
  const decoder = new InferRequestDecoder(4096);
  const first = Buffer.concat([json, Buffer.from([1, 2])]);
  assert.deepEqual([...decoder.decode(first, json.byteLength, "m").inputs[0]!.bytes], [1, 2]);
  first.fill(0x20);
  const second = Buffer.concat([json, Buffer.from([3, 4])]);
  const request = decoder.decode(second, json.byteLength, "m");
  assert.deepEqual([...request.inputs[0]!.bytes], [3, 4]);
  assert.equal(request.inputs[0]!.bytes.buffer, second.buffer);
});
