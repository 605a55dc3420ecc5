import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode } from "../status-code.ts";
import { decodeInferRequest } from "./decode-infer-request.ts";
import type { DecodedInferRequest } from "./decoded-infer-request.ts";

const MODEL = "m";
const encoder = new TextEncoder();

function decode(
  json: string,
  options: { readonly tail?: Uint8Array; readonly inputSizeMax?: number } = {},
): DecodedInferRequest {
  const { tail = new Uint8Array(0), inputSizeMax = 1 << 26 } = options;
  const text = encoder.encode(json);
  // An odd offset, as a body has that was received behind a head.
  const body = new Uint8Array(3 + text.byteLength + tail.byteLength).subarray(3);
  body.set(text);
  body.set(tail, text.byteLength);
  const headerSize = tail.byteLength > 0 ? text.byteLength : null;
  return decodeInferRequest(body, headerSize, { modelName: MODEL, inputSizeMax });
}

function tensor(datatype: string, shape: string, data: string): string {
  return `{"inputs":[{"name":"A","datatype":"${datatype}","shape":${shape},"data":${data}}]}`;
}

test("every member of a request is decoded", () => {
  const request = decode(
    `{"id":"r\\u00e91","parameters":{"sequence_id":18446744073709551615,"sequence_start":true,"sequence_end":true,
      "priority":2,"timeout":5000,"binary_data_output":true,"a":"x","b":-5,"c":1.5,"d":false,"e":18446744073709551615},
      "inputs":[{"name":"A","datatype":"INT32","shape":[2,1],"data":[[1],[-2]]}],
      "outputs":[{"name":"O"},{"name":"P","parameters":{"binary_data":true,"classification":3}},
      {"name":"Q","parameters":{"shared_memory_region":"s","shared_memory_offset":8,"shared_memory_byte_size":16}}]}`,
  );
  assert.equal(request.id, "ré1");
  assert.equal(request.correlationId, 2n ** 64n - 1n);
  assert.ok(request.isSequenceStart && request.isSequenceEnd && request.isBinaryOutputDefault);
  assert.equal(request.priority, 2);
  assert.equal(request.timeoutUs, 5000);
  assert.deepEqual(
    [...request.parameters!],
    [
      ["a", "x"],
      ["b", -5n],
      ["c", 1.5],
      ["d", false],
      ["e", 2 ** 64],
    ],
  );
  const [input] = request.inputs;
  assert.deepEqual([input!.name, input!.datatype, input!.shape], ["A", "INT32", [2, 1]]);
  assert.deepEqual([...new Int32Array(input!.bytes.buffer)], [1, -2]);
  assert.deepEqual(
    request.outputs.map(({ name, isBinary, classCount }) => [name, isBinary, classCount]),
    [
      ["O", false, 0],
      ["P", true, 3],
      ["Q", false, 0],
    ],
  );
  const { sharedMemory } = request.outputs[2]!;
  assert.deepEqual(
    [sharedMemory!.region, sharedMemory!.offset, sharedMemory!.byteSize],
    ["s", 8, 16],
  );
  assert.equal(request.isRaw, false);
});

test("what a request leaves out has its default", () => {
  const request = decode('{"inputs":[]}');
  assert.deepEqual(Object.fromEntries(Object.entries(request)), {
    id: "",
    inputs: [],
    outputs: [],
    parameters: null,
    correlationId: 0n,
    isSequenceStart: false,
    isSequenceEnd: false,
    priority: 0,
    timeoutUs: 0,
    isBinaryOutputDefault: false,
    isEmptyFinalResponseEnabled: false,
    isRaw: false,
  });
});

test("binary inputs are views of the body, taken in their order", () => {
  const json =
    '{"inputs":[{"name":"A","datatype":"UINT8","shape":[2],"parameters":{"binary_data_size":2}},' +
    '{"name":"B","datatype":"UINT8","shape":[1],"data":[9]},' +
    '{"name":"C","datatype":"UINT8","shape":[3],"parameters":{"binary_data_size":3}}]}';
  const { inputs } = decode(json, { tail: Uint8Array.of(1, 2, 3, 4, 5) });
  assert.deepEqual(
    inputs.map(({ bytes }) => [...bytes]),
    [[1, 2], [9], [3, 4, 5]],
  );
  assert.equal(inputs[0]!.bytes.buffer, inputs[2]!.bytes.buffer);
});

test("data that stands before its shape is decoded all the same", () => {
  const { inputs } = decode(
    '{"inputs":[{"data":[1.5,[2]],"shape":[2],"datatype":"FP32","name":"A"},' +
      '{"data":["x"],"name":"B","shape":[1],"datatype":"BYTES"}]}',
  );
  assert.deepEqual([...new Float32Array(inputs[0]!.bytes.buffer)], [1.5, 2]);
  assert.deepEqual([...inputs[1]!.bytes], [1, 0, 0, 0, 120]);
});

