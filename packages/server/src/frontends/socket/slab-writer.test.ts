import assert from "node:assert/strict";
import { once } from "node:events";
import { closeSync, fstatSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { OutputSlab } from "./output-arena.ts";
import { SlabWriter } from "./slab-writer.ts";
import { FakeSocket } from "./testing/fake-socket.ts";

/** Enough files for the descriptor that has just been closed to be among theirs. */
const FILE_COUNT_MAX = 64;

async function connectedPair(context: TestContext): Promise<{ own: Socket; client: Socket }> {
  const server = createServer({ pauseOnConnect: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [own] = (await once(server, "connection")) as [Socket];
  context.after(() => {
    client.destroy();
    own.destroy();
    server.close();
  });
  return { own, client };
}

function descriptorOf(socket: Socket): number {
  return Reflect.get(Reflect.get(socket, "_handle") as object, "fd") as number;
}

/** A slab whose bytes tell where they lie. */
function filledSlab(): OutputSlab {
  const slab = new OutputSlab();
  slab.take(slab.bytes.byteLength);
  for (let index = 0; index < slab.bytes.byteLength; index++) {
    slab.bytes[index] = index % 251;
  }
  return slab;
}

async function readAll(client: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of client) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

test("a piece leaves at once, without the stream", async (context) => {
  const { own, client } = await connectedPair(context);
  const slab = filledSlab();
  new SlabWriter(own, true).write(slab, 100, 1000);
  assert.equal(own.writableLength, 0);
  assert.equal(own.bytesWritten, 0);
  own.end();
  assert.ok((await readAll(client)).equals(slab.bytes.subarray(100, 1100)));
});

test("what the system does not take goes through the stream, in order", async (context) => {
  const { own, client } = await connectedPair(context);
  client.pause();
  const slab = filledSlab();
  const writer = new SlabWriter(own, true);
  const expected: Buffer[] = [];
  // Sizes that do not divide the system's buffers, until one of them is taken in part.
  for (let start = 0; own.writableLength === 0; start = (start + 7919) % 50_000) {
    writer.write(slab, start, 64_001);
    expected.push(slab.bytes.subarray(start, start + 64_001));
    assert.ok(expected.length < 10_000, "the system's buffers are bounded");
  }
  assert.ok(own.writableLength <= 64_001);
  own.end();
  assert.ok((await readAll(client)).equals(Buffer.concat(expected)));
});

test("a socket that is not plain, or has no descriptor, is written to as a stream", async (context) => {
  const { own, client } = await connectedPair(context);
  const slab = filledSlab();
  new SlabWriter(own, false).write(slab, 0, 10);
  assert.equal(own.bytesWritten, 10);
  own.end();
  assert.ok((await readAll(client)).equals(slab.bytes.subarray(0, 10)));
  const fake = new FakeSocket();
  new SlabWriter(fake.asSocket, true).write(slab, 65, 3);
  assert.equal(fake.output, "ABC");
});

test("a client that has gone shows as an error of the socket", async (context) => {
  const { own, client } = await connectedPair(context);
  client.resetAndDestroy();
  const writer = new SlabWriter(own, true);
  const slab = filledSlab();
  const failed = once(own, "error");
  for (let count = 0; own.errored === null && count < 10_000; count++) {
    writer.write(slab, 0, 10);
    await new Promise(setImmediate);
  }
  const [error] = (await failed) as [NodeJS.ErrnoException];
  assert.match(error.code ?? "", /^(EPIPE|ECONNRESET)$/);
});

test("the descriptor of a destroyed socket is left alone: it may be another's", async (context) => {
  const { own } = await connectedPair(context);
  const descriptor = descriptorOf(own);
  const writer = new SlabWriter(own, true);
  own.on("error", () => {});
  own.destroy();
  await once(own, "close");
  const directory = mkdtempSync(join(tmpdir(), "nereid-slab-"));
  const files: number[] = [];
  while (!files.includes(descriptor) && files.length < FILE_COUNT_MAX) {
    files.push(openSync(join(directory, `${files.length}`), "w"));
  }
  context.after(() => {
    files.forEach(closeSync);
    rmSync(directory, { recursive: true });
  });
  assert.ok(files.includes(descriptor), "the descriptor has been used again");
  writer.write(filledSlab(), 0, 100);
  assert.equal(fstatSync(descriptor).size, 0);
});
