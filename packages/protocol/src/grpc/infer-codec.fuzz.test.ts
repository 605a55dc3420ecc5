// Tests the gRPC codecs against the generated messages of @bufbuild/protobuf, and the decoder with whatever may be sent.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import {
  type InferParameter,
  type ModelInferRequest,
  ModelInferRequestSchema,
} from "../gen/inference/grpc_service_pb.ts";
import { TritonError } from "../triton-error.ts";
import { decodeModelInferRequest } from "./decode-model-infer-request.ts";
import type { DecodedGrpcInferRequest, GrpcParameters } from "./decoded-grpc-infer-request.ts";
import { inferRequestFromGrpc } from "./infer-request-from-grpc.ts";
import type { TensorContents } from "./tensor-contents.ts";
import { walkMessage } from "./testing/wire-walk.ts";
import { WireFormatError } from "./wire-format-error.ts";

const KINDS = ["none", "boolParam", "int64Param", "stringParam", "doubleParam", "uint64Param"];

/** Both forms of a request as one plain form, to be compared. */
function plainOurs(request: DecodedGrpcInferRequest): unknown {
  return {
    texts: [request.modelName, request.modelVersion, request.id],
    parameters: plainParameters(request.parameters),
    inputs: request.inputs.map(({ name, datatype, shape, parameters, contents }) => ({
      name,
      datatype,
      shape: [...shape],
      parameters: plainParameters(parameters),
      contents: contents === null ? null : plainContents(contents),
    })),
    outputs: request.outputs.map(({ name, parameters }) => ({
      name,
      parameters: plainParameters(parameters),
    })),
    raw: request.rawInputContents.map(hex),
  };
}

function plainParameters(parameters: GrpcParameters): unknown {
  const entries = [...(parameters ?? [])];
  return entries.map(([key, { kind, value }]) => [key, KINDS[kind], value]).sort(byKey);
}

function plainContents(contents: TensorContents): unknown {
  const aligned = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;
  return [
    [...contents.bools].map((byte) => byte === 1),
    [...new Int32Array(aligned(contents.ints))],
    [...new BigInt64Array(aligned(contents.int64s))],
    [...new Uint32Array(aligned(contents.uints))],
    [...new BigUint64Array(aligned(contents.uint64s))],
    [...new Float32Array(aligned(contents.fp32s))],
    [...new Float64Array(aligned(contents.fp64s))],
    hex(contents.byteStrings),
  ];
}

function plainGenerated(request: ModelInferRequest): unknown {
  const parametersOf = (parameters: Readonly<Record<string, InferParameter>>): unknown =>
    Object.entries(parameters)
      .map(([key, { parameterChoice: choice }]) => [
        key,
        choice.case ?? "none",
        choice.case === undefined ? null : choice.value,
      ])
      .sort(byKey);
  return {
    texts: [request.modelName, request.modelVersion, request.id],
    parameters: parametersOf(request.parameters),
    inputs: request.inputs.map(({ name, datatype, shape, parameters, contents }) => ({
      name,
      datatype,
      shape: shape.map(Number),
      parameters: parametersOf(parameters),
      contents:
        contents === undefined
          ? null
          : [
              contents.boolContents,
              contents.intContents,
              contents.int64Contents,
              contents.uintContents,
              contents.uint64Contents,
              contents.fp32Contents,
              contents.fp64Contents,
              contents.bytesContents.map(prefixed).join(""),
            ],
    })),
    outputs: request.outputs.map(({ name, parameters }) => ({
      name,
      parameters: parametersOf(parameters),
    })),
    raw: request.rawInputContents.map(hex),
  };
}

