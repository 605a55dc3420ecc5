import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode, TritonError } from "@nereid/protocol";
import { TraceSettings } from "./trace-settings.ts";

const STARTUP = { levels: [], rate: 1000, count: -1, logFrequency: 0, file: "" };

test("a field falls back from the model to the server to the start-up value", () => {
  const settings = new TraceSettings();
  assert.deepEqual(settings.get("m"), STARTUP);
  settings.update("", { rate: 10 });
  settings.update("m", { count: 5 });
  assert.deepEqual(settings.get(""), { ...STARTUP, rate: 10 });
  assert.deepEqual(settings.get("m"), { ...STARTUP, rate: 10, count: 5 });
  settings.update("", { rate: null });
  assert.equal(settings.get("m").rate, 1000);
  settings.update("m", { count: null });
  assert.deepEqual(settings.get("m"), STARTUP);
});

test("tracing cannot be switched on without a file, and the refused change leaves nothing behind", () => {
  const settings = new TraceSettings();
  assert.throws(
    () => settings.update("m", { levels: ["TIMESTAMPS"], rate: 1 }),
    (error: unknown) =>
      error instanceof TritonError &&
      error.code === StatusCode.InvalidArg &&
      error.message === "Attempting to set invalid trace setting :trace file name is not given",
  );
  assert.throws(
    () => settings.update("", { levels: ["TENSORS"], rate: 0 }),
    /:sample rate must be non-zero$/,
  );
  assert.deepEqual(settings.get("m"), STARTUP);
});
