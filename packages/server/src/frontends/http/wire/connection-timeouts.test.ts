/** Tests the time limits of a connection. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ConnectionHarness } from "./testing/connection-harness.ts";

const INTERVAL_MS = 1000;
const LIMITS = {
  headTimeoutMs: 10_000,
  bodyTimeoutMs: 10_000,
  bodyProgressSizeMin: 100,
  writeTimeoutMs: 10_000,
  lingerTimeoutMs: 10_000,
} as const;

const GET = "GET / HTTP/1.1\r\n\r\n";

/** Lets time pass, with a look at the connection every interval. */
function wait(harness: ConnectionHarness, durationMs: number): void {
  for (let passedMs = 0; passedMs < durationMs; passedMs += INTERVAL_MS) {
    harness.context.nowMs += INTERVAL_MS;
    harness.connection.sweep(harness.context.nowMs, INTERVAL_MS);
  }
}

test("a head must be complete in time, however steadily it trickles", () => {
  const harness = new ConnectionHarness(LIMITS);
  wait(harness, 100_000);
  harness.receive("G");
  for (const character of "ET / HTTP/") {
    wait(harness, 1000);
    assert.deepEqual(harness.statuses, []);
    harness.receive(character);
  }
  wait(harness, 2000);
  assert.match(
    harness.output,
    /^HTTP\/1\.1 408 Request Timeout\r\n.*\{"error":"Request timeout"\}$/s,
  );
  assert.equal(harness.connection.isOpen, false);
});

test("empty lines begin no head", () => {
  const harness = new ConnectionHarness(LIMITS);
  harness.receive("\r\n");
  wait(harness, 100_000);
  harness.receive("\r");
  harness.receive("\n");
  wait(harness, 100_000);
  assert.equal(harness.output, "");
  assert.equal(harness.connection.isOpen, true);
});

test("a body must make progress", () => {
  for (const framing of ["Content-Length: 100000", "Transfer-Encoding: chunked"]) {
    const harness = new ConnectionHarness(LIMITS);
    harness.receive(`POST / HTTP/1.1\r\n${framing}\r\n\r\n2710\r\n`);
    for (let count = 0; count < 10; count++) {
      harness.receive("a".repeat(100));
      wait(harness, 11_000);
      assert.deepEqual(harness.statuses, []);
    }
    harness.receive("a".repeat(99));
    wait(harness, 12_000);
    assert.deepEqual(harness.statuses, [408]);
  }
});

test("a body that is thrown away must make progress, too", () => {
  const harness = new ConnectionHarness(LIMITS);
  harness.bodySizeMax = 10;
  harness.receive("POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n");
  assert.deepEqual(harness.statuses, [413]);
  wait(harness, 12_000);
  assert.deepEqual(harness.statuses, [413]);
  assert.equal(harness.connection.isOpen, false);
});

test("a request may run as long as it likes", () => {
  const harness = new ConnectionHarness(LIMITS);
  harness.answersAtOnce = false;
  harness.receive(GET);
  wait(harness, 1_000_000);
  harness.exchanges[0]?.respond(200, "", []);
  assert.deepEqual(harness.statuses, [200]);
});

test("input that waits for our own answers is not late", () => {
  const harness = new ConnectionHarness({ ...LIMITS, pipelineDepthMax: 1 });
  harness.answersAtOnce = false;
  harness.receive(`${GET}GET / HT`);
  wait(harness, 100_000);
  assert.equal(harness.connection.isOpen, true);
});

test("a client that takes nothing of its answer is reset", async () => {
  const harness = new ConnectionHarness(LIMITS);
  harness.socket.isStuck = true;
  harness.receive(GET);
  wait(harness, 10_000);
  assert.equal(harness.socket.destroyed, false);
  wait(harness, 1000);
  assert.equal(harness.socket.wasReset, true);
  await new Promise((resolve) => harness.socket.once("close", resolve));
  assert.equal(harness.context.exchangeCount, 0);
});

test("a client that takes a large answer slowly is not", () => {
  const harness = new ConnectionHarness(LIMITS);
  harness.socket.isStuck = true;
  harness.answersAtOnce = false;
  harness.receive(GET);
  harness.exchanges[0]?.respond(200, "", [Buffer.alloc(20 * 1024 * 1024)]);
  for (let count = 0; count < 20; count++) {
    wait(harness, 9000);
    harness.socket.takeWaiting();
    harness.socket.takeWaiting();
  }
  assert.equal(harness.socket.destroyed, false);
});

test("lingering ends", () => {
  const harness = new ConnectionHarness(LIMITS);
  harness.receive("BAD\r\n");
  assert.deepEqual(harness.statuses, [400]);
  wait(harness, 10_000);
  assert.equal(harness.socket.destroyed, false);
  wait(harness, 1000);
  assert.equal(harness.socket.destroyed, true);
});

test("idle connections stay unless told otherwise", () => {
  const kept = new ConnectionHarness(LIMITS);
  kept.receive(GET);
  wait(kept, 10_000_000);
  assert.equal(kept.connection.isOpen, true);

  const limited = new ConnectionHarness({ ...LIMITS, idleTimeoutMs: 10_000 });
  for (let count = 0; count < 5; count++) {
    limited.receive(GET);
    wait(limited, 10_000);
    assert.equal(limited.connection.isOpen, true);
  }
  wait(limited, 1000);
  assert.equal(limited.connection.isOpen, false);
  assert.equal(limited.socket.writableEnded, true);
});
