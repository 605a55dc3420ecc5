import assert from "node:assert/strict";
import { test } from "node:test";
import { ConnectionHarness } from "./testing/connection-harness.ts";

const head = (path: string, more = ""): string => `GET ${path} HTTP/1.1\r\nHost: h\r\n${more}\r\n`;

test("requests with the same bytes of head share what was derived from it, others do not", () => {
  const harness = new ConnectionHarness();
  harness.receive(head("/a"));
  harness.receive(head("/a"));
  harness.receive(head("/b"));
  const [first, second, third] = harness.exchanges;
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  first.memo = "derived";
  assert.equal(second.memo, "derived");
  assert.equal(second.path, "/a");
  assert.equal(second.header("host"), "h");
  assert.equal(third.memo, null);
  assert.equal(third.path, "/b");
});

test("a head that only begins like a known one is read anew", () => {
  const harness = new ConnectionHarness();
  harness.receive(head("/a"));
  harness.receive(`${head("/a").slice(0, -2)}X: 1\r\n\r\n`);
  harness.receive(head("/a", "X: 2\r\n"));
  assert.deepEqual(
    harness.exchanges.map((exchange) => exchange.header("x")),
    [undefined, "1", "2"],
  );
});

test("the bodies behind equal heads are their own", () => {
  const harness = new ConnectionHarness();
  const post = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n";
  harness.receive(`${post}one${post}two`);
  harness.receive(`${post}th`);
  harness.receive("r");
  assert.deepEqual(
    harness.exchanges.map(({ body }) => Buffer.from(body).toString()),
    ["one", "two", "thr"],
  );
});

test("a head that closes the connection does so each time", () => {
  const closing = head("/a", "Connection: close\r\n");
  for (let round = 0; round < 3; round++) {
    const harness = new ConnectionHarness();
    harness.receive(closing);
    harness.receive(closing);
    assert.equal(harness.exchanges.length, 1);
  }
});

test("what was read into the shared buffer later does not change a known head", () => {
  const harness = new ConnectionHarness();
  for (let round = 0; round < 100; round++) {
    harness.receive(head(`/${round % 7}`, `N: ${round % 7}\r\n`));
  }
  harness.exchanges.forEach((exchange, round) => {
    assert.equal(exchange.path, `/${round % 7}`);
    assert.equal(exchange.header("n"), String(round % 7));
  });
});
