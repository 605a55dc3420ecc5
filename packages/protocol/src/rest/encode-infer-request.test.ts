import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode } from "../status-code.ts";
import { encodeBytesTensor } from "../tensor/bytes-tensor.ts";
import { decodeInferRequest } from "./decode-infer-request.ts";
import {
  type ClientInferRequest,
  type ClientInput,
  encodeInferRequest,
} from "./encode-infer-request.ts";

const FLOATS: ClientInput = {
  name: "A",
  datatype: "FP32",
  shape: [1, 2],
  bytes: new Uint8Array(Float32Array.of(0.1, -2).buffer),
  isBinary: false,
};
const STRINGS: ClientInput = {
  name: 'B"',
  datatype: "BYTES",
  shape: [2],
  bytes: encodeBytesTensor(["x\n", Uint8Array.of(255)]),
  isBinary: true,
};

function requestOf(inputs: readonly ClientInput[]): ClientInferRequest {
  return { id: "", inputs, outputs: [], parameters: new Map() };
}

test("JSON inputs stand in the text, binary ones behind it", () => {
  const { body, headerSize } = encodeInferRequest({
    id: "é",
    inputs: [FLOATS, STRINGS],
    outputs: [
      { name: "O", isBinary: true, classCount: 0 },
      { name: "P", isBinary: false, classCount: 5 },
    ],
    parameters: new Map<string, string | bigint>([
      ["k", "v"],
      ["priority", 1n],
    ]),
  });
  const text = Buffer.from(body.subarray(0, headerSize!)).toString();
  assert.equal(
    text,
    '{"id":"é","parameters":{"k":"v","priority":1},"inputs":[' +
      '{"name":"A","datatype":"FP32","shape":[1,2],"data":[0.10000000149011612,-2.0]},' +
      '{"name":"B\\"","datatype":"BYTES","shape":[2],"parameters":{"binary_data_size":11}}],' +
      '"outputs":[{"name":"O","parameters":{"binary_data":true}},' +
      '{"name":"P","parameters":{"binary_data":false,"classification":5}}]}',
  );
  assert.deepEqual(body.subarray(headerSize!), STRINGS.bytes);
});

test("the server's decoder gets back what was encoded", () => {
  for (const isBinary of [true, false]) {
    const inputs = [FLOATS, STRINGS].map((input) => ({ ...input, isBinary }));
    const { body, headerSize } = encodeInferRequest(requestOf(inputs));
    assert.equal(headerSize === null, !isBinary);
    const decoded = decodeInferRequest(body, headerSize, { modelName: "", inputSizeMax: 1 << 20 });
    decoded.inputs.forEach((input, index) => {
      assert.deepEqual([...input.bytes], [...inputs[index]!.bytes]);
    });
  }
});

test("what JSON cannot carry is refused", () => {
  const half: ClientInput = { ...FLOATS, datatype: "FP16", bytes: new Uint8Array(4) };
  assert.throws(() => encodeInferRequest(requestOf([half])), {
    code: StatusCode.InvalidArg,
    message: "input 'A' is FP16, which can only be sent as binary",
  });
  assert.throws(() => encodeInferRequest(requestOf([{ ...FLOATS, shape: [3] }])), {
    code: StatusCode.InvalidArg,
    message: "the bytes of input 'A' do not fit its shape",
  });
});
