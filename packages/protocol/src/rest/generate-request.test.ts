import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode } from "../status-code.ts";
import type { Datatype } from "../tensor/datatype.ts";
import { decodeGenerateRequest, type GenerateModel } from "./generate-request.ts";

const LIMIT = 1000;

function modelOf(
  inputs: Readonly<Record<string, readonly [Datatype, ...(readonly number[])]>>,
): GenerateModel {
  return {
    inputsByName: new Map(
      Object.entries(inputs).map(([name, [datatype, ...fullShape]]) => [
        name,
        { datatype, fullShape },
      ]),
    ),
  };
}

const MODEL = modelOf({
  TEXT: ["BYTES", -1],
  GRID: ["FP32", -1, 2, -1],
  PAIR: ["INT32", 2],
  FLAG: ["BOOL", 1],
  HALF: ["FP16", -1],
});

function decode(text: string, model: GenerateModel = MODEL) {
  return decodeGenerateRequest(Buffer.from(text), model, LIMIT);
}

test("a value, or a list of them, becomes a tensor of the input's datatype and shape", () => {
  const { inputs, parameters, id } = decode(
    '{"TEXT":"hi","GRID":[1,2.5,3,4],"PAIR":[[7],-8],"FLAG":true,"id":"x"}',
  );
  assert.equal(id, "x");
  assert.deepEqual(parameters, new Map([["id", "x"]]));
  assert.deepEqual(
    inputs.map(({ name, datatype, shape }) => [name, datatype, shape]),
    [
      ["TEXT", "BYTES", [1]],
      ["GRID", "FP32", [1, 2, 2]],
      ["PAIR", "INT32", [2]],
      ["FLAG", "BOOL", [1]],
    ],
  );
  const [text, grid, pair, flag] = inputs.map(({ bytes }) => bytes);
  assert.deepEqual([...(text ?? [])], [2, 0, 0, 0, 104, 105]);
  assert.deepEqual([...new Float32Array(grid?.slice().buffer ?? [])], [1, 2.5, 3, 4]);
  assert.deepEqual([...new Int32Array(pair?.slice().buffer ?? [])], [7, -8]);
  assert.deepEqual([...(flag ?? [])], [1]);
});

test("what is no input is a parameter, on both levels, and the later one counts", () => {
  const { inputs, parameters } = decode(
    '{"a":1,"b":2.5,"c":"x\\u0000y","d":false,"e":9223372036854775808,"parameters":{"a":-3,"id":"i","TEXT":["p","q"]}}',
  );
  assert.deepEqual(
    [...(parameters ?? [])],
    [
      ["a", -3n],
      ["b", 2.5],
      ["c", "x"],
      ["d", false],
      ["e", 2 ** 63],
      ["id", "i"],
    ],
  );
  assert.deepEqual(
    inputs.map(({ name, shape }) => [name, shape]),
    [["TEXT", [2]]],
  );
  assert.equal(decode("{}").parameters, null);
});

test("of members with one name the first counts, and an input may stand there once", () => {
  assert.deepEqual([...(decode('{"a":1,"a":2}').parameters ?? [])], [["a", 1n]]);
  assert.throws(() => decode('{"id":"r","FLAG":true,"FLAG":false}'), {
    code: StatusCode.InvalidArg,
    message: "[request id: r] input 'FLAG' already exists in request",
  });
});

test("a list without values is an input without a shape", () => {
  const { inputs } = decode('{"TEXT":[],"GRID":[],"HALF":[]}');
  assert.deepEqual(
    inputs.map(({ shape, bytes }) => [shape, bytes.byteLength]),
    [
      [[], 0],
      [[], 0],
      [[], 0],
    ],
  );
});

test("what cannot be is refused with the real server's code and words", () => {
  const { Internal, InvalidArg } = StatusCode;
  const shape = (name: string) =>
    `The schema can not convert input '${name}' to tensor with proper shape`;
  const nested = "Converting keyword: 'parameters': ";
  const cases: readonly (readonly [json: string, code: StatusCode, message: string])[] = [
    ["", Internal, "failed to parse the request JSON buffer: The document is empty. at 0"],
    ["[1]", Internal, "attempt to get members for non-object"],
    ['{"id":1}', Internal, "Unable to parse 'id': attempt to access JSON non-string as string"],
    ['{"PAIR":[1]}', InvalidArg, shape("PAIR")],
    ['{"PAIR":[1,2,3,4]}', InvalidArg, shape("PAIR")],
    ['{"GRID":[1,2,3]}', InvalidArg, shape("GRID")],
    ['{"parameters":{"GRID":1}}', InvalidArg, nested + shape("GRID")],
    [
      '{"TEXT":1}',
      Internal,
      "Unable to parse JSON bytes array: attempt to access JSON non-string as string",
    ],
    [
      '{"FLAG":1}',
      Internal,
      "Unable to parse 'data': attempt to access JSON non-boolean as boolean",
    ],
    [
      '{"PAIR":[[1,2],3]}',
      Internal,
      "Unable to parse 'data': Shape does not match true shape of 'data' field",
    ],
    ['{"PAIR":[[],3]}', Internal, "Failed to parse 'data' field: shape does not match true shape"],
    [
      '{"HALF":1}',
      InvalidArg,
      "receiving FP16 data via JSON is not supported. Please use the binary data format for input HALF",
    ],
    [
      '{"parameters":[]}',
      Internal,
      "Expected JSON object for keyword: 'parameters': attempt to access JSON non-object as object",
    ],
    [
      '{"x":null}',
      InvalidArg,
      "parameter 'x' has invalid type. It should be either 'int', 'bool', or 'string'.",
    ],
    [
      '{"parameters":{"parameters":{}}}',
      InvalidArg,
      `${nested}parameter 'parameters' has invalid type. It should be either 'int', 'bool', or 'string'.`,
    ],
    ['{"a\\u0000b":1}', Internal, "parameter key 'a' was not found in the JSON"],
    [
      `{"TEXT":"ab","GRID":[${"1,".repeat(255)}1]}`,
      InvalidArg,
      "request size of 6 bytes with input 'GRID' of size 1024 bytes exceeds the maximum allowed input size of 1000. " +
        "Use --http-max-input-size to increase the limit.",
    ],
  ];
  for (const [json, code, message] of cases) {
    assert.throws(() => decode(json), { code, message }, json);
  }
  assert.throws(() => decode('{"parameters":1}', modelOf({ parameters: ["FP32", -1] })), {
    code: InvalidArg,
    message: "Keyword 'parameters' for nested schema also given as input tensor name",
  });
});

test("malformed JSON outranks what is wrong before it", () => {
  assert.throws(() => decode('{"PAIR":[1],"x":nul}'), {
    code: StatusCode.Internal,
    message: "failed to parse the request JSON buffer: Invalid value. at 19",
  });
});
