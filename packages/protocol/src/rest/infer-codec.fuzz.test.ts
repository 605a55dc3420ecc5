// Tests the REST codecs against each other, and the request decoder with whatever a client may send.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import { encodeBytesTensor } from "../tensor/bytes-tensor.ts";
import { DATATYPES, type Datatype, datatypeByteSize } from "../tensor/datatype.ts";
import { TritonError } from "../triton-error.ts";
import { ByteWriter } from "./byte-writer.ts";
import { decodeInferRequest } from "./decode-infer-request.ts";
import { decodeInferResponse } from "./decode-infer-response.ts";
import { DecodedInferRequest, RequestedOutput } from "./decoded-infer-request.ts";
import { type ClientInput, encodeInferRequest } from "./encode-infer-request.ts";
import { encodeInferResponse } from "./encode-infer-response.ts";
import { InferResponseTemplate } from "./infer-response-template.ts";

const INPUT_SIZE_MAX = 1 << 16;
const golden = JSON.parse(
  readFileSync(new URL("../../testdata/infer-codec.golden.json", import.meta.url), "utf8"),
) as { readonly cases: readonly { readonly body: string | { readonly base64: string } }[] };
const bodies = golden.cases.map(({ body }) =>
  typeof body === "string" ? Buffer.from(body, "latin1") : Buffer.from(body.base64, "base64"),
);

/** Decodes anything: what comes out must be sound, and an error must be one of ours. */
function decodeAnything(body: Uint8Array, headerSize: number | null): void {
  let request: DecodedInferRequest;
  try {
    request = decodeInferRequest(body, headerSize, {
      modelName: "m",
      inputSizeMax: INPUT_SIZE_MAX,
    });
  } catch (error) {
    assert.ok(error instanceof TritonError, String(error));
    assert.ok(error.message.length < 2 * body.byteLength + 1000);
    return;
  }
  for (const { bytes, datatype, shape, sharedMemory } of request.inputs) {
    const isView = bytes.buffer === body.buffer;
    assert.ok(isView || bytes.byteLength <= INPUT_SIZE_MAX);
    const isCounted = !isView && sharedMemory === null && datatype !== "BYTES" && !request.isRaw;
    if (isCounted && datatype !== "<invalid>" && bytes.byteLength > 0) {
      const count = shape.reduce((product, dimension) => product * dimension, 1);
      assert.equal(bytes.byteLength, count * datatypeByteSize(datatype));
    }
  }
}

test("recorded requests with bytes changed decode or are refused", () => {
  const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
  const copies = fc.tuple(fc.nat(), fc.nat(), fc.nat({ max: 40 }));
  fc.assert(
    fc.property(
      fc.constantFrom(...bodies),
      fc.array(change, { maxLength: 4 }),
      fc.array(copies, { maxLength: 2 }),
      fc.option(fc.nat({ max: 300 })),
      (original, changes, moves, headerSize) => {
        const body = Uint8Array.from(original);
        const size = Math.max(1, body.byteLength);
        for (const [from, to, length] of moves) {
          body.copyWithin(to % size, from % size, (from % size) + length);
        }
        for (const [position, byte] of changes) {
          body[position % size] = byte;
        }
        decodeAnything(body, headerSize === null ? null : headerSize % (body.byteLength + 1));
      },
    ),
    fuzzOptions(),
  );
});

test("any bytes decode or are refused", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.option(fc.nat({ max: 80 })), (body, size) => {
      decodeAnything(body, size === null ? null : size % (body.byteLength + 1));
    }),
    fuzzOptions(),
  );
});

/** A tensor of any datatype, with bytes that fit its shape. */
const tensors: fc.Arbitrary<ClientInput> = fc
  .record({
    datatype: fc.constantFrom(...DATATYPES),
    shape: fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 3 }),
    seed: fc.uint8Array({ minLength: 1, maxLength: 64 }),
    isBinary: fc.boolean(),
    name: fc.string({ unit: "binary", minLength: 1, maxLength: 8 }),
  })
  .map(({ datatype, shape, seed, isBinary, name }) => ({
    name: name.toWellFormed().replaceAll("\0", "0"),
    datatype,
    shape,
    bytes: bytesFor(datatype, shape, seed),
    isBinary: isBinary || datatype === "FP16" || datatype === "BF16",
  }));

