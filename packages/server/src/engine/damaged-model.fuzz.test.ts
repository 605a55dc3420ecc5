// Tests InferenceServer with model files that are damaged, cut off or anything at all.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addSubModel,
  classifierModel,
  encodeModel,
  nonZeroModel,
  type OnnxModel,
  reshapeModel,
} from "@nereid/onnx-writer";
import { datatypeByteSize, TritonError } from "@nereid/protocol";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import type { InProcessInput } from "./in-process.ts";
import { InferenceServer } from "./inference-server.ts";
import { TestRepository } from "./testing/test-repository.ts";

const MODELS: readonly OnnxModel[] = [
  addSubModel({ isBatched: true }),
  classifierModel({ isBatched: true }),
  reshapeModel({ outputDims: ["a", "b"] }),
  nonZeroModel(),
];
const GOOD = MODELS.map((model) => encodeModel(model));

/** Above, a damaged shape asks for more than is worth running. */
const ELEMENT_COUNT_MAX = 100_000;

/** A model's file with some of its bytes changed and its end cut off, or bytes that never were a model. */
const damagedFile = fc.oneof(
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }) },
  {
    weight: 4,
    arbitrary: fc
      .record({
        model: fc.constantFrom(...GOOD),
        changes: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }),
        cut: fc.option(fc.nat(), { freq: 2 }),
      })
      .map(({ model, changes, cut }) => {
        const bytes = Uint8Array.from(model);
        for (const [position, value] of changes) {
          bytes[position % bytes.byteLength] = value;
        }
        return cut === null ? bytes : bytes.subarray(0, cut % bytes.byteLength);
      }),
  },
);

/** Zeros for every input, as small as the shapes allow; null if they ask for too much. */
function zeroInputs(server: InferenceServer, modelName: string): InProcessInput[] | null {
  const inputs: InProcessInput[] = [];
  for (const { name, datatype, fullShape } of server.getModel(modelName, null).spec.inputs) {
    const shape = fullShape.map((size) => (size === -1 ? 1 : size));
    const count = shape.reduce((product, size) => product * size, 1);
    if (count > ELEMENT_COUNT_MAX) {
      return null;
    }
    const data =
      datatype === "BYTES"
        ? new Array<string>(count).fill("0")
        : new Uint8Array(count * datatypeByteSize(datatype));
    inputs.push({ name, datatype, shape, data });
  }
  return inputs;
}

/** Whether the step succeeded; whatever else than a refusal it throws fails the test. */
async function isAccepted(step: Promise<unknown>): Promise<boolean> {
  try {
    await step;
    return true;
  } catch (error) {
    assert.ok(error instanceof TritonError, String(error));
    assert.notEqual(error.message, "");
    return false;
  }
}

test("a damaged model is refused, or runs, and the model beside it serves on", async () => {
  using repository = new TestRepository({ good: nonZeroModel(), damaged: nonZeroModel() });
  const server = await InferenceServer.start({
    modelRepositories: [repository.directory],
    modelControlMode: "explicit",
    startupModels: ["good"],
  });
  const goodInputs = zeroInputs(server, "good") ?? [];
  assert.equal(goodInputs.length, 1);
  const check = async (bytes: Uint8Array): Promise<void> => {
    repository.damage("damaged", bytes);
    if (await isAccepted(server.loadModel("damaged"))) {
      const inputs = zeroInputs(server, "damaged");
      if (inputs !== null) {
        await isAccepted(server.infer({ modelName: "damaged", inputs }));
      }
      await server.unloadModel("damaged");
    } else {
      assert.deepEqual(server.readyVersions("damaged"), []);
    }
    const { outputs } = await server.infer({ modelName: "good", inputs: goodInputs });
    assert.equal(outputs.length, 1);
  };
  // When its time is over fast-check does not wait for the run that it has begun.
  let lastRun = Promise.resolve();
  await fc.assert(
    fc.asyncProperty(damagedFile, (bytes) => {
      lastRun = check(bytes);
      return lastRun;
    }),
    fuzzOptions(),
  );
  await lastRun;
  await server.stop();
});
