import assert from "node:assert/strict";
import { test } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { ModelInferRequestSchema } from "../gen/inference/grpc_service_pb.ts";
import { decodeModelInferRequest } from "./decode-model-infer-request.ts";
import { encodeModelInferRequest } from "./encode-model-infer-request.ts";
import { WireFormatError } from "./wire-format-error.ts";

test("raw contents are views of the message, wherever it lies in its memory", () => {
  const input = {
    name: "A",
    datatype: "UINT8" as const,
    shape: [3],
    bytes: Uint8Array.of(1, 2, 3),
  };
  const message = encodeModelInferRequest({
    modelName: "m",
    modelVersion: "",
    id: "",
    inputs: [input],
    outputs: [],
    parameters: new Map(),
  });
  const memory = new Uint8Array(message.byteLength + 20);
  memory.set(message, 7);
  const request = decodeModelInferRequest(memory.subarray(7, 7 + message.byteLength));
  const [contents] = request.rawInputContents;
  assert.deepEqual([...contents!], [1, 2, 3]);
  assert.equal(contents!.buffer, memory.buffer);
  memory[7 + message.byteLength - 1] = 9;
  assert.deepEqual([...contents!], [1, 2, 9]);
});

test("packed floating-point contents are views, other contents are not", () => {
  const bytes = toBinary(
    ModelInferRequestSchema,
    create(ModelInferRequestSchema, {
      inputs: [{ contents: { fp32Contents: [1.5, 2] } }, { contents: { intContents: [-1, 2] } }],
    }),
  );
  const [floats, ints] = decodeModelInferRequest(bytes).inputs;
  assert.equal(floats!.contents!.fp32s.buffer, bytes.buffer);
  assert.deepEqual([...floats!.contents!.fp32s], [0, 0, 192, 63, 0, 0, 0, 64]);
  assert.notEqual(ints!.contents!.ints.buffer, bytes.buffer);
  assert.deepEqual([...ints!.contents!.ints], [255, 255, 255, 255, 2, 0, 0, 0]);
});

test("contents are read anew in each message, though their tensor is described alike", () => {
  const encode = (value: number): Uint8Array =>
    toBinary(
      ModelInferRequestSchema,
      create(ModelInferRequestSchema, {
        inputs: [{ name: "A", contents: { fp32Contents: [value] } }],
      }),
    );
  const first = encode(1);
  const second = encode(1);
  assert.equal(decodeModelInferRequest(first).inputs[0]!.contents!.fp32s.buffer, first.buffer);
  assert.equal(decodeModelInferRequest(second).inputs[0]!.contents!.fp32s.buffer, second.buffer);
});

test("a zero character is noticed in every message that has one", () => {
  const encode = (name: string): Uint8Array =>
    toBinary(
      ModelInferRequestSchema,
      create(ModelInferRequestSchema, { inputs: [{ name }], outputs: [{ name }] }),
    );
  for (let round = 0; round < 3; round++) {
    assert.equal(decodeModelInferRequest(encode("a\0b")).hasZeroCharacter, true);
    assert.equal(decodeModelInferRequest(encode("ab")).hasZeroCharacter, false);
  }
});

test("an empty message is a request without anything", () => {
  const request = decodeModelInferRequest(new Uint8Array(0));
  assert.deepEqual(
    [request.modelName, request.id, request.parameters, request.inputs, request.outputs],
    ["", "", null, [], []],
  );
});

test("every message that is cut off within a field is refused, with the place", () => {
  const bytes = encodeModelInferRequest({
    modelName: "model",
    modelVersion: "1",
    id: "é",
    inputs: [{ name: "A", datatype: "UINT8", shape: [300], bytes: new Uint8Array(300) }],
    outputs: [{ name: "B", classCount: 2 }],
    parameters: new Map<string, string | bigint>([
      ["a", "x"],
      ["b", 2n ** 64n - 1n],
    ]),
  });
  let accepted = 0;
  for (let size = 0; size < bytes.byteLength; size++) {
    try {
      decodeModelInferRequest(bytes.subarray(0, size));
      accepted++;
    } catch (error) {
      assert.ok(error instanceof WireFormatError, String(error));
      assert.ok(error.offset <= size);
    }
  }
  // In front of each of the eight fields.
  assert.equal(accepted, 8);
});
