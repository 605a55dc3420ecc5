/** Tests how bodies of every framing and size reach the layer above, and how they are refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { BODY_ALIGNMENT, type BufferPool } from "../../socket/buffer-pool.ts";
import { ConnectionHarness, EMPTY_ANSWER } from "./testing/connection-harness.ts";

/** A pool that knows what is out. */
class CountingPool implements BufferPool {
  readonly out = new Set<Uint8Array>();
  takenSize = 0;
  givenCount = 0;

  take(size: number): Uint8Array {
    const buffer = new Uint8Array(size);
    this.takenSize += size;
    this.out.add(buffer);
    return buffer;
  }

  give(buffer: Uint8Array): void {
    assert.ok(this.out.delete(buffer), "a buffer is given back once, and is the pool's");
    // Whoever still reads it shall notice.
    buffer.fill(0xee);
    this.givenCount++;
  }
}

function post(size: number, ...lines: string[]): string {
  const head = ["POST / HTTP/1.1", `Content-Length: ${size}`, ...lines];
  return `${head.join("\r\n")}\r\n\r\n`;
}

const CHUNKED = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";

/** Text in which every byte tells its place. */
function pattern(size: number): string {
  const bytes = Buffer.alloc(size);
  for (let index = 0; index < size; index++) {
    bytes[index] = (index * 7 + (index >> 8)) & 0xff;
  }
  return bytes.toString("latin1");
}

function bodyText(harness: ConnectionHarness, index = 0): string {
  return Buffer.from(harness.exchanges[index]?.body ?? []).toString("latin1");
}

for (const size of [0, 1, 8192, 8193, 65_536, 1_000_000]) {
  for (const pieceSize of [1000, 30_000, 65_536]) {
    test(`a body of ${size} bytes in pieces of ${pieceSize} is whole and in one piece`, () => {
      const pool = new CountingPool();
      const harness = new ConnectionHarness({}, pool);
      const body = pattern(size);
      const input = post(size) + body;
      for (let position = 0; position < input.length; position += pieceSize) {
        harness.receive(input.slice(position, position + pieceSize));
      }
      assert.equal(bodyText(harness), body);
      harness.exchanges[0]?.releaseBody();
      harness.exchanges[0]?.releaseBody();
      assert.equal(pool.out.size, 0);
    });
  }
}

test("the asked-for byte lies on a boundary, however the body comes", () => {
  for (const size of [300, 9000, 100_000]) {
    for (const alignedOffset of [0, 1, 63, 64, 150, 299]) {
      for (const pieceSize of [100, 40_000, 200_000]) {
        const harness = new ConnectionHarness();
        harness.alignedOffset = alignedOffset;
        const input = post(size) + pattern(size);
        for (let position = 0; position < input.length; position += pieceSize) {
          harness.receive(input.slice(position, position + pieceSize));
        }
        const body = harness.exchanges[0]?.body;
        assert.equal(((body?.byteOffset ?? 1) + alignedOffset) % BODY_ALIGNMENT, 0);
        assert.equal(bodyText(harness), pattern(size));
      }
    }
  }
});

test("chunked bodies are put together, from any pieces", () => {
  const body = pattern(100_000);
  const chunks = [body.slice(0, 1), body.slice(1, 50_000), body.slice(50_000)];
  const text = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join("");
  for (const pieceSize of [777, 20_000, 200_000]) {
    const pool = new CountingPool();
    const harness = new ConnectionHarness({}, pool);
    harness.alignedOffset = 10;
    const input = `${CHUNKED}${text}0\r\n\r\n`;
    for (let position = 0; position < input.length; position += pieceSize) {
      harness.receive(input.slice(position, position + pieceSize));
    }
    assert.equal(bodyText(harness), body);
    assert.equal(((harness.exchanges[0]?.body.byteOffset ?? 1) + 10) % BODY_ALIGNMENT, 0);
    assert.equal(pool.out.size, 1);
  }
});

test("a lying Content-Length costs memory in proportion to what has come", () => {
  const pool = new CountingPool();
  const harness = new ConnectionHarness({}, pool);
  harness.bodySizeMax = Number.MAX_SAFE_INTEGER;
  harness.receive(post(1e12));
  assert.equal(pool.takenSize, 0);
  harness.receive("a".repeat(100));
  assert.ok(pool.takenSize <= 100 * 1024, `${pool.takenSize} bytes`);
  harness.connection.destroy();
});

