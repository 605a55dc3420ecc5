import assert from "node:assert/strict";
import { after, test } from "node:test";
import { identityModel } from "@nereid/onnx-writer";
import { NativeBlock } from "../native-memory.ts";
import { OrtElementType } from "./ort-element-type.ts";
import { OrtIoBinding } from "./ort-io-binding.ts";
import { OrtRunOptions } from "./ort-run-options.ts";
import { OrtValues } from "./ort-value.ts";
import { OrtFixture } from "./testing/ort-fixture.ts";

const fixture = new OrtFixture();
const values = new OrtValues(fixture.environment);
after(() => fixture[Symbol.asyncDispose]());

test("runs with a binding read and write the bound memory, one after the other", async () => {
  const session = await fixture.load(identityModel({ elementType: "FLOAT", dims: [2] }));
  using options = new OrtRunOptions(fixture.library);
  const input = new NativeBlock(8);
  const output = new NativeBlock(8);
  const inputValue = values.createOverMemory(input.address, 8, [2], OrtElementType.Float);
  const outputValue = values.createOverMemory(output.address, 8, [2], OrtElementType.Float);
  const binding = new OrtIoBinding(fixture.library, session.address);
  binding.bindInput("INPUT0", inputValue);
  binding.bindOutput("OUTPUT0", outputValue);
  const { runWithBinding } = fixture.library.api;
  for (const pair of [
    [1, 2],
    [3, 4],
  ]) {
    new Float32Array(input.bytes.buffer).set(pair);
    assert.equal(runWithBinding(session.address, options.address, binding.address), null);
    assert.deepEqual([...new Float32Array(output.bytes.buffer)], pair);
  }
  binding.close();
  assert.throws(() => binding.address, /ort-io-binding: used after close/);
  values.release(inputValue);
  values.release(outputValue);
  await fixture.release(session);
});

test("a name that the session does not have is refused", async () => {
  const session = await fixture.load(identityModel({ elementType: "FLOAT", dims: [2] }));
  const block = new NativeBlock(8);
  const value = values.createOverMemory(block.address, 8, [2], OrtElementType.Float);
  using binding = new OrtIoBinding(fixture.library, session.address);
  assert.throws(() => binding.bindInput("MISSING", value), /^TritonError: onnx runtime error/);
  values.release(value);
  await fixture.release(session);
});
