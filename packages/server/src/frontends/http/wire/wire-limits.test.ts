import assert from "node:assert/strict";
import { test } from "node:test";
import { ConnectionHarness } from "./testing/connection-harness.ts";
import type { WireLimits } from "./wire-limits.ts";

/** What is answered to `input` in one read, and byte by byte: the same. */
function statusesOf(limits: Partial<WireLimits>, input: string): number[] {
  const whole = new ConnectionHarness(limits);
  whole.receive(input);
  const bitten = new ConnectionHarness(limits);
  for (let position = 0; position < input.length; position++) {
    bitten.receive(input.charAt(position));
  }
  assert.deepEqual(bitten.statuses, whole.statuses);
  return whole.statuses;
}

test("a head of exactly the allowed size passes, one byte more is refused", () => {
  const headOf = (size: number): string => {
    const frame = "GET / HTTP/1.1\r\nA: \r\n\r\n";
    return frame.replace("A: ", `A: ${"b".repeat(size - frame.length)}`);
  };
  assert.deepEqual(statusesOf({ headSizeMax: 500 }, headOf(500)), [200]);
  assert.deepEqual(statusesOf({ headSizeMax: 500 }, headOf(501)), [431]);
});

test("an endless header line is refused when it reaches the limit", () => {
  assert.deepEqual(
    statusesOf({ headSizeMax: 500 }, `GET / HTTP/1.1\r\nA: ${"b".repeat(800)}`),
    [431],
  );
});

test("a fault before the limit wins over the limit", () => {
  const input = `GET / HTTP/1.1\r\nA: ${"b".repeat(400)}\x01${"b".repeat(400)}`;
  assert.deepEqual(statusesOf({ headSizeMax: 500 }, input), [400]);
});

test("a fault in a long line that comes in pieces is found, at the latest at its end", () => {
  const harness = new ConnectionHarness();
  harness.receive("GET / HTTP/1.1\r\nA: ");
  for (let count = 0; count < 20; count++) {
    harness.receive("b".repeat(1000));
  }
  assert.deepEqual(harness.statuses, []);
  harness.receive("b\x01b");
  assert.deepEqual(harness.statuses, [400]);
});

test("a long head that comes in pieces is read like one that comes whole", () => {
  const lines = Array.from(
    { length: 100 },
    (_, index) => `Name-${index}: ${"v".repeat(1 + index * 9)}`,
  );
  const input = `GET / HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`;
  const harness = new ConnectionHarness();
  for (let position = 0; position < input.length; position += 700) {
    harness.receive(input.slice(position, position + 700));
  }
  const seen: string[] = [];
  harness.exchanges[0]?.forEachHeader((name, value) => seen.push(`${name}: ${value}`));
  assert.deepEqual(seen, lines);
});

test("as many headers as allowed pass, one more is refused", () => {
  const headOf = (count: number): string => `GET / HTTP/1.1\r\n${"A: b\r\n".repeat(count)}\r\n`;
  assert.deepEqual(statusesOf({ headerCountMax: 20 }, headOf(20)), [200]);
  assert.deepEqual(statusesOf({ headerCountMax: 20 }, headOf(21)), [431]);
});

test("a target of exactly the allowed size passes, one byte more is refused", () => {
  const headOf = (size: number): string => `GET /${"a".repeat(size - 1)} HTTP/1.1\r\n\r\n`;
  assert.deepEqual(statusesOf({ targetSizeMax: 100 }, headOf(100)), [200]);
  assert.deepEqual(statusesOf({ targetSizeMax: 100 }, headOf(101)), [414]);
  assert.deepEqual(statusesOf({ targetSizeMax: 100 }, headOf(10_000)), [414]);
});

test("the default limits are the documented ones", () => {
  assert.deepEqual(statusesOf({}, `GET /${"a".repeat(16 * 1024)} HTTP/1.1\r\n\r\n`), [414]);
  assert.deepEqual(statusesOf({}, `GET / HTTP/1.1\r\n${"A: b\r\n".repeat(257)}\r\n`), [431]);
  const harness = new ConnectionHarness();
  harness.receive(`GET / HTTP/1.1\r\nA: ${"b".repeat(65 * 1024)}\r\n\r\n`);
  assert.deepEqual(harness.statuses, [431]);
});

const CHUNKED = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";

test("65536 chunks pass, one more is refused in Triton's words", () => {
  const harness = new ConnectionHarness();
  harness.receive(`${CHUNKED}${"1\r\na\r\n".repeat(65536)}0\r\n\r\n`);
  assert.deepEqual(harness.statuses, [200]);
  assert.equal(harness.exchanges[0]?.body.byteLength, 65536);

  const refused = new ConnectionHarness();
  refused.receive(`${CHUNKED}${"1\r\na\r\n".repeat(65537)}0\r\n\r\n`);
  assert.equal(
    refused.output,
    "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 109\r\n" +
      "Connection: close\r\n\r\n" +
      '{"error":"Chunked request body exceeds maximum of 65536 non-empty chunks. Send fewer or larger HTTP chunks."}',
  );
  assert.deepEqual(refused.requests, []);
});

test("chunk extensions are limited over the whole body", () => {
  const bodyOf = (count: number): string =>
    `${CHUNKED}${`1;${"a".repeat(1023)}\r\na\r\n`.repeat(count)}0\r\n\r\n`;
  const passing = new ConnectionHarness();
  passing.receive(bodyOf(15));
  assert.deepEqual(passing.statuses, [200]);
  const refused = new ConnectionHarness();
  refused.receive(bodyOf(17));
  assert.deepEqual(refused.statuses, [400]);
});

test("trailers of exactly the allowed size pass, one byte more is refused", () => {
  const bodyOf = (size: number): string => {
    const frame = "A: \r\n\r\n";
    return `${CHUNKED}0\r\n${frame.replace("A: ", `A: ${"b".repeat(size - frame.length)}`)}`;
  };
  assert.deepEqual(statusesOf({ trailerSizeMax: 100 }, bodyOf(100)), [200]);
  assert.deepEqual(statusesOf({ trailerSizeMax: 100 }, bodyOf(101)), [431]);
});
