// Tests OrtEnvironment with global thread pools. In a process of its own: the first environment's are the process's.
import assert from "node:assert/strict";
import { test } from "node:test";
import { identityModel } from "@nereid/onnx-writer";
import { OrtFixture, PLAIN_SETTINGS } from "./testing/ort-fixture.ts";

test("sessions without threads of their own load where the environment has pools", async () => {
  await using fixture = new OrtFixture({ intraOpThreadCount: 2, interOpThreadCount: 0 });
  const session = await fixture.load(identityModel({ elementType: "FLOAT", dims: [1] }), {
    ...PLAIN_SETTINGS,
    usesGlobalThreadPools: true,
  });
  assert.equal(session.inputs.length, 1);
  await fixture.release(session);
});
