import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import {
  identityModel,
  optionalInputModel,
  sequenceOutputModel,
  unknownOperatorModel,
} from "@nereid/onnx-writer";
import { StatusCode } from "@nereid/protocol";
import { OrtElementType } from "./ort-element-type.ts";
import { loadOrtSession } from "./ort-session-load.ts";
import { OrtFixture, PLAIN_SETTINGS } from "./testing/ort-fixture.ts";

const fixture = new OrtFixture();
after(() => fixture[Symbol.asyncDispose]());

test("a session describes its inputs and outputs, symbolic sizes by name", async () => {
  const session = await fixture.load(
    identityModel({ elementType: "INT64", dims: [3, "width", null], isBatched: true }),
  );
  const expected = {
    elementType: OrtElementType.Int64,
    shape: [-1, 3, -1, -1],
    symbols: ["batch", "", "width", ""],
  };
  assert.deepEqual(session.inputs, [{ name: "INPUT0", ...expected }]);
  assert.deepEqual(session.outputs, [{ name: "OUTPUT0", ...expected }]);
  assert.deepEqual(session.overridableInitializers, []);
  await fixture.release(session);
});

test("scalars have no dimensions", async () => {
  const session = await fixture.load(identityModel({ elementType: "BOOL", dims: [] }));
  assert.deepEqual(session.inputs, [
    { name: "INPUT0", elementType: OrtElementType.Bool, shape: [], symbols: [] },
  ]);
  await fixture.release(session);
});

test("initializers that are also inputs are listed apart", async () => {
  const session = await fixture.load(optionalInputModel());
  assert.deepEqual(
    session.inputs.map(({ name }) => name),
    ["INPUT0"],
  );
  assert.deepEqual(
    session.overridableInitializers.map(({ name }) => name),
    ["SCALE", "BIAS"],
  );
  await fixture.release(session);
});

test("an output that is no tensor is told by its kind", async () => {
  const session = await fixture.load(sequenceOutputModel());
  assert.ok(session.outputs.some((output) => "onnxType" in output));
  const [output] = session.outputs;
  assert.equal(
    output !== undefined && "onnxType" in output && output.onnxType,
    "ONNX_TYPE_SEQUENCE",
  );
  await fixture.release(session);
});

test("what the file says of itself can be read", async () => {
  const session = await fixture.load({
    ...identityModel({ elementType: "FLOAT", dims: [1] }),
    producerName: "a test",
    modelVersion: 42,
  });
  const { producerName, graphName, version } = session.metadata();
  assert.deepEqual([producerName, graphName, version], ["a test", "identity", 42n]);
  await fixture.release(session);
});

test("use after close is found, whoever closed it", async () => {
  const session = await fixture.load(identityModel({ elementType: "FLOAT", dims: [1] }));
  await fixture.release(session);
  assert.throws(() => session.address, /ort-session: used after close/);
  assert.throws(() => session.metadata(), /ort-session: used after close/);
  assert.throws(() => session.close(), /ort-session: used after close/);
  const other = await fixture.load(identityModel({ elementType: "FLOAT", dims: [1] }));
  other.close();
  assert.throws(() => other.inputs, /ort-session: used after close/);
});

test("files that are no model, or cannot be run, fail with ONNX Runtime's words", async () => {
  const garbage = join(fixture.directory, "garbage.onnx");
  writeFileSync(garbage, "garbage");
  const load = (path: string) =>
    loadOrtSession(fixture.threads, fixture.environment, path, PLAIN_SETTINGS);
  await assert.rejects(load(garbage), {
    code: StatusCode.Internal,
    message: `onnx runtime error 7: Load model from ${garbage} failed:Protobuf parsing failed.`,
  });
  await assert.rejects(load(join(fixture.directory, "none.onnx")), /onnx runtime error 3: /);
  await assert.rejects(load(fixture.write(unknownOperatorModel())), /onnx runtime error 10: /);
});

test("a path with a NUL is refused before native code cuts it short", async () => {
  await assert.rejects(
    loadOrtSession(fixture.threads, fixture.environment, "/tmp/x\0y", PLAIN_SETTINGS),
    { code: StatusCode.InvalidArg },
  );
});