test("memory of a body that never comes whole goes back to the pool", async () => {
  const pool = new CountingPool();
  const harness = new ConnectionHarness({}, pool);
  harness.receive(`${post(100_000)}abc`);
  assert.equal(pool.out.size, 1);
  harness.connection.destroy();
  await new Promise((resolve) => harness.socket.once("close", resolve));
  assert.equal(pool.out.size, 0);

  const broken = new ConnectionHarness({}, pool);
  broken.receive(`${CHUNKED}3\r\nabc\r\nx`);
  assert.deepEqual(broken.statuses, [400]);
  assert.equal(pool.out.size, 0);
});

test("memory that the socket may still write into is not given to another request", () => {
  const limits = { bodyTimeoutMs: 1000 };
  for (const end of ["timeout", "answer"] as const) {
    const pool = new CountingPool();
    const harness = new ConnectionHarness(limits, pool);
    harness.answersAtOnce = false;
    harness.receive(`GET / HTTP/1.1\r\n\r\n${post(100_000)}abc`);
    const space = harness.connection.space();
    assert.ok(space !== null, "the rest is read directly");
    if (end === "timeout") {
      harness.context.nowMs = 10_000;
      harness.connection.sweep(10_000, 1000);
    }
    // The last answer ends the connection while the body is still coming.
    const [exchange] = harness.exchanges;
    assert.ok(exchange !== undefined);
    Reflect.set(exchange, "closes", true);
    exchange.respond(200, "", []);
    assert.equal(harness.connection.isOpen, false);
    assert.equal(pool.givenCount, 0);
    space.fill(1, 0, 10);
    harness.connection.filled(10);
    assert.equal(harness.connection.space(), null);
    assert.equal(pool.out.size, 0, "now the socket reads elsewhere");
  }
});

test("a pool that has no memory costs the request, not the server", () => {
  const empty: BufferPool = {
    take: () => {
      throw new RangeError("Array buffer allocation failed");
    },
    give() {},
  };
  const whole = new ConnectionHarness({}, empty);
  whole.receive(post(20_000) + pattern(20_000));
  assert.deepEqual(whole.statuses, [503]);
  const inPieces = new ConnectionHarness({}, empty);
  inPieces.receive(`${post(20_000)}abc`);
  assert.deepEqual(inPieces.statuses, [503]);
  const inChunks = new ConnectionHarness({}, empty);
  inChunks.receive(`${CHUNKED}3\r\nabc\r\n`);
  assert.deepEqual(inChunks.statuses, [503]);
});

test("a body that is announced too large is refused at once, thrown away, and the connection goes on", () => {
  const pool = new CountingPool();
  const harness = new ConnectionHarness({}, pool);
  harness.bodySizeMax = 10;
  harness.receive(`${post(11)}hello`);
  assert.deepEqual(harness.statuses, [413]);
  harness.receive(" worldGET / HTTP/1.1\r\n\r\n");
  assert.deepEqual(harness.statuses, [413, 200]);
  assert.deepEqual(harness.requests, ["GET / 1.1"]);
  assert.equal(pool.takenSize, 0);
  assert.equal(harness.connection.isOpen, true);
});

test("a body of exactly the allowed size passes", () => {
  for (const input of [
    `${post(10)}0123456789`,
    `${CHUNKED}4\r\n0123\r\n6\r\n456789\r\n0\r\n\r\n`,
  ]) {
    const harness = new ConnectionHarness();
    harness.bodySizeMax = 10;
    harness.receive(input);
    assert.deepEqual(harness.requests, ["POST / 1.1 0123456789"]);
  }
});

test("a chunked body that grows too large is refused, thrown away, and the connection goes on", () => {
  const pool = new CountingPool();
  const harness = new ConnectionHarness({}, pool);
  harness.bodySizeMax = 10;
  harness.receive(`${CHUNKED}8\r\n01234567\r\n`);
  assert.equal(pool.out.size, 1);
  harness.receive("3\r");
  assert.deepEqual(harness.statuses, []);
  harness.receive("\n");
  assert.deepEqual(harness.statuses, [413]);
  assert.equal(pool.out.size, 0);
  harness.receive("89a\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n");
  assert.deepEqual(harness.statuses, [413, 200]);
});

test("a refused body that is too much to throw away ends the connection after the answer", () => {
  const harness = new ConnectionHarness({ discardSizeMax: 1000 });
  harness.bodySizeMax = 10;
  harness.receive(post(1001));
  assert.match(harness.output, /^HTTP\/1\.1 413 .*\r\nConnection: close\r\n/s);
  assert.equal(harness.connection.isOpen, false);
  // The sending side is closed, and what comes is thrown away, so that the client gets to read the answer.
  assert.equal(harness.socket.writableEnded, true);
  harness.receive("a".repeat(1000));
  assert.equal(harness.socket.destroyed, false);
  harness.receive("a");
  assert.equal(harness.socket.destroyed, true);
});

