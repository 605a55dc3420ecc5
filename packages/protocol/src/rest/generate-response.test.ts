import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeBytesTensor } from "../tensor/bytes-tensor.ts";
import { ByteWriter } from "./byte-writer.ts";
import type { ResponseContent, ResponseTensor } from "./encode-infer-response.ts";
import { encodeGenerateResponse } from "./generate-response.ts";

function encode(content: ResponseContent, id = ""): string {
  const writer = new ByteWriter(16);
  encodeGenerateResponse(writer, { id, modelName: "m", modelVersion: "2" }, content);
  return Buffer.from(writer.bytes.subarray(0, writer.position)).toString();
}

function ints(name: string, shape: readonly number[], values: readonly number[]): ResponseTensor {
  return { name, datatype: "INT32", shape, bytes: new Uint8Array(Int32Array.from(values).buffer) };
}

test("members stand in the order of their names, and one element is no list", () => {
  const texts = encodeBytesTensor(['a"b']);
  assert.equal(
    encode(
      {
        outputs: [
          ints("out", [1, 1], [-12]),
          ints("LIST", [2], [1, 2]),
          ints("scalar", [], [3]),
          ints("none", [0], []),
          { name: "TEXT", datatype: "BYTES", shape: [1], bytes: texts },
        ],
        parameters: new Map<string, string | number | bigint | boolean>([
          ["p", 1n],
          ["b", true],
          ["é", 0.5],
        ]),
      },
      "i",
    ),
    '{"LIST":[1,2],"TEXT":"a\\"b","b":true,"id":"i","model_name":"m","model_version":"2","none":[],"out":-12,"p":1,' +
      '"scalar":3,"é":0.5}',
  );
});

test("names that clash: what the server says comes first, then parameters, then the first output", () => {
  const outputs = [
    ints("id", [1], [1]),
    ints("x", [1], [1]),
    ints("y", [1], [1]),
    ints("y", [1], [2]),
  ];
  const parameters = new Map<string, string>([
    ["x", "p"],
    ["model_name", "p"],
  ]);
  const rest = '"model_name":"m","model_version":"2","x":"p","y":1}';
  assert.equal(encode({ outputs, parameters }), `{"id":1,${rest}`);
  assert.equal(encode({ outputs, parameters }, "r"), `{"id":"r",${rest}`);
});

test("what JSON cannot say leaves nothing behind", () => {
  const writer = new ByteWriter(16);
  writer.append(Buffer.from("data: "));
  const outputs = [ints("a", [1], [1]), { ...ints("b", [1], [1]), datatype: "FP16" as const }];
  assert.throws(
    () => {
      encodeGenerateResponse(
        writer,
        { id: "", modelName: "m", modelVersion: "1" },
        { outputs, parameters: null },
      );
    },
    {
      message:
        "sending FP16 data via JSON is not supported. Please use the binary data format for output",
    },
  );
  assert.equal(writer.position, 6);
});

test("names are ordered by code points, not by the units of UTF-16", () => {
  const names = ["\u{1f600}", "\uffee", "a", "\u{10000}", "\ud7ff", "ab", ""];
  const text = encode({
    outputs: names.map((name) => ints(name, [1], [1])),
    parameters: null,
  });
  const answer = JSON.parse(text) as object; // an object it is, by the tests above
  const order = Object.keys(answer).filter((name) => !name.startsWith("model_"));
  const bytes = (name: string): Buffer => Buffer.from(name);
  assert.deepEqual(
    order,
    [...names].sort((left, right) => Buffer.compare(bytes(left), bytes(right))),
  );
});
