import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeModelInferRequest } from "@nereid/protocol";
import fc from "fast-check";
import { fuzzOptions } from "../../../../../tools/fuzz-options.ts";
import { rawContentsOffset } from "./raw-contents-offset.ts";
import { inferRequest } from "./testing/infer-messages.ts";

test("the offset is that of the first raw tensor, wherever the message lies", () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 300 }), fc.nat(40), (id, count, before) => {
      const message = inferRequest({ id, values: new Float32Array(count) });
      const bytes = Buffer.concat([Buffer.alloc(before, 0x3a), message]);
      const expected = decodeModelInferRequest(message).rawInputContents[0];
      assert.ok(expected !== undefined);
      const offset = rawContentsOffset(bytes, before, bytes.byteLength);
      assert.equal(offset, expected.byteOffset - message.byteOffset);
    }),
    fuzzOptions(),
  );
});

test("the beginning of a message is enough if it reaches the tensor, and 0 is said if not", () => {
  const message = inferRequest({ values: new Float32Array(1000) });
  const offset = rawContentsOffset(message, 0, message.byteLength);
  assert.equal(rawContentsOffset(message, 0, offset), offset);
  assert.equal(rawContentsOffset(message, 0, offset - 1), 0);
  assert.equal(rawContentsOffset(message, 0, 0), 0);
});

test("bytes that are no message give some offset, and never anything worse", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const offset = rawContentsOffset(bytes, 0, bytes.byteLength);
      assert.ok(offset >= 0 && offset <= bytes.byteLength);
    }),
    fuzzOptions(),
  );
});