test("a refused chunked body that does not end breaks the connection off", () => {
  const harness = new ConnectionHarness({ discardSizeMax: 1000 });
  harness.bodySizeMax = 10;
  harness.receive(`${CHUNKED}400\r\n`);
  harness.receive("a".repeat(980));
  assert.equal(harness.socket.destroyed, false);
  harness.receive("a".repeat(40));
  assert.equal(harness.socket.destroyed, true);
});

test("an answer given at the head is the answer; the body is thrown away", () => {
  for (const cut of [0, 3, 5]) {
    const harness = new ConnectionHarness();
    harness.onHead = (exchange) => {
      exchange.respond(404, "", []);
      return true;
    };
    harness.receive(post(5) + "hello".slice(0, cut));
    assert.deepEqual(harness.statuses, [404]);
    harness.receive(`${"hello".slice(cut)}GET / HTTP/1.1\r\n\r\n`);
    assert.deepEqual(harness.statuses, [404, 404]);
    assert.equal(harness.context.exchangeCount, 0);
  }
});

test("an answer given while the body comes is the answer; the rest is thrown away", () => {
  const pool = new CountingPool();
  const harness = new ConnectionHarness({}, pool);
  let respond = (): void => {};
  harness.onHead = (exchange) => {
    respond = () => exchange.respond(503, "", []);
    harness.onHead = () => false;
    return false;
  };
  harness.receive(`${post(100_000)}abc`);
  respond();
  assert.deepEqual(harness.statuses, [503]);
  harness.receive("a".repeat(99_997));
  harness.receive("GET / HTTP/1.1\r\n\r\n");
  assert.deepEqual(harness.requests, ["GET / 1.1"]);
  assert.equal(pool.out.size, 0);
});

const EXPECT = "Expect: 100-continue";
const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

test("a client that holds its body back is asked for it", () => {
  const harness = new ConnectionHarness();
  harness.receive(post(2, EXPECT));
  assert.equal(harness.output, CONTINUE);
  harness.receive("ab");
  assert.equal(harness.output, CONTINUE + EMPTY_ANSWER);
  const chunked = new ConnectionHarness();
  chunked.receive(`POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n${EXPECT}\r\n\r\n`);
  assert.equal(chunked.output, CONTINUE);
});

test("a client whose body has begun to come, or that speaks HTTP/1.0, is not", () => {
  const begun = new ConnectionHarness();
  begun.receive(`${post(2, EXPECT)}a`);
  assert.equal(begun.output, "");
  const old = new ConnectionHarness();
  old.receive(post(2, EXPECT).replace("HTTP/1.1", "HTTP/1.0"));
  assert.equal(old.output, "");
});

test("it is asked when the answers before have left, unless it has begun by then", () => {
  for (const hasBegun of [false, true]) {
    const harness = new ConnectionHarness();
    harness.answersAtOnce = false;
    harness.receive(`GET / HTTP/1.1\r\n\r\n${post(2, EXPECT)}`);
    assert.equal(harness.output, "");
    if (hasBegun) {
      harness.receive("a");
    }
    harness.exchanges[0]?.respond(200, "", []);
    assert.equal(harness.output, EMPTY_ANSWER + (hasBegun ? "" : CONTINUE));
  }
});

test("a refused expectation ends the connection, since the body may or may not come", () => {
  const harness = new ConnectionHarness();
  harness.bodySizeMax = 1;
  harness.receive(post(2, EXPECT));
  assert.match(harness.output, /^HTTP\/1\.1 413 .*\r\nConnection: close\r\n/s);
  assert.equal(harness.connection.isOpen, false);
});

test("what the layer above throws is answered with 500 and reported", () => {
  const failure = new Error("a bug above");
  const throwing = (): never => {
    throw failure;
  };
  const atHead = new ConnectionHarness();
  atHead.onHead = throwing;
  atHead.receive("GET / HTTP/1.1\r\n\r\n");
  const silent = new ConnectionHarness();
  silent.onHead = () => true;
  silent.receive("GET / HTTP/1.1\r\n\r\n");
  const atRequest = new ConnectionHarness();
  atRequest.exchanges.push = throwing;
  atRequest.receive("GET / HTTP/1.1\r\n\r\n");
  for (const harness of [atHead, silent, atRequest]) {
    assert.match(harness.output, /^HTTP\/1\.1 500 .*\r\n\r\n\{"error":"Internal error"\}$/s);
    assert.equal(harness.context.exchangeCount, 0);
  }
  assert.deepEqual(atHead.errors, [failure]);
  assert.deepEqual(atRequest.errors, [failure]);
});
