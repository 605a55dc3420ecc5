import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode } from "../status-code.ts";
import { encodeBytesTensor } from "../tensor/bytes-tensor.ts";
import { ByteWriter } from "./byte-writer.ts";
import {
  DecodedInferRequest,
  type ParameterValue,
  RequestedOutput,
  SharedMemoryReference,
} from "./decoded-infer-request.ts";
import { encodeInferResponse, type ResponseTensor } from "./encode-infer-response.ts";
import { InferResponseTemplate } from "./infer-response-template.ts";

function templateOf(batchSizeMax: number): InferResponseTemplate {
  const outputs = [{ name: "O", labels: ["cat", "", 'd"g'] }];
  return new InferResponseTemplate({ name: "m", versionText: "3", batchSizeMax, outputs });
}

function encode(
  outputs: readonly ResponseTensor[],
  options: {
    readonly requested?: readonly RequestedOutput[];
    readonly isBinaryDefault?: boolean;
    readonly batchSizeMax?: number;
    readonly parameters?: ReadonlyMap<string, ParameterValue>;
  } = {},
): { readonly json: string; readonly parts: readonly Uint8Array[] } {
  const request = new DecodedInferRequest();
  request.outputs.push(...(options.requested ?? []));
  request.isBinaryOutputDefault = options.isBinaryDefault ?? false;
  const writer = new ByteWriter(1);
  const parameters = options.parameters ?? null;
  const template = templateOf(options.batchSizeMax ?? 0);
  const parts = encodeInferResponse(writer, template, request, { outputs, parameters });
  return { json: Buffer.from(writer.bytes.subarray(0, writer.position)).toString(), parts };
}

function output(values: Float32Array | Int32Array, shape: readonly number[]): ResponseTensor {
  const bytes = new Uint8Array(values.buffer);
  const datatype = values instanceof Float32Array ? "FP32" : "INT32";
  return { name: "O", datatype, shape, bytes };
}

const HEAD = '{"model_name":"m","model_version":"3"';

test("an output that lies in shared memory is only described", () => {
  const region = new SharedMemoryReference("r", 0, 8);
  const { json, parts } = encode([output(Float32Array.of(1, 2), [2])], {
    requested: [new RequestedOutput("O", false, 0, region)],
    isBinaryDefault: true,
  });
  assert.equal(json, `${HEAD},"outputs":[{"name":"O","datatype":"FP32","shape":[2]}]}`);
  assert.equal(parts.length, 0);
});

test("binary outputs are passed on, empty ones only described", () => {
  const full = output(Float32Array.of(1), [1]);
  const empty = { ...output(new Float32Array(0), [0, 3]), name: "P" };
  const { json, parts } = encode([empty, full], { isBinaryDefault: true });
  assert.equal(
    json,
    `${HEAD},"outputs":[{"name":"P","datatype":"FP32","shape":[0,3],"parameters":{"binary_data_size":0}},` +
      '{"name":"O","datatype":"FP32","shape":[1],"parameters":{"binary_data_size":4}}]}',
  );
  assert.deepEqual(parts, [full.bytes]);
});

test("response parameters keep their order and type", () => {
  const parameters = new Map<string, ParameterValue>([
    ["s", 'x"'],
    ["i", -(2n ** 63n)],
    ["d", 1e21],
    ["n", Number.NaN],
    ["b", true],
  ]);
  const { json } = encode([], { parameters });
  assert.equal(
    json,
    `${HEAD},"parameters":{"s":"x\\"","i":-9223372036854775808,"d":1e21,"n":NaN,"b":true},"outputs":[]}`,
  );
  assert.equal(encode([], { parameters: new Map() }).json, `${HEAD},"outputs":[]}`);
});

test("bytes at any offset are read", () => {
  const bytes = new Uint8Array(9);
  bytes.set(new Uint8Array(Float32Array.of(-0.5, Number.POSITIVE_INFINITY).buffer), 1);
  const { json } = encode([{ name: "O", datatype: "FP32", shape: [2], bytes: bytes.subarray(1) }]);
  assert.match(json, /"data":\[-0\.5,Infinity\]/);
});

test("a scalar has one element", () => {
  assert.match(encode([output(Int32Array.of(7), [])]).json, /"shape":\[\],"data":\[7\]/);
});

for (const { name, tensor, message } of [
  {
    name: "too few bytes",
    tensor: output(Float32Array.of(1, 2), [3]),
    message:
      "Failed to write 'data' field: output tensor shape does not match size of output for 'O'",
  },
  {
    name: "BYTES that end inside a length",
    tensor: { name: "O", datatype: "BYTES", shape: [1], bytes: Uint8Array.of(1, 0) },
    message: "output tensor shape does not match size of output for 'O'",
  },
  {
    name: "BYTES that end inside an element",
    tensor: { name: "O", datatype: "BYTES", shape: [1], bytes: Uint8Array.of(2, 0, 0, 0, 65) },
    message: "output tensor shape does not match size of output for 'O'",
  },
  {
    name: "fewer BYTES elements than the shape says",
    tensor: { name: "O", datatype: "BYTES", shape: [2], bytes: encodeBytesTensor(["a"]) },
    message: "output tensor shape does not match size of output for 'O'",
  },
] as const) {
  test(`${name} are an internal error`, () => {
    assert.throws(() => encode([tensor]), { code: StatusCode.Internal, message });
  });
}

test("after an error the writer is where it was", () => {
  const writer = new ByteWriter(4);
  writer.append(Uint8Array.of(1, 2));
  const tensor: ResponseTensor = {
    name: "O",
    datatype: "BF16",
    shape: [1],
    bytes: new Uint8Array(2),
  };
  const content = { outputs: [tensor], parameters: null };
  assert.throws(
    () => encodeInferResponse(writer, templateOf(0), new DecodedInferRequest(), content),
    {
      code: StatusCode.InvalidArg,
      message:
        "sending BF16 data via JSON is not supported. Please use the binary data format for output",
    },
  );
  assert.equal(writer.position, 2);
});

test("a row whose bytes are missing has no classes", () => {
  const tensor = { ...output(Int32Array.of(1, 9), [2, 2]) };
  const requested = [new RequestedOutput("O", true, 1, null)];
  const { json, parts } = encode([tensor], { requested, batchSizeMax: 4 });
  assert.match(json, /"datatype":"BYTES","shape":\[2,1\]/);
  assert.deepEqual(parts, [encodeBytesTensor(["9:1"])]);
});

test("an empty output has no classes", () => {
  const requested = [new RequestedOutput("O", false, 3, null)];
  for (const batchSizeMax of [0, 4]) {
    const { json } = encode([output(new Int32Array(0), [0])], { requested, batchSizeMax });
    assert.match(json, /"datatype":"BYTES","shape":\[0\],"data":\[\]/);
  }
});

test("more than a million values are not sorted", () => {
  const requested = [new RequestedOutput("O", false, 1, null)];
  assert.throws(() => encode([output(new Int32Array(1_000_001), [1_000_001])], { requested }), {
    code: StatusCode.InvalidArg,
    message: "classification output tensor too large",
  });
});
