import assert from "node:assert/strict";
import { after, test } from "node:test";
import { OrtEnvironment, OrtLoggingLevel } from "./ort-environment.ts";
import { OrtRunOptions } from "./ort-run-options.ts";
import { OrtFixture } from "./testing/ort-fixture.ts";

const fixture = new OrtFixture();
after(() => fixture[Symbol.asyncDispose]());

test("run options take their settings and are closed once", () => {
  const options = new OrtRunOptions(fixture.library);
  options.setTerminate();
  options.unsetTerminate();
  options.setLogLevel(OrtLoggingLevel.Fatal);
  options.addConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");
  options.close();
  assert.throws(() => options.setTerminate(), /ort-run-options: used after close/);
  assert.throws(() => options.close(), { name: "AssertionError" });
});

test("a second environment is the first one again, and closing it leaves that alone", () => {
  const second = OrtEnvironment.create(fixture.library, {
    logLevel: OrtLoggingLevel.Fatal,
    threadPools: null,
  });
  assert.equal(second.address, fixture.environment.address);
  second.close();
  assert.throws(() => second.address, /ort-environment: used after close/);
  assert.notEqual(fixture.environment.address, 0n);
});
