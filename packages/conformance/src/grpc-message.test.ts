import assert from "node:assert/strict";
import { test } from "node:test";
import { fromJson, toBinary } from "@bufbuild/protobuf";
import { GRPCInferenceService } from "@nereid/protocol";
import fc from "fast-check";
import { fuzzOptions } from "../../../tools/fuzz-options.ts";
import { encodeRequest, frameOf, framesOf, isUnary, responseText } from "./grpc-message.ts";

const INFER = "/inference.GRPCInferenceService/ModelInfer";
const STREAM = "/inference.GRPCInferenceService/ModelStreamInfer";

test("requests are encoded from their JSON form", () => {
  const path = "/inference.GRPCInferenceService/ModelReady";
  const bytes = encodeRequest(path, { name: "m", version: "2" });
  assert.deepEqual([...bytes], [0x0a, 1, 0x6d, 0x12, 1, 0x32]);
  assert.throws(() => encodeRequest(path, { nome: "m" }), /nome/);
  assert.throws(() => encodeRequest("/other.Service/Call", {}), /no message is known/);
});

test("responses are shown with sorted keys, bytes in base64, large integers as text", () => {
  const { output } = GRPCInferenceService.method.modelInfer;
  const message = fromJson(output, {
    modelName: "m",
    parameters: { b: { boolParam: true }, a: { int64Param: "9007199254740993" } },
  });
  assert.equal(
    responseText(INFER, toBinary(output, message)),
    '{"modelName":"m","parameters":{"a":{"int64Param":"9007199254740993"},"b":{"boolParam":true}}}',
  );
  assert.equal(
    responseText(INFER, Buffer.from("320200ff", "hex")),
    '{"rawOutputContents":["AP8="]}',
  );
  assert.equal(responseText(INFER, Uint8Array.of(0xff)), null);
  assert.equal(responseText("/other.Service/Call", new Uint8Array(0)), null);
});

test("unary calls are told from streams; unknown ones count as unary", () => {
  assert.equal(isUnary(INFER), true);
  assert.equal(isUnary(STREAM), false);
  assert.equal(isUnary("/other.Service/Call"), true);
});

test("a prefix may say something else than the message", () => {
  assert.deepEqual([...frameOf(Uint8Array.of(7))], [0, 0, 0, 0, 1, 7]);
  assert.deepEqual([...frameOf(Uint8Array.of(7), { flag: 2, byteSize: 256 })], [2, 0, 0, 1, 0, 7]);
});

test("messages come out of their frames as they went in, and what is cut is left over", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }),
      fc.nat({ max: 4 }),
      (messages, cut) => {
        const whole = Buffer.concat(
          messages.map((bytes) => frameOf(bytes, { flag: bytes.length % 2 })),
        );
        const { frames, restByteSize } = framesOf(Buffer.concat([whole, Buffer.alloc(cut)]));
        assert.deepEqual(
          frames.map(({ bytes }) => [...bytes]),
          messages.map((bytes) => [...bytes]),
        );
        assert.deepEqual(
          frames.map(({ isCompressed }) => isCompressed),
          messages.map((bytes) => bytes.length % 2 === 1),
        );
        assert.equal(restByteSize, cut);
      },
    ),
    fuzzOptions(),
  );
});
