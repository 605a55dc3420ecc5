import assert from "node:assert/strict";
import { after, test } from "node:test";
import { identityModel } from "@nereid/onnx-writer";
import { StatusCode } from "@nereid/protocol";
import { GraphOptimizationLevel, OrtSessionOptions } from "./ort-session-options.ts";
import { OrtFixture, PLAIN_SETTINGS } from "./testing/ort-fixture.ts";

const fixture = new OrtFixture();
after(() => fixture[Symbol.asyncDispose]());

test("options are created, closed once, and not used afterwards", () => {
  const options = OrtSessionOptions.create(fixture.library, PLAIN_SETTINGS);
  assert.notEqual(options.address, 0n);
  options.close();
  assert.throws(() => options.address, /ort-session-options: used after close/);
  assert.throws(() => options.close(), { name: "AssertionError" });
});

test("a session loads with every setting that can be made", async () => {
  const session = await fixture.load(identityModel({ elementType: "FLOAT", dims: [1] }), {
    ...PLAIN_SETTINGS,
    graphOptimizationLevel: GraphOptimizationLevel.DisableAll,
    isParallel: true,
    intraOpThreadCount: 2,
    interOpThreadCount: 2,
    isCpuMemoryArenaEnabled: false,
    isMemoryPatternEnabled: false,
    configEntries: new Map([["session.intra_op.allow_spinning", "0"]]),
  });
  await fixture.release(session);
});

test("a session that shares thread pools needs an environment that has them", async () => {
  await assert.rejects(
    fixture.load(identityModel({ elementType: "FLOAT", dims: [1] }), {
      ...PLAIN_SETTINGS,
      usesGlobalThreadPools: true,
    }),
    /onnx runtime error 1: .*EnvCreatedWithGlobalThreadPools/s,
  );
});

test("a provider whose library is missing is named with the reason", () => {
  for (const provider of [
    { name: "CUDA", options: { device_id: "0" } },
    { name: "TensorRT", options: { device_id: "0", trt_fp16_enable: "1" } },
    { name: "OpenVINO", options: { device_type: "CPU" } },
    { name: "NoSuchProvider", options: {} },
  ]) {
    assert.throws(
      () => OrtSessionOptions.create(fixture.library, { ...PLAIN_SETTINGS, providers: [provider] }),
      {
        code: StatusCode.Unavailable,
        message: new RegExp(
          `^unable to set up the execution provider '${provider.name}' of the library '.*libonnxruntime.*': onnx runtime error \\d+: `,
          "s",
        ),
      },
    );
  }
});

test("a library of custom operators that is missing is named", () => {
  assert.throws(
    () =>
      OrtSessionOptions.create(fixture.library, {
        ...PLAIN_SETTINGS,
        customOpLibraries: ["/nonexistent/libcustom.so"],
      }),
    {
      code: StatusCode.Internal,
      message: /^onnx runtime error 1: Failed to load library \/nonexistent\/libcustom\.so/,
    },
  );
});
