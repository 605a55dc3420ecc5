// Tests our server, as a process, with as many connections as one client machine easily has: idle, stuck, or lying.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { exchange } from "../http-exchange.ts";
import { inferRequest } from "../http-request.ts";
import { writeModels } from "../model-repository.ts";
import { jsonInput } from "../suites/infer-data.ts";
import { identityOf } from "../suites/sample-models.ts";
import { residentByteSize } from "./resident-memory.ts";
import { startWithSmallHeap } from "./small-heap-server.ts";

/** What this process needs besides its connections. */
const OTHER_FILES = 200;
const CONNECT_CONCURRENCY = 100;
const MIB = 1024 * 1024;

/** So many, or as many as the limit of open files allows; Node raises its own to the hard one when it starts. */
function allowedCount(wanted: number): number {
  let limit = Number.POSITIVE_INFINITY;
  try {
    const limits = readFileSync("/proc/self/limits", "utf8");
    limit = Number(/^Max open files\s+\d+\s+(\d+)/m.exec(limits)?.[1] ?? limit);
  } catch {
    // Not on Linux: the connections will say if there are too many.
  }
  return Math.min(wanted, limit - OTHER_FILES);
}

/** Open connections, each of which has sent `text`. */
async function connectAll(port: number, count: number, text: string): Promise<readonly Socket[]> {
  const sockets: Socket[] = [];
  const connect = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = createConnection({ port, host: "127.0.0.1" });
      socket.once("error", reject);
      socket.once("connect", () => {
        sockets.push(socket);
        if (text === "") {
          resolve();
        } else {
          socket.write(text, () => resolve());
        }
      });
    });
  while (sockets.length < count) {
    const size = Math.min(CONNECT_CONCURRENCY, count - sockets.length);
    await Promise.all(Array.from({ length: size }, connect));
  }
  return sockets;
}

/** What one more client gets for an inference. */
async function isServed(port: number): Promise<boolean> {
  const request = inferRequest("identity_fp32", jsonInput("FP32", [1], "[2.5]"));
  const answer = await exchange(request, { port });
  return answer.kind === "answer" && answer.status === 200;
}

const BODY_HEAD =
  "POST /v2/models/identity_fp32/infer HTTP/1.1\r\nContent-Length: 1000000000\r\n\r\n";

/** How many there are, what each has sent, and what it may take of the server's memory. */
const CLIENTS = [
  [10_000, "are idle", "", 8 * 1024],
  [2500, "stop in the middle of a head", `GET /v2 HTTP/1.1\r\nX: ${"x".repeat(500)}`, 12 * 1024],
  [2500, "announce a gigabyte and send no byte of it", BODY_HEAD, 12 * 1024],
  [2500, "announce a gigabyte and send one byte of it", `${BODY_HEAD}x`, 32 * 1024],
] as const;

for (const [wanted, what, text, byteSizeMax] of CLIENTS) {
  test(`${wanted} connections that ${what} cost little, and others are served`, async (context) => {
    const directory = mkdtempSync(join(tmpdir(), "nereid-connections-"));
    context.after(() => rmSync(directory, { recursive: true }));
    writeModels(directory, [identityOf("FP32")]);
    const server = await startWithSmallHeap([`--model-repository=${directory}`]);
    context.after(() => server.stop("SIGKILL"));
    const { httpPort: port, processId } = server;
    // The first inference compiles code and fills pools, which is none of the connections' cost.
    assert.ok(await isServed(port));
    const before = residentByteSize(processId);

    const count = allowedCount(wanted);
    const sockets = await connectAll(port, count, text);
    // Once it has answered, the server has also read what came before.
    assert.ok(await isServed(port));
    const growth = residentByteSize(processId) - before;
    assert.ok(growth < 16 * MIB + count * byteSizeMax, `${count} connections took ${growth} bytes`);
    assert.equal(
      sockets.filter(({ destroyed, readableEnded }) => destroyed || readableEnded).length,
      0,
    );

    for (const socket of sockets) {
      socket.destroy();
    }
    assert.ok(await isServed(port));
    assert.equal((await server.stop("SIGTERM")).code, 0);
  });
}
