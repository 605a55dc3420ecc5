import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBinary } from "@bufbuild/protobuf";
import { ModelInferResponseSchema } from "../gen/inference/grpc_service_pb.ts";
import {
  DecodedInferRequest,
  RequestedOutput,
  SharedMemoryReference,
} from "../rest/decoded-infer-request.ts";
import type { ResponseTensor } from "../rest/encode-infer-response.ts";
import { StatusCode } from "../status-code.ts";
import { TritonError } from "../triton-error.ts";
import { encodeModelInferResponse } from "./encode-model-infer-response.ts";
import { GrpcResponseTemplate } from "./grpc-response-template.ts";

const template = new GrpcResponseTemplate({
  name: "m",
  versionText: "3",
  batchSizeMax: 0,
  outputs: [{ name: "A", labels: null }],
});

function tensor(name: string, byteSize: number): ResponseTensor {
  return { name, datatype: "UINT8", shape: [byteSize], bytes: new Uint8Array(byteSize).fill(7) };
}

test("the parts are the outputs' own memory between views of the head", () => {
  const outputs = [tensor("A", 3), tensor("empty", 0), tensor("B", 200), tensor("last", 0)];
  const encoded = encodeModelInferResponse(template, new DecodedInferRequest(), {
    outputs,
    parameters: null,
  });
  const target = new Uint8Array(encoded.headSize + 10);
  const parts = encoded.writeParts(target, 10);
  assert.equal(parts.length, 5);
  assert.equal(parts[1], outputs[0]!.bytes);
  assert.equal(parts[3], outputs[2]!.bytes);
  const heads = [parts[0]!, parts[2]!, parts[4]!];
  assert.ok(heads.every((part) => part.buffer === target.buffer));
  assert.equal(heads[0]!.byteOffset, 10);
  assert.equal(
    heads.reduce((sum, { byteLength }) => sum + byteLength, 0),
    encoded.headSize,
  );
  const whole = new Uint8Array(encoded.byteSize + 4);
  assert.equal(encoded.writeWhole(whole, 2), encoded.byteSize + 2);
  assert.deepEqual(Buffer.concat(parts), Buffer.from(whole.subarray(2, -2)));
  const message = fromBinary(ModelInferResponseSchema, Buffer.concat(parts));
  assert.deepEqual(
    message.rawOutputContents.map(({ byteLength }) => byteLength),
    [3, 0, 200, 0],
  );
});

test("a response without outputs is one part", () => {
  const content = { outputs: [], parameters: null };
  const encoded = encodeModelInferResponse(template, new DecodedInferRequest(), content);
  const parts = encoded.writeParts(new Uint8Array(encoded.headSize), 0);
  assert.deepEqual(
    parts.map((part) => [...part]),
    [[0x0a, 1, 109, 0x12, 1, 51]],
  );
});

test("an output in shared memory is described, and its entry is empty", () => {
  const request = new DecodedInferRequest();
  request.outputs = [new RequestedOutput("A", false, 0, new SharedMemoryReference("r", 0, 9))];
  const content = { outputs: [tensor("A", 9)], parameters: null };
  const encoded = encodeModelInferResponse(template, request, content);
  const bytes = new Uint8Array(encoded.byteSize);
  encoded.writeWhole(bytes, 0);
  const { outputs, rawOutputContents } = fromBinary(ModelInferResponseSchema, bytes);
  assert.deepEqual(
    [outputs[0]!.name, outputs[0]!.datatype, outputs[0]!.shape, rawOutputContents[0]!.byteLength],
    ["A", "UINT8", [9n], 0],
  );
});

test("a response above 2 GiB is refused before anything is written", () => {
  const output = tensor("A", 2 ** 20);
  const content = { outputs: Array.from({ length: 2048 }, () => output), parameters: null };
  assert.throws(
    () => encodeModelInferResponse(template, new DecodedInferRequest(), content),
    (error) =>
      error instanceof TritonError &&
      error.code === StatusCode.InvalidArg &&
      /^Response has byte size 2147\d{6} which exceeds gRPC's byte size limit 2147483647\.$/.test(
        error.message,
      ),
  );
  content.outputs.length = 2047;
  assert.ok(
    encodeModelInferResponse(template, new DecodedInferRequest(), content).byteSize < 2 ** 31,
  );
});
