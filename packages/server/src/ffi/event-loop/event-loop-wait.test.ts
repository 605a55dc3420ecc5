import assert from "node:assert/strict";
import { once } from "node:events";

import { test } from "node:test";
import { MessageChannel, Worker } from "node:worker_threads";
import { createEventLoopWait } from "./event-loop-wait.ts";

const LONG_NS = 60e9;

test("a wait ends when another thread posts", async () => {
  const wait = createEventLoopWait();
  assert.equal(wait !== null, process.platform === "linux");
  if (wait === null) {
    return;
  }
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(
    `const { parentPort, workerData } = require("node:worker_threads");
     parentPort.once("message", () => workerData.postMessage("done"));`,
    { eval: true, workerData: port2, transferList: [port2] },
  );
  await once(worker, "online");
  const message = once(port1, "message");
  worker.postMessage("go");
  // Would the post not end it, this would take a minute.
  wait(LONG_NS);
  assert.deepEqual(await message, ["done"]);
  port1.close();
  await worker.terminate();
});
