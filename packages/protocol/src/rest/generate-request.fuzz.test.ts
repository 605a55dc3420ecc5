import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import { StatusCode } from "../status-code.ts";
import { type Datatype, datatypeByteSize } from "../tensor/datatype.ts";
import { TritonError } from "../triton-error.ts";
import { decodeGenerateRequest, type GenerateModel } from "./generate-request.ts";

const NAMES = ["A", "B", "C", "parameters", "id"] as const;
const SIZE_MAX = 4096;

const dim = fc.constantFrom(-1, 1, 2, 3);
const input = fc.record({
  datatype: fc.constantFrom<Datatype>("BYTES", "FP32", "INT8", "UINT64", "BOOL", "FP16"),
  fullShape: fc.array(dim, { maxLength: 3 }),
});
const model: fc.Arbitrary<GenerateModel> = fc
  .dictionary(fc.constantFrom(...NAMES), input, { maxKeys: 4 })
  .map((inputs) => ({ inputsByName: new Map(Object.entries(inputs)) }));

const scalar = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.string(),
  fc.constant(null),
);
const value = fc.oneof(scalar, fc.array(scalar, { maxLength: 8 }), fc.array(fc.array(scalar)));
const members = fc.dictionary(fc.oneof(fc.constantFrom(...NAMES), fc.string()), value);
const document = fc
  .tuple(members, fc.option(members))
  .map(([outer, nested]) =>
    JSON.stringify(nested === null ? outer : { ...outer, parameters: nested }),
  );

/** Whether a tensor's bytes are those of its shape. */
function isWhole(datatype: Datatype, shape: readonly number[], bytes: Uint8Array): boolean {
  const count = shape.reduce((product, size) => product * size, 1);
  return datatype === "BYTES" || bytes.byteLength === count * datatypeByteSize(datatype);
}

test("any object either decodes into whole tensors that fit the model, or is refused", () => {
  fc.assert(
    fc.property(model, document, (known, json) => {
      const { inputs, parameters } = decodeOrRefuse(Buffer.from(json), known) ?? {};
      for (const { name, datatype, shape, bytes } of inputs ?? []) {
        const spec = known.inputsByName.get(name);
        assert.equal(datatype, spec?.datatype);
        if (bytes.byteLength === 0) {
          continue;
        }
        assert.ok(isWhole(datatype, shape, bytes));
        assert.equal(shape.length, spec?.fullShape.length);
        for (const [index, size] of shape.entries()) {
          const configured = spec?.fullShape[index];
          assert.ok(size > 0 && (configured === -1 || configured === size));
        }
      }
      for (const name of parameters?.keys() ?? []) {
        assert.ok(!known.inputsByName.has(name));
      }
    }),
    fuzzOptions(),
  );
});

test("damaged text never breaks the decoder", () => {
  fc.assert(
    fc.property(model, document, fc.nat(), fc.nat(255), (known, json, position, byte) => {
      const bytes = Buffer.from(json);
      bytes[position % bytes.byteLength] = byte;
      decodeOrRefuse(bytes, known);
    }),
    fuzzOptions(),
  );
});

function decodeOrRefuse(bytes: Uint8Array, known: GenerateModel) {
  try {
    return decodeGenerateRequest(bytes, known, SIZE_MAX);
  } catch (error) {
    assert.ok(error instanceof TritonError, String(error));
    assert.ok(error.code === StatusCode.Internal || error.code === StatusCode.InvalidArg);
    return null;
  }
}
