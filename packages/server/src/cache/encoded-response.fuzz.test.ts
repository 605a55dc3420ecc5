import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeBytesTensor, type ParameterValue } from "@nereid/protocol";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import { InferenceResponse } from "../model/response.ts";
import { Tensor } from "../model/tensor.ts";
import { decodeResponse, encodeResponse } from "./encoded-response.ts";

const OUTPUT = fc.oneof(
  fc
    .tuple(fc.string(), fc.uint8Array({ maxLength: 50 }))
    .map(([name, bytes]) => new Tensor(name, "UINT8", [bytes.byteLength, 1], bytes, null)),
  fc
    .tuple(fc.string(), fc.array(fc.string(), { maxLength: 5 }))
    .map(
      ([name, texts]) => new Tensor(name, "BYTES", [texts.length], encodeBytesTensor(texts), null),
    ),
);
const PARAMETER: fc.Arbitrary<ParameterValue> = fc.oneof(
  fc.string(),
  fc.boolean(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
);
const RESPONSE = fc
  .tuple(
    fc.array(OUTPUT, { maxLength: 4 }),
    fc.array(fc.tuple(fc.string(), PARAMETER), { maxLength: 3 }),
  )
  .map(([outputs, parameters]) => {
    const response = InferenceResponse.ok(outputs);
    response.parameters = parameters.length === 0 ? null : new Map(parameters);
    return response;
  });

test("what is decoded is what was encoded", () => {
  fc.assert(
    fc.property(RESPONSE, (response) => {
      const decoded = decodeResponse(encodeResponse(response));
      assert.ok(decoded);
      assert.deepEqual(
        decoded.outputs.map(({ name, datatype, shape, bytes }) => [
          name,
          datatype,
          shape,
          [...bytes],
        ]),
        response.outputs.map(({ name, datatype, shape, bytes }) => [
          name,
          datatype,
          shape,
          [...bytes],
        ]),
      );
      assert.deepEqual(decoded.parameters, response.parameters);
    }),
    fuzzOptions(),
  );
});

test("a damaged value is refused or read within its bounds, and nothing is thrown", () => {
  fc.assert(
    fc.property(
      RESPONSE,
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 }),
      fc.nat(),
      (response, changes, cut) => {
        const value = encodeResponse(response);
        for (const [position, byte] of changes) {
          value[position % value.byteLength] = byte;
        }
        decodeResponse(value);
        const length = cut % value.byteLength;
        assert.equal(decodeResponse(encodeResponse(response).subarray(0, length)), null);
      },
    ),
    fuzzOptions(),
  );
});

test("bytes that are no value are refused", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assert.equal(decodeResponse(Buffer.from(bytes)), null);
    }),
    fuzzOptions(),
  );
});
