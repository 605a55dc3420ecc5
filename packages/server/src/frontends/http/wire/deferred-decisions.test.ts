/** Tests what a layer above needs that decides in another thread: late refusals, late limits, and holding clients back. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import type { HttpExchange, HttpRequestReceiver } from "./http-exchange.ts";
import { ConnectionHarness } from "./testing/connection-harness.ts";
import { RawClient } from "./testing/raw-client.ts";
import { createWireServer } from "./wire-server.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

test("a body that is too large may be refused later, and is thrown away meanwhile", () => {
  const harness = new ConnectionHarness();
  const refused: HttpExchange[] = [];
  harness.bodySizeMax = 4;
  harness.onBodyTooLarge = (exchange) => refused.push(exchange);
  harness.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12");
  harness.receive(`345${CHUNKED}5\r\n12345\r\n`);
  harness.receive(`0\r\n\r\n${GET}`);
  assert.equal(harness.output, "");
  assert.equal(refused.length, 2);
  for (const exchange of refused) {
    exchange.respond(413, "", []);
  }
  assert.deepEqual(harness.statuses, [413, 413, 200]);
});

test("a limit may come down while a chunked body grows", () => {
  const harness = new ConnectionHarness();
  harness.receive(`${CHUNKED}5\r\n12345\r\n`);
  harness.bodySizeMax = 5;
  harness.receive("0\r\n\r\n");
  assert.deepEqual(harness.requests, ["POST / 1.1 12345"]);
  harness.receive(`${CHUNKED}6\r\n123456\r\n`);
  assert.deepEqual(harness.statuses, [200, 413]);
  harness.bodySizeMax = 100;
  harness.receive(`0\r\n\r\n${CHUNKED}6\r\n123456\r\n`);
  harness.bodySizeMax = 5;
  harness.receive("1\r\n7\r\n");
  assert.deepEqual(harness.statuses, [200, 413, 413]);
});

test("a held server reads requests that have begun and begins no other, until it is let go", async () => {
  const paths: string[] = [];
  const counts: number[] = [];
  const receiver: HttpRequestReceiver = {
    bodySizeMax: 100,
    alignedBodyOffset: () => 0,
    onRequest: (exchange) => {
      paths.push(exchange.path);
      exchange.respond(200, "", []);
    },
    onBodyTooLarge: () => assert.fail("no body is too large"),
  };
  const server = createWireServer(() => receiver, {
    onConnectionCount: (count) => counts.push(count),
  });
  const { port } = await server.listen({ address: "127.0.0.1", port: 0, reusePort: false });
  const begun = await RawClient.connect(port);
  const idle = await RawClient.connect(port);
  begun.send(
    "POST /begun HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n",
  );
  // Once the server asks for the body it has read the head.
  await once(begun.socket, "data");
  server.isHeld = true;
  begun.send(`12${GET}`);
  idle.send(GET.replace("/", "/idle"));
  await begun.answer();
  assert.equal((await begun.answer()).status, 200);
  assert.deepEqual(paths, ["/begun"]);
  assert.deepEqual(counts, [1, 2]);
  server.isHeld = false;
  assert.equal((await begun.answer()).status, 200);
  assert.equal((await idle.answer()).status, 200);
  assert.deepEqual(paths.sort(), ["/", "/begun", "/idle"]);
  begun.close();
  idle.close();
  await server.close();
  assert.deepEqual(counts, [1, 2, 1, 0]);
});
