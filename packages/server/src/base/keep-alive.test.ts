import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { keepAlive } from "./keep-alive.ts";

test("the process lives as long as it is kept alive", () => {
  const module = JSON.stringify(new URL("./keep-alive.ts", import.meta.url).href);
  const program = `
    import { keepAlive } from ${module};
    const release = keepAlive();
    const { port1, port2 } = new MessageChannel();
    port2.unref();
    port1.onmessage = () => {
      console.log("alive");
      release();
    };
    port1.unref();
    port2.postMessage(null);
  `;
  const args = ["--input-type=module", "--eval", program];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  assert.equal(stderr, "");
  assert.equal(stdout, "alive\n");
  assert.equal(status, 0);
});

test("releasing twice does no harm", () => {
  const release = keepAlive();
  release();
  release();
});
