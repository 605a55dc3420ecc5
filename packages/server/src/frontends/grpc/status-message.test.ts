import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../../tools/fuzz-options.ts";
import { encodeStatusMessage, STATUS_MESSAGE_SIZE_MAX } from "./status-message.ts";

test("what is printable stays, the rest is percent-encoded UTF-8", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["", ""],
    ["[request id: 1] expected [-1,16], got ~", "[request id: 1] expected [-1,16], got ~"],
    ["näh\n%x", "n%C3%A4h%0A%25x"],
    ["got: ", "got:%20"],
    [" ", "%20"],
    ["\u{1f600}", "%F0%9F%98%80"],
    ["\u007f\u0000", "%7F%00"],
  ];
  for (const [message, encoded] of cases) {
    assert.equal(encodeStatusMessage(message), encoded);
  }
});

test("a long message is cut between characters", () => {
  assert.equal(encodeStatusMessage("x".repeat(1e5)).length, STATUS_MESSAGE_SIZE_MAX - 4);
  const encoded = encodeStatusMessage("ä".repeat(1e5));
  assert.ok(encoded.length <= STATUS_MESSAGE_SIZE_MAX);
  assert.match(encoded, /^(%C3%A4)+$/);
});

test("any message that is not cut is read back as it was", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (message) => {
      const encoded = encodeStatusMessage(message);
      assert.match(encoded, /^(?:[!-~](?:[ -~]*[!-~])?)?$/);
      assert.equal(decodeURIComponent(encoded.replace(/%(?![0-9A-F]{2})/g, "%25")), message);
    }),
    fuzzOptions(),
  );
});
