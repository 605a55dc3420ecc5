// Tests implicit state with random mixes of sequences in random batches: each gives what a plain loop over it gives.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { delayModel, historyModel } from "@nereid/onnx-writer";
import { encodeBytesTensor } from "@nereid/protocol";
import fc from "fast-check";
import { fuzzOptions } from "../../../../../tools/fuzz-options.ts";
import { createTestBackend, LoadedModel } from "./testing/model-fixture.ts";
import { runSteps, startSequence, statefulConfig, type TestStep } from "./testing/sequences.ts";

const backend = createTestBackend();
const { buffers } = backend.runtime.resources;
after(() => backend.close());

const SLOT_COUNT = 4;

/** What happens in one batch: by slot, whether it takes part, fills its row with nothing, or ends and starts anew. */
const batches = fc.array(
  fc.array(
    fc.record({
      action: fc.constantFrom("step", "step", "step", "idle", "null", "restart"),
      value: fc.integer({ min: -1000, max: 1000 }),
    }),
    { minLength: SLOT_COUNT, maxLength: SLOT_COUNT },
  ),
  { maxLength: 12 },
);

/** One way to serve sequences, and the plain loop that says what each of them is to give. */
interface Scenario<Plain> {
  readonly model: LoadedModel;
  readonly start: Plain;
  readonly input: (value: number) => TestStep["input"];
  /** The state after `value`, and the output's bytes. */
  readonly advance: (plain: Plain, value: number) => readonly [Plain, Uint8Array];
}

async function check<Plain>(
  scenario: Scenario<Plain>,
  plan: readonly (readonly { action: string; value: number }[])[],
) {
  const { model, start, input, advance } = scenario;
  const slots = Array.from({ length: SLOT_COUNT }, () => ({
    state: startSequence(model),
    plain: start,
  }));
  try {
    for (const batch of plan) {
      const steps: TestStep[] = [];
      const expected: (Uint8Array | null)[] = [];
      for (const [index, { action, value }] of batch.entries()) {
        const slot = slots[index]!;
        if (action === "restart") {
          slot.state.release();
          slot.state = startSequence(model);
          slot.plain = start;
        }
        if (action === "idle") {
          continue;
        }
        const isNull = action === "null";
        steps.push({ state: isNull ? null : slot.state, input: input(value), isNull });
        const [plain, output] = advance(slot.plain, value);
        if (!isNull) {
          slot.plain = plain;
        }
        expected.push(isNull ? null : output);
      }
      if (expected.every((each) => each === null)) {
        continue;
      }
      const outputs = await runSteps(model, steps);
      assert.deepEqual(
        outputs.map((each) => (Array.isArray(each) ? Buffer.from(each[0]!.bytes) : each)),
        expected.map((each) => (each === null ? null : Buffer.from(each))),
      );
    }
  } finally {
    for (const { state } of slots) {
      state.release();
    }
  }
  assert.equal(model.states.valueCount, 0);
  assert.equal(buffers.leasedCount, 0);
}

/** The time limit may end the search in the middle of a plan, which then still has its batch on a thread. */
async function explore<Plain>(scenario: Scenario<Plain>): Promise<void> {
  let last: Promise<void> = Promise.resolve();
  const property = fc.asyncProperty(batches, (plan) => {
    last = check(scenario, plan);
    return last;
  });
  try {
    await fc.assert(property, fuzzOptions());
  } finally {
    // How it ended is in the report of the search.
    await last.catch(() => undefined);
  }
}

for (const mode of ["inline", "thread"]) {
  const parameters = { NEREID_EXECUTION_MODE: mode };

  test(`states that grow: every sequence has its own history, in whatever batches (${mode})`, async () => {
    await using model = await LoadedModel.load(backend, {
      onnx: historyModel({ isBatched: true }),
      config: statefulConfig({ dims: [-1], maxBatchSize: SLOT_COUNT }),
      parameters,
    });
    const scenario: Scenario<readonly number[]> = {
      model,
      start: [0],
      input: (value) => ({ shape: [1, 1], data: Int32Array.of(value) }),
      advance: (plain, value) => {
        const next = [...plain, value];
        return [next, new Uint8Array(Int32Array.from(next).buffer)];
      },
    };
    await explore(scenario);
  });

  test(`states of one size, small and large: every sequence gets what it gave (${mode})`, async () => {
    for (const width of [3, 1500]) {
      await using model = await LoadedModel.load(backend, {
        onnx: delayModel({ dims: [width], isBatched: true }),
        config: statefulConfig({ dims: [width], maxBatchSize: SLOT_COUNT }),
        parameters,
      });
      const row = (value: number) =>
        Int32Array.from({ length: width }, (_, index) => value * (index + 1));
      const scenario: Scenario<number> = {
        model,
        start: 0,
        input: (value) => ({ shape: [1, width], data: row(value) }),
        advance: (plain, value) => [value, new Uint8Array(row(plain).buffer)],
      };
      await explore(scenario);
    }
  });
}

test("states of strings: every sequence gets what it gave", async () => {
  await using model = await LoadedModel.load(backend, {
    onnx: delayModel({ elementType: "STRING", dims: [2], isBatched: true }),
    config: statefulConfig({ datatype: "BYTES", dims: [2], maxBatchSize: SLOT_COUNT }),
  });
  const texts = (value: number) => ["x\0".repeat(Math.abs(value) % 7), String(value)];
  const scenario: Scenario<readonly string[]> = {
    model,
    start: ["", ""],
    input: (value) => ({ shape: [1, 2], data: texts(value) }),
    advance: (plain, value) => [texts(value), encodeBytesTensor(plain)],
  };
  await explore(scenario);
});