test("malformed JSON at the end outranks whatever is wrong before it", () => {
  for (const json of [
    `${tensor("FP32", "[1]", '["x"]')}]`,
    '{"id":5,"inputs":[{}],}',
    `{"inputs":[{"name":"A","datatype":"FP32","shape":[2],"data":[1,2,3,{"a":[tru]}]}]}`,
  ]) {
    assert.throws(() => decode(json), { message: /^failed to parse the request JSON buffer/ });
  }
});

test("the limit holds for the JSON part, for each JSON tensor and for raw bodies, not for the tail", () => {
  const json = tensor("FP64", "[9]", "[1,2,3,4,5,6,7,8,9]");
  const jsonSize = json.length;
  const suffix = "Use --http-max-input-size to increase the limit.";
  assert.throws(() => decode(json, { inputSizeMax: jsonSize - 1 }), {
    code: StatusCode.InvalidArg,
    message: `request JSON size of ${jsonSize} bytes exceeds the maximum allowed input size of ${jsonSize - 1} bytes. ${suffix}`,
  });
  const long = tensor("FP64", "[16]", `[${"1,".repeat(15)}1]`);
  assert.throws(() => decode(long, { inputSizeMax: long.length }), {
    message: `JSON input 'A' has a byte_size (128 bytes) that exceeds the maximum allowed value of ${long.length} bytes. ${suffix}`,
  });
  assert.throws(
    () => decodeInferRequest(new Uint8Array(5), 0, { modelName: MODEL, inputSizeMax: 4 }),
    {
      message: `Raw input has a byte_size (5 bytes) that exceeds the maximum allowed value of 4 bytes. ${suffix}`,
    },
  );
  const binary =
    '{"inputs":[{"name":"A","datatype":"UINT8","shape":[500],"parameters":{"binary_data_size":500}}]}';
  const { inputs } = decode(binary, { tail: new Uint8Array(500), inputSizeMax: binary.length });
  assert.equal(inputs[0]!.bytes.byteLength, 500);
});

test("a body without JSON is a raw request", () => {
  for (const [body, headerSize] of [
    [Uint8Array.of(1, 2), 0],
    [new Uint8Array(0), null],
    [new Uint8Array(0), 0],
  ] as const) {
    const request = decodeInferRequest(body, headerSize, { modelName: MODEL, inputSizeMax: 100 });
    assert.ok(request.isRaw && request.isBinaryOutputDefault);
    assert.equal(request.inputs[0]!.bytes, body);
  }
});

test("nesting costs neither stack nor patience", () => {
  const depth = 1_000_000;
  const deep = `${"[".repeat(depth)}${"]".repeat(depth)}`;
  const mixed = `${'[{"a":'.repeat(depth)}1${"}]".repeat(depth)}`;
  const message = /JSON nesting depth exceeds maximum allowed limit \(100\)/;
  assert.throws(() => decode(tensor("FP32", "[1]", deep)), {
    code: StatusCode.InvalidArg,
    message,
  });
  assert.throws(() => decode(tensor("BYTES", "[1]", deep)), {
    code: StatusCode.InvalidArg,
    message,
  });
  assert.throws(() => decode(tensor("FP32", "[1]", `[${mixed}]`)), {
    message: "Unable to parse 'data': attempt to access JSON non-number as double",
  });
  assert.equal(decode(`{"x":${deep},"y":${mixed},"inputs":[]}`).inputs.length, 0);
  assert.throws(() => decode(`{"x":${"[".repeat(depth)}`), { message: /^failed to parse/ });
});

test("a shape that claims more than the text holds takes no memory for it", () => {
  const claim = '{"name":"A","datatype":"FP64","shape":[8388608],"data":[1]}';
  const before = process.memoryUsage().arrayBuffers;
  const many = `{"inputs":[${Array.from({ length: 20_000 }, () => claim).join(",")}]}`;
  assert.throws(() => decode(many), {
    message: "Failed to parse 'data' field: shape does not match true shape",
  });
  // The first claim may take what the whole text could hold; no other takes anything.
  assert.ok(process.memoryUsage().arrayBuffers - before < 20 * many.length);
});

test("many inputs are checked for their names in linear time", () => {
  const inputs = Array.from(
    { length: 100_000 },
    (_, index) => `{"name":"A${index}","datatype":"UINT8","shape":[0],"data":[]}`,
  );
  assert.equal(decode(`{"inputs":[${inputs.join(",")}]}`).inputs.length, 100_000);
  assert.throws(() => decode(`{"inputs":[${[...inputs, inputs[70_000]].join(",")}]}`), {
    message: "[request id: <id_unknown>] input 'A70000' already exists in request",
  });
});
