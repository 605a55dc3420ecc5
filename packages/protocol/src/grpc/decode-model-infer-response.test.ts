import assert from "node:assert/strict";
import { test } from "node:test";
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  ModelInferResponse_InferOutputTensorSchema,
  ModelInferResponseSchema,
  ModelStreamInferResponseSchema,
} from "../gen/inference/grpc_service_pb.ts";
import { TritonError } from "../triton-error.ts";
import {
  decodeModelInferResponse,
  decodeModelStreamInferResponse,
} from "./decode-model-infer-response.ts";
import { encodeStreamError } from "./encode-stream-messages.ts";

function encode(init: MessageInitShape<typeof ModelInferResponseSchema>): Uint8Array {
  return toBinary(ModelInferResponseSchema, create(ModelInferResponseSchema, init));
}

test("outputs are views of the message", () => {
  const bytes = encode({
    outputs: [{ name: "A", datatype: "UINT8", shape: [2n] }],
    rawOutputContents: [Uint8Array.of(1, 2)],
  });
  const [output] = decodeModelInferResponse(bytes).outputs;
  assert.deepEqual(
    { ...output!, bytes: [...output!.bytes] },
    {
      name: "A",
      datatype: "UINT8",
      shape: [2],
      bytes: [1, 2],
    },
  );
  assert.equal(output!.bytes.buffer, bytes.buffer);
});

test("explicit contents, which other servers send, are read as a tensor of the datatype", () => {
  const bytes = encode({
    outputs: [
      { name: "A", datatype: "INT16", shape: [2n], contents: { intContents: [-2, 300] } },
      {
        name: "B",
        datatype: "BYTES",
        shape: [1n],
        contents: { bytesContents: [Uint8Array.of(9)] },
      },
    ],
  });
  assert.deepEqual(
    decodeModelInferResponse(bytes).outputs.map((output) => [...output.bytes]),
    [
      [254, 255, 44, 1],
      [1, 0, 0, 0, 9],
    ],
  );
});

type OutputInit = MessageInitShape<typeof ModelInferResponse_InferOutputTensorSchema>;

const REFUSED: readonly (readonly [what: string, output: OutputInit, message: string])[] = [
  ["an unknown datatype", { name: "A", datatype: "FP8" }, "output 'A' has no known datatype"],
  [
    "contents of another datatype",
    { name: "A", datatype: "INT64", contents: { intContents: [1] } },
    "unexpected explicit tensor data for output tensor 'A' of type 'INT32', expected datatype 'INT64'",
  ],
];

for (const [what, output, message] of REFUSED) {
  test(`${what} is refused`, () => {
    assert.throws(
      () =>
        decodeModelInferResponse(
          encode({ outputs: [create(ModelInferResponse_InferOutputTensorSchema, output)] }),
        ),
      (error) =>
        error instanceof TritonError && error.message === `malformed infer response: ${message}`,
    );
  });
}

test("an error on a stream comes with what is said of its request", () => {
  const subject = { id: "7", modelName: "m", modelVersion: "", isFinal: false };
  const { errorMessage, response } = decodeModelStreamInferResponse(
    encodeStreamError("no luck", subject),
  );
  assert.equal(errorMessage, "no luck");
  assert.deepEqual(response, {
    id: "7",
    modelName: "m",
    modelVersion: "",
    parameters: new Map([["triton_final_response", false]]),
    outputs: [],
  });
});

test("a response on a stream that comes in pieces is merged", () => {
  const piece = (init: MessageInitShape<typeof ModelInferResponseSchema>): Uint8Array =>
    toBinary(
      ModelStreamInferResponseSchema,
      create(ModelStreamInferResponseSchema, {
        inferResponse: create(ModelInferResponseSchema, init),
      }),
    );
  const output = { name: "A", datatype: "UINT8", shape: [1n] };
  const bytes = Buffer.concat([
    piece({ id: "1", outputs: [create(ModelInferResponse_InferOutputTensorSchema, output)] }),
    piece({ id: "2", rawOutputContents: [Uint8Array.of(8)] }),
  ]);
  const { response } = decodeModelStreamInferResponse(bytes);
  assert.equal(response.id, "2");
  assert.deepEqual([...response.outputs[0]!.bytes], [8]);
});
