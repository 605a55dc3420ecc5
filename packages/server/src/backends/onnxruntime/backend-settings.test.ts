import assert from "node:assert/strict";
import { test } from "node:test";
import { IDLE_BYTES_MAX_DEFAULT } from "../../memory/buffer-pool.ts";
import { parseBackendSettings } from "./backend-settings.ts";

function parse(settings: Readonly<Record<string, string>>) {
  return parseBackendSettings(new Map(Object.entries(settings)));
}

test("no settings leave everything to its default", () => {
  assert.deepEqual(parse({}), {
    libraryPath: null,
    defaultMaxBatchSize: 0,
    globalThreadPools: null,
    idleBufferBytesMax: IDLE_BYTES_MAX_DEFAULT,
  });
});

test("every setting is read", () => {
  assert.deepEqual(
    parse({
      "library-path": "/opt/libonnxruntime.so",
      "default-max-batch-size": "7",
      "enable-global-threadpool": "true",
      intra_op_thread_count: "3",
      inter_op_thread_count: "2",
      "idle-buffer-byte-size": "1024",
    }),
    {
      libraryPath: "/opt/libonnxruntime.so",
      defaultMaxBatchSize: 7,
      globalThreadPools: { intraOpThreadCount: 3, interOpThreadCount: 2 },
      idleBufferBytesMax: 1024,
    },
  );
});

test("the thread counts are read only with the global pools", () => {
  assert.equal(parse({ intra_op_thread_count: "x" }).globalThreadPools, null);
  assert.throws(
    () => parse({ "enable-global-threadpool": "1", intra_op_thread_count: "x" }),
    /failed to convert 'x' to integral number/,
  );
  assert.deepEqual(
    parse({ "enable-global-threadpool": "1", intra_op_thread_count: "-1" }).globalThreadPools,
    { intraOpThreadCount: 0, interOpThreadCount: 0 },
  );
});

test("a negative batch size counts as none, what is no number is refused", () => {
  assert.equal(parse({ "default-max-batch-size": "-2" }).defaultMaxBatchSize, 0);
  assert.throws(() => parse({ "default-max-batch-size": "many" }), /to integral number/);
  assert.throws(() => parse({ "enable-global-threadpool": "maybe" }), /to boolean/);
});
