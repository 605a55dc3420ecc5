import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { test } from "node:test";
import { exchange, type HttpOutcome, parseAnswer } from "./http-exchange.ts";

function bodyOf(outcome: HttpOutcome | null): string {
  assert.equal(outcome?.kind, "answer");
  return Buffer.from(outcome.kind === "answer" ? outcome.body : "").toString();
}

/** Runs one exchange against a server that does this with each connection. */
async function exchangeWith(
  serve: (socket: Socket) => void,
  options: { readonly isEnded?: boolean; readonly timeoutMs?: number } = {},
): Promise<HttpOutcome> {
  const server: Server = createServer((socket) => {
    socket.on("error", () => {});
    serve(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const address = server.address();
    assert.ok(address !== null && typeof address === "object");
    return await exchange(Buffer.from("GET / HTTP/1.1\r\n\r\n"), {
      port: address.port,
      ...options,
    });
  } finally {
    server.close();
  }
}

test("an answer with a length is read to its end, and not further", () => {
  const text = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: 1\r\nx-a: 2\r\n\r\nabc";
  const answer = parseAnswer(Buffer.from(text), false);
  assert.equal(bodyOf(answer), "ab");
  assert.equal(answer?.headers.get("x-a"), "1, 2");
  assert.equal(parseAnswer(Buffer.from(text.slice(0, -3)), false), null);
});

test("a chunked answer is joined", () => {
  const text =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
  assert.equal(bodyOf(parseAnswer(Buffer.from(text), false)), "abcde");
  assert.equal(parseAnswer(Buffer.from(text.slice(0, -7)), false), null);
});

test("an answer without a length ends with the connection", () => {
  const bytes = Buffer.from("HTTP/1.0 200 OK\r\n\r\nall of it");
  assert.equal(parseAnswer(bytes, false), null);
  assert.equal(bodyOf(parseAnswer(bytes, true)), "all of it");
});

test("interim answers are skipped", () => {
  const text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n";
  assert.equal(parseAnswer(Buffer.from(text), false)?.status, 204);
});

test("an answer that comes in pieces is put together", async () => {
  const outcome = await exchangeWith((socket) => {
    socket.write("HTTP/1.1 200 OK\r\nContent-");
    setImmediate(() => socket.write("Length: 5\r\n\r\nhe"));
    setImmediate(() => setImmediate(() => socket.write("llo")));
  });
  assert.equal(bodyOf(outcome), "hello");
});

test("a connection that is closed without an answer is told from one that stays silent", async () => {
  assert.deepEqual(await exchangeWith((socket) => socket.end()), { kind: "closed" });
  assert.deepEqual(await exchangeWith((socket) => socket.resetAndDestroy()), { kind: "closed" });
  assert.deepEqual(await exchangeWith(() => {}, { timeoutMs: 20 }), { kind: "silent" });
});

test("the sending side may be ended behind the request", async () => {
  const outcome = await exchangeWith(
    (socket) => {
      socket.on("end", () => socket.end("HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n"));
      socket.resume();
    },
    { isEnded: true },
  );
  assert.equal(outcome.kind === "answer" && outcome.status, 400);
});

test("nobody listening is an error", async () => {
  await assert.rejects(exchange(new Uint8Array(), { port: 1 }), /ECONNREFUSED/);
});
