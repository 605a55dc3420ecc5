import assert from "node:assert/strict";
import { test } from "node:test";
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { ModelInferRequestSchema } from "../gen/inference/grpc_service_pb.ts";
import { type DecodedInferRequest, SharedMemoryReference } from "../rest/decoded-infer-request.ts";
import { TritonError } from "../triton-error.ts";
import { decodeModelInferRequest } from "./decode-model-infer-request.ts";
import { inferRequestFromGrpc, type RegionCheck } from "./infer-request-from-grpc.ts";

// What is refused, and with which words, is compared with the real server in infer-codec.test.ts.

type Init = MessageInitShape<typeof ModelInferRequestSchema>;

function convert(init: Init, checkRegion: RegionCheck | null = null): DecodedInferRequest {
  const message = create(ModelInferRequestSchema, init);
  const bytes = toBinary(ModelInferRequestSchema, message);
  return inferRequestFromGrpc(decodeModelInferRequest(bytes), checkRegion);
}

const int64 = (value: bigint) => ({ parameterChoice: { case: "int64Param" as const, value } });
const uint64 = (value: bigint) => ({ parameterChoice: { case: "uint64Param" as const, value } });
const text = (value: string) => ({ parameterChoice: { case: "stringParam" as const, value } });
const flag = (value: boolean) => ({ parameterChoice: { case: "boolParam" as const, value } });

test("parameters of Triton's own set the request's fields and are not passed on", () => {
  const request = convert({
    id: "7",
    parameters: {
      sequence_id: int64(-1n),
      sequence_start: flag(true),
      sequence_end: flag(true),
      priority: uint64(3n),
      timeout: int64(1500n),
      triton_enable_empty_final_response: flag(true),
    },
  });
  assert.equal(request.id, "7");
  assert.equal(request.correlationId, 2n ** 64n - 1n);
  assert.equal(request.isSequenceStart, true);
  assert.equal(request.isSequenceEnd, true);
  assert.equal(request.priority, 3);
  assert.equal(request.timeoutUs, 1500);
  assert.equal(request.isEmptyFinalResponseEnabled, true);
  assert.equal(request.parameters, null);
});

test("flags that are false, a text as sequence, and nothing at all", () => {
  const request = convert({
    parameters: {
      sequence_id: text("dialog\0ue"),
      sequence_start: flag(false),
      timeout: int64(-1n),
    },
  });
  assert.equal(request.correlationId, "dialog");
  assert.equal(request.isSequenceStart, false);
  assert.equal(request.timeoutUs, 2 ** 64);
  const empty = convert({});
  assert.deepEqual(
    [empty.id, empty.correlationId, empty.parameters, empty.inputs, empty.outputs],
    ["", 0n, null, [], []],
  );
});

test("other parameters are passed on, texts up to their first zero", () => {
  const request = convert({
    parameters: {
      number: int64(-(2n ** 63n)),
      "te\0xt": text("a\0b"),
      flag: flag(false),
      binary_data_output: flag(true),
      half: { parameterChoice: { case: "doubleParam", value: 0.5 } },
    },
  });
  const expected = new Map<string, unknown>([
    ["number", -(2n ** 63n)],
    ["te", "a"],
    ["flag", false],
    ["binary_data_output", true],
    ["half", 0.5],
  ]);
  assert.deepEqual(request.parameters, expected);
});

test("an input in shared memory takes no raw contents; more of those than inputs are ignored", () => {
  const region = { shared_memory_region: text("r"), shared_memory_byte_size: int64(8n) };
  const checked: SharedMemoryReference[] = [];
  const request = convert(
    {
      inputs: [
        { name: "a", datatype: "UINT8", shape: [1n] },
        {
          name: "b",
          datatype: "UINT8",
          parameters: { ...region, shared_memory_offset: int64(4n) },
        },
        { name: "c", datatype: "UINT8", shape: [1n] },
      ],
      outputs: [{ name: "o", parameters: region }],
      rawInputContents: [Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)],
    },
    (reference) => checked.push(reference),
  );
  assert.deepEqual(
    request.inputs.map(({ bytes }) => [...bytes]),
    [[1], [], [2]],
  );
  const { sharedMemory } = request.inputs[1]!;
  assert.deepEqual(sharedMemory, new SharedMemoryReference("r", 4, 8));
  const [output] = request.outputs;
  assert.equal(output!.isBinary, false);
  assert.deepEqual(checked, [sharedMemory, output!.sharedMemory]);
});

test("a region is looked up when its tensor's turn comes", () => {
  const region = { shared_memory_region: text("r"), shared_memory_byte_size: int64(8n) };
  const refuse: RegionCheck = () => {
    throw new RangeError("no region");
  };
  const known = { name: "a", parameters: region };
  const lacking = { name: "b" };
  assert.throws(() => convert({ inputs: [known, lacking] }, refuse), RangeError);
  assert.throws(() => convert({ inputs: [lacking, known] }, refuse), TritonError);
});

test("classes are wanted of the outputs that ask for them", () => {
  const request = convert({
    outputs: [
      { name: "a", parameters: { classification: int64(5n) } },
      { name: "b", parameters: { other: text("ignored") } },
      { name: "c", parameters: { classification: int64(2n ** 32n + 2n) } },
    ],
  });
  assert.deepEqual(
    request.outputs.map(({ name, classCount, isBinary }) => [name, classCount, isBinary]),
    [
      ["a", 5, true],
      ["b", 0, true],
      ["c", 2, true],
    ],
  );
});