function byKey([left]: unknown[], [right]: unknown[]): number {
  return String(left) < String(right) ? -1 : 1;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function prefixed(bytes: Uint8Array): string {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32LE(bytes.byteLength);
  return prefix.toString("hex") + hex(bytes);
}

const texts = fc
  .oneof(fc.constantFrom("", "INPUT0", "FP32", "sequence_id"), fc.string({ unit: "binary" }))
  .map((text) => text.toWellFormed());
const int64s = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const uint64s = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const parameter = fc
  .oneof(
    fc.constant({ case: undefined }),
    fc.record({ case: fc.constant("boolParam" as const), value: fc.boolean() }),
    fc.record({ case: fc.constant("int64Param" as const), value: int64s }),
    fc.record({ case: fc.constant("stringParam" as const), value: texts }),
    fc.record({ case: fc.constant("doubleParam" as const), value: fc.double() }),
    fc.record({ case: fc.constant("uint64Param" as const), value: uint64s }),
  )
  .map((parameterChoice) => ({ parameterChoice }));
const parameters = fc.dictionary(texts, parameter, { maxKeys: 3 });
const few = { maxLength: 4 };
const contents = fc.record(
  {
    boolContents: fc.array(fc.boolean(), few),
    intContents: fc.array(fc.integer(), few),
    int64Contents: fc.array(int64s, few),
    uintContents: fc.array(fc.nat({ max: 2 ** 32 - 1 }), few),
    uint64Contents: fc.array(uint64s, few),
    fp32Contents: fc.array(fc.float(), few),
    fp64Contents: fc.array(fc.double(), few),
    bytesContents: fc.array(fc.uint8Array(), few),
  },
  { requiredKeys: [] },
);
const input = fc.record(
  { name: texts, datatype: texts, shape: fc.array(int64s, few), parameters, contents },
  { requiredKeys: [] },
);
const requests: fc.Arbitrary<MessageInitShape<typeof ModelInferRequestSchema>> = fc.record(
  {
    modelName: texts,
    modelVersion: texts,
    id: texts,
    parameters,
    inputs: fc.array(input, few),
    outputs: fc.array(fc.record({ name: texts, parameters }, { requiredKeys: [] }), few),
    rawInputContents: fc.array(fc.uint8Array(), few),
  },
  { requiredKeys: [] },
);
const encoded = requests.map((init) =>
  toBinary(ModelInferRequestSchema, create(ModelInferRequestSchema, init)),
);

test("requests that the generated messages encode decode to the same, also in pieces", () => {
  fc.assert(
    fc.property(fc.array(encoded, { minLength: 1, maxLength: 2 }), (pieces) => {
      const bytes = Buffer.concat(pieces);
      assert.deepEqual(
        plainOurs(decodeModelInferRequest(bytes)),
        plainGenerated(fromBinary(ModelInferRequestSchema, bytes)),
      );
    }),
    fuzzOptions(),
  );
});

/**
 * Bytes of which anything may be wrong. They must be taken exactly if protobuf's rules say so; what they mean is then what the
 * generated messages read, unless parsers differ there.
 */
function decodeAnything(bytes: Uint8Array): void {
  const verdict = walkMessage(ModelInferRequestSchema, bytes);
  let request: DecodedGrpcInferRequest;
  try {
    request = decodeModelInferRequest(bytes);
  } catch (error) {
    assert.ok(error instanceof WireFormatError, String(error));
    assert.equal(verdict, "malformed", error.message);
    return;
  }
  assert.notEqual(verdict, "malformed");
  if (verdict === "well-formed") {
    const generated = fromBinary(ModelInferRequestSchema, bytes);
    assert.deepEqual(plainOurs(request), plainGenerated(generated));
  }
  assertBounded(request, bytes);
  convertAnything(request, bytes);
}

/** Explicit contents take at most 8 bytes for one of the message (an int64 that is 0), and as much again for growing. */
function assertBounded({ inputs }: DecodedGrpcInferRequest, bytes: Uint8Array): void {
  const buffers = new Set<ArrayBufferLike>();
  for (const { contents } of inputs) {
    if (contents !== null) {
      const { bools, ints, int64s, uints, uint64s, fp32s, fp64s, byteStrings } = contents;
      for (const list of [bools, ints, int64s, uints, uint64s, fp32s, fp64s, byteStrings]) {
        buffers.add(list.buffer);
      }
    }
  }
  buffers.delete(bytes.buffer);
  const byteSize = [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
  assert.ok(byteSize <= 16 * bytes.byteLength + 64 * buffers.size);
}

function convertAnything(request: DecodedGrpcInferRequest, bytes: Uint8Array): void {
  try {
    const { inputs } = inferRequestFromGrpc(request);
    assert.equal(inputs.length, request.inputs.length);
  } catch (error) {
    assert.ok(error instanceof TritonError, String(error));
    assert.ok(error.message.length < bytes.byteLength + 300);
  }
}

const golden = JSON.parse(
  readFileSync(new URL("../../testdata/grpc-codec.golden.json", import.meta.url), "utf8"),
) as { readonly cases: readonly { readonly request: string }[] };
const recorded = golden.cases.map(({ request }) => Buffer.from(request, "base64"));

test("requests with bytes changed decode or are refused as protobuf's rules say", () => {
  const byte = fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(0, 1, 0x0a, 0x12, 0x2a, 0x3a, 0x3b, 0x3c, 0x80, 0xff),
  );
  const change = fc.tuple(fc.nat(), byte);
  const copies = fc.tuple(fc.nat(), fc.nat(), fc.nat({ max: 20 }));
  fc.assert(
    fc.property(
      fc.oneof(encoded, fc.constantFrom(...recorded)),
      fc.array(change, { maxLength: 4 }),
      fc.array(copies, { maxLength: 2 }),
      fc.option(fc.nat()),
      (original, changes, moves, cut) => {
        const bytes = Uint8Array.from(original);
        const size = Math.max(1, bytes.byteLength);
        for (const [from, to, length] of moves) {
          bytes.copyWithin(to % size, from % size, (from % size) + length);
        }
        for (const [position, value] of changes) {
          bytes[position % size] = value;
        }
        decodeAnything(cut === null ? bytes : bytes.subarray(0, cut % (size + 1)));
      },
    ),
    fuzzOptions(),
  );
});

test("any bytes decode or are refused as protobuf's rules say", () => {
  const tags = fc.constantFrom(0x0a, 0x12, 0x1a, 0x22, 0x2a, 0x32, 0x3a, 0x08, 0x7b, 0x7c, 0, 1, 2);
  const bytes = fc.array(fc.oneof(tags, fc.integer({ min: 0, max: 255 })), { maxLength: 60 });
  fc.assert(
    fc.property(bytes, (values) => decodeAnything(Uint8Array.from(values))),
    fuzzOptions(),
  );
});
