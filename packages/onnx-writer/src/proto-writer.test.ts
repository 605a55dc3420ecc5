import assert from "node:assert/strict";
import { test } from "node:test";
import { concatParts, type ProtoFields, readProto, texts } from "./proto-reader.ts";
import { ProtoWriter } from "./proto-writer.ts";

test("the reader of the tests sees what protobuf's specification says", () => {
  // The examples of the encoding guide: field 1 = 150, field 2 = "testing".
  const fields: ProtoFields = readProto(
    Uint8Array.of(0x08, 0x96, 0x01, 0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67),
  );
  assert.deepEqual(fields.get(1), [150n]);
  assert.deepEqual(texts(fields, 2), ["testing"]);
});

test("varints, negative ones and 64-bit ones included, match protobuf's bytes", () => {
  const writer = new ProtoWriter();
  writer.varint(1, 150);
  writer.varint(2, -1);
  writer.varint(3, 2n ** 63n - 1n);
  assert.deepEqual(
    [...concatParts(writer.finish())],
    [
      0x08, 0x96, 0x01, 0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0x18,
      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
    ],
  );
  assert.equal(writer.byteLength, 24);
});

test("floats, strings and nested messages match protobuf's bytes", () => {
  const child = new ProtoWriter();
  child.string(1, "é");
  const writer = new ProtoWriter();
  writer.float(2, 1);
  writer.message(20, child);
  assert.deepEqual(
    [...concatParts(writer.finish())],
    [0x15, 0, 0, 0x80, 0x3f, 0xa2, 0x01, 4, 0x0a, 2, 0xc3, 0xa9],
  );
});