function bytesFor(datatype: Datatype, shape: readonly number[], seed: Uint8Array): Uint8Array {
  const count = shape.reduce((product, dimension) => product * dimension, 1);
  if (datatype === "BYTES") {
    return encodeBytesTensor(
      Array.from({ length: count }, (_, index) => seed.subarray(index % seed.length)),
    );
  }
  const bytes = Uint8Array.from(
    { length: count * datatypeByteSize(datatype) },
    (_, index) => seed[index % seed.length] ?? 0,
  );
  if (datatype === "BOOL") {
    return bytes.map((byte) => byte & 1);
  }
  return withoutNan(datatype, bytes);
}

/** A NaN loses its bits on the way through JSON. */
function withoutNan(datatype: Datatype, bytes: Uint8Array): Uint8Array {
  const values =
    datatype === "FP32"
      ? new Float32Array(bytes.buffer)
      : datatype === "FP64"
        ? new Float64Array(bytes.buffer)
        : null;
  values?.forEach((value, index) => {
    values[index] = Number.isNaN(value) ? 0 : value;
  });
  return bytes;
}

/** FP64 may lose its last bits where rapidjson reads it; everything else is exact. */
function assertSameBytes(actual: Uint8Array, input: ClientInput): void {
  if (input.datatype !== "FP64" || input.isBinary) {
    assert.deepEqual([...actual], [...input.bytes]);
    return;
  }
  const expected = new Float64Array(input.bytes.slice().buffer);
  new Float64Array(actual.slice().buffer).forEach((value, index) => {
    const wanted = expected[index]!;
    const tolerance = Math.max(Math.abs(wanted) * 2 ** -50, Number.MIN_VALUE * 4);
    assert.ok(value === wanted || Math.abs(value - wanted) <= tolerance, `${value} for ${wanted}`);
  });
}

test("a request that our client encodes decodes to the same tensors", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(tensors, { maxLength: 3, selector: ({ name }) => name }),
      fc.string({ unit: "grapheme", maxLength: 8 }),
      (inputs, id) => {
        const { body, headerSize } = encodeInferRequest({
          id: id.replaceAll("\0", "0"),
          inputs,
          outputs: [],
          parameters: new Map([["key", id.replaceAll("\0", "0")]]),
        });
        const request = decodeInferRequest(body, headerSize, {
          modelName: "m",
          inputSizeMax: 1 << 20,
        });
        assert.equal(request.id, id.replaceAll("\0", "0"));
        assert.equal(request.inputs.length, inputs.length);
        inputs.forEach((input, index) => {
          const decoded = request.inputs[index]!;
          assert.deepEqual(
            [decoded.name, decoded.datatype, decoded.shape],
            [input.name, input.datatype, input.shape],
          );
          assertSameBytes(decoded.bytes, input);
        });
      },
    ),
    fuzzOptions(),
  );
});

test("a response that the server encodes decodes to the same tensors", () => {
  const template = new InferResponseTemplate({
    name: "m",
    versionText: "1",
    batchSizeMax: 0,
    outputs: [],
  });
  fc.assert(
    fc.property(
      fc.uniqueArray(tensors, { maxLength: 3, selector: ({ name }) => name }),
      (outputs) => {
        const request = new DecodedInferRequest();
        for (const { name, isBinary } of outputs) {
          request.outputs.push(new RequestedOutput(name, isBinary, 0, null));
        }
        const writer = new ByteWriter(1);
        const parts = encodeInferResponse(writer, template, request, { outputs, parameters: null });
        const body = Buffer.concat([writer.bytes.subarray(0, writer.position), ...parts]);
        const response = decodeInferResponse(body, parts.length > 0 ? writer.position : null);
        outputs.forEach((output, index) => {
          assertSameBytes(response.outputs[index]!.bytes, output);
        });
      },
    ),
    fuzzOptions(),
  );
});
