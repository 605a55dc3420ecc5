import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { SocketPair } from "./socket-pair.ts";

/** A child that sends everything back. */
const ECHO = `
  const { Socket } = require("node:net");
  const socket = new Socket({ fd: 3 });
  socket.pipe(socket);
`;

function startEcho(pair: SocketPair): ChildProcess {
  const child = spawn(process.execPath, ["-e", ECHO], {
    stdio: ["ignore", "inherit", "inherit", pair.peerDescriptor],
  });
  pair.releasePeer();
  return child;
}

test("what is written comes back in order, also more than the system takes at once", async () => {
  const expected = Buffer.alloc(5_000_000, "0123456789 nereid ");
  const received: Buffer[] = [];
  let receivedCount = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const pair = new SocketPair({
    onData(bytes) {
      received.push(Buffer.from(bytes));
      receivedCount += bytes.byteLength;
      if (receivedCount === expected.byteLength) {
        resolve();
      }
    },
    onEnd() {},
  });
  const child = startEcho(pair);
  for (let at = 0; at < expected.byteLength; at += 333_333) {
    pair.write(expected.subarray(at, Math.min(at + 333_333, expected.byteLength)));
  }
  await promise;
  assert.ok(Buffer.concat(received).equals(expected));
  pair.close();
  await once(child, "exit");
});

test("the end of the child shows once, and writing then does nothing", async () => {
  let endCount = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const pair = new SocketPair({
    onData() {},
    onEnd() {
      endCount++;
      resolve();
    },
  });
  const child = startEcho(pair);
  child.kill("SIGKILL");
  await promise;
  pair.write(Buffer.from("nobody reads this"));
  pair.close();
  pair.close();
  assert.equal(endCount, 1);
});

test("what the other end has sent is received although it has gone, and has not read what was written since", async () => {
  const received: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const pair = new SocketPair({
    onData(bytes) {
      received.push(bytes.toString());
    },
    onEnd: resolve,
  });
  spawnSync("/bin/sh", ["-c", "printf 'last words' >&3"], {
    stdio: ["ignore", "inherit", "inherit", pair.peerDescriptor],
  });
  pair.releasePeer();
  pair.write(Buffer.from("nobody reads this"));
  await promise;
  assert.equal(received.join(""), "last words");
});
