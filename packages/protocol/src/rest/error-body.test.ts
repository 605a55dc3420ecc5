import assert from "node:assert/strict";
import { test } from "node:test";
import { ByteWriter } from "./byte-writer.ts";
import { encodeErrorBody } from "./error-body.ts";

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
