import assert from "node:assert/strict";
import { test } from "node:test";
import type { HttpExchange } from "./http-exchange.ts";
import { ConnectionHarness } from "./testing/connection-harness.ts";

function headOf(input: string): HttpExchange {
  const harness = new ConnectionHarness();
  harness.receive(input);
  const exchange = harness.exchanges[0];
  assert.ok(exchange !== undefined, harness.output);
  return exchange;
}

test("headers are found by their lower-case name, in any case sent; the first of several wins", () => {
  const head = headOf(
    "GET / HTTP/1.1\r\nHost: a\r\nX-ONE: 1\r\nx-one: 2\r\nEmpty:\r\nPadded: \t a b \t\r\nHigh: \xe9\r\n\r\n",
  );
  assert.equal(head.header("host"), "a");
  assert.equal(head.header("x-one"), "1");
  assert.equal(head.header("empty"), "");
  assert.equal(head.header("padded"), "a b");
  assert.equal(head.header("high"), "\xe9");
  assert.equal(head.header("x-on"), undefined);
  assert.equal(head.header("x-one1"), undefined);
  assert.equal(head.header("x_one"), undefined);
});

test("a name's bytes are not mixed up with others that differ in one bit", () => {
  // `@` and backquote, `[` and `{`, `^` and `~` differ in bit 5 as upper and lower case do.
  const head = headOf("GET / HTTP/1.1\r\na^b: 1\r\n\r\n");
  assert.equal(head.header("a~b"), undefined);
  assert.equal(head.header("a^b"), "1");
});

test("all headers are visited in order, with the case of their names", () => {
  const seen: string[] = [];
  headOf("GET / HTTP/1.1\r\nB: 1\r\nA: 2\r\nb: 3\r\n\r\n").forEachHeader((name, value) => {
    seen.push(`${name}=${value}`);
  });
  assert.deepEqual(seen, ["B=1", "A=2", "b=3"]);
});

const TARGETS: readonly (readonly [target: string, path: string, query: string])[] = [
  ["/", "/", ""],
  ["/v2/models/m", "/v2/models/m", ""],
  ["/a?", "/a", ""],
  ["/a?b=c?d", "/a", "b=c?d"],
  ["/a#b?c", "/a#b", "c"],
  ["/%61?%62", "/%61", "%62"],
  ["//a", "//a", ""],
  ["http://host", "/", ""],
  ["http://host/", "/", ""],
  ["http://host:1/a/b?c", "/a/b", "c"],
  ["http://host?c", "/", "c"],
  ["HTTPS://host/a", "/a", ""],
];

for (const [target, path, query] of TARGETS) {
  test(`target ${target}`, () => {
    const head = headOf(`GET ${target} HTTP/1.1\r\n\r\n`);
    assert.equal(head.path, path);
    assert.equal(head.query, query);
    assert.equal(head.target, target);
  });
}

test("a target is UTF-8, whichever part is asked for first", () => {
  const input = "GET /\xc3\xa9?\xe2\x82\xac HTTP/1.1\r\n\r\n";
  assert.equal(headOf(input).target, "/é?€");
  assert.equal(headOf(input).path, "/é");
  assert.equal(headOf(input).query, "€");
  assert.equal(headOf("GET /\xff HTTP/1.1\r\n\r\n").path, "/\ufffd");
});

test("what a head says is kept while other heads are read", () => {
  const harness = new ConnectionHarness();
  harness.receive(
    "GET /first HTTP/1.1\r\nA: 1\r\n\r\nPOST /second HTTP/1.0\r\nB: 2\r\nC: 3\r\n\r\n",
  );
  const [first, second] = harness.exchanges;
  assert.deepEqual(
    [first?.method, first?.path, first?.header("a"), first?.header("b"), first?.versionMinor],
    ["GET", "/first", "1", undefined, 1],
  );
  assert.deepEqual(
    [second?.method, second?.path, second?.header("a"), second?.header("b"), second?.versionMinor],
    ["POST", "/second", undefined, "2", 0],
  );
});
