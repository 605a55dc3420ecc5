import assert from "node:assert/strict";
import { test } from "node:test";
import { ByteWriter } from "./byte-writer.ts";
import { encodeErrorBody } from "./error-body.ts";
import { textFromUtf8 } from "./utf8.ts";

test("a message is escaped as rapidjson does", () => {
  for (const [message, body] of [
    ["plain", '{"error":"plain"}'],
    ['a "b" \\ / é 😀', '{"error":"a \\"b\\" \\\\ / é 😀"}'],
    ["\b\t\n\f\r\x00\x1f\x7f", '{"error":"\\b\\t\\n\\f\\r\\u0000\\u001F\x7f"}'],
  ] as const) {
    const writer = new ByteWriter(4);
    encodeErrorBody(writer, message);
    assert.equal(Buffer.from(writer.bytes.subarray(0, writer.position)).toString(), body);
  }
});

test("long texts are whole, whatever stands where they are parted", () => {
  for (const length of [4094, 4095, 4096, 8191]) {
    for (const end of ["😀", "\x01é", "\udc80\udcff!"]) {
      const message = "x".repeat(length) + end.repeat(2000);
      const writer = new ByteWriter(4);
      encodeErrorBody(writer, message);
      const { error } = JSON.parse(textFromUtf8(writer.bytes.subarray(0, writer.position))) as {
        error: string;
      };
      assert.ok(error === message);
    }
  }
});
