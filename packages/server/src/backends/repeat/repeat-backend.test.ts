import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode } from "@nereid/protocol";
import { systemClock } from "../../base/clock.ts";
import { integers, LoadedModel } from "../testing/loaded-model.ts";
import { RepeatBackend } from "./repeat-backend.ts";

const CONFIG = `backend: "repeat" model_transaction_policy { decoupled: true }
  input { name: "IN" data_type: TYPE_INT32 dims: -1 }
  input { name: "DELAY" data_type: TYPE_UINT32 dims: -1 }
  input { name: "WAIT" data_type: TYPE_UINT32 dims: 1 }
  output { name: "OUT" data_type: TYPE_INT32 dims: 1 }
  output { name: "IDX" data_type: TYPE_UINT32 dims: 1 }`;
const HOUR_MS = 3_600_000;

function load(config: string = CONFIG): Promise<LoadedModel> {
  return LoadedModel.load(new RepeatBackend({ clock: systemClock }), config);
}

function order(values: readonly number[], delays: readonly number[], wait = 0) {
  return [
    integers("IN", values),
    integers("DELAY", delays, { datatype: "UINT32" }),
    integers("WAIT", [wait], { datatype: "UINT32" }),
  ] as const;
}

test("every element comes back in an answer of its own, then the end without one", async () => {
  await using model = await load();
  const values = Array.from({ length: 100 }, (_, index) => index * 3);
  const run = model.run(
    model.request(
      ...order(
        values,
        values.map((value) => value % 2),
      ),
    ),
  );
  await run.isOver;
  assert.deepEqual(run.answers, [
    [...values.map((value, index) => `OUT[1]=${value} IDX[1]=${index}`), "nothing end"],
  ]);
});

test("no elements are no answers, and unequal shapes an error", async () => {
  await using model = await load();
  const none = model.run(model.request(...order([], [])));
  await none.isOver;
  assert.deepEqual(none.answers, [["nothing end"]]);
  const unequal = model.run(model.request(...order([1, 2], [0])));
  await unequal.isOver;
  assert.deepEqual(unequal.answers, [
    [`${StatusCode.InvalidArg} expected IN and DELAY shape to match, got [2] and [1] end`],
  ]);
});

test("the instance is free after WAIT, whatever is still to be answered", async () => {
  await using model = await load();
  const slow = model.request(...order([1], [HOUR_MS]));
  const run = model.run(slow);
  assert.ok(run.batch.isComplete && run.batch.isOpen);
  const waiting = model.run(model.request(...order([2], [0], 5)));
  assert.ok(!waiting.batch.isComplete);
  await waiting.isOver;
  assert.deepEqual(waiting.answers, [["OUT[1]=2 IDX[1]=0", "nothing end"]]);
  slow.cancel();
  model.instance.cancel(run.batch);
  await run.isOver;
});

test("a cancelled request ends at once, others go on", async () => {
  await using model = await load();
  const request = model.request(...order([1, 2], [0, HOUR_MS]));
  const run = model.run(request);
  const other = model.run(model.request(...order([7], [1])));
  await new Promise<void>((resolve) => {
    run.onAnswer = resolve;
  });
  run.onAnswer = null;
  request.cancel();
  model.instance.cancel(run.batch);
  await Promise.all([run.isOver, other.isOver]);
  assert.deepEqual(run.answers, [["OUT[1]=1 IDX[1]=0", `${StatusCode.Cancelled}  end`]]);
  assert.deepEqual(other.answers, [["OUT[1]=7 IDX[1]=0", "nothing end"]]);
});

test("while the client does not read, nothing is answered", async () => {
  await using model = await load();
  const values = Array.from({ length: 50 }, (_, index) => index);
  const request = model.request(
    ...order(
      values,
      values.map(() => 0),
    ),
  );
  const run = model.run(request);
  run.onAnswer = () => {
    // The end alone takes no room.
    assert.ok(!request.isCongested || run.answers[0]?.length === values.length);
    request.setCongested(true);
    setImmediate(() => {
      request.setCongested(false);
    });
  };
  await run.isOver;
  assert.equal(run.answers[0]?.length, values.length + 1);
});

test("a configuration that is not a repeat model's is refused with Triton's words", async () => {
  const cases: readonly (readonly [from: string | RegExp, to: string, message: string])[] = [
    [
      "backend:",
      "max_batch_size: 1 backend:",
      "repeat backend only supports models with max_batch_size == 0",
    ],
    [/input \{ name: "WAIT".*\}/, "", "expected 3 inputs, got 2"],
    [/output \{ name: "IDX".*\}/, "", "expected 2 outputs, got 1"],
    ['"DELAY"', '"D"', "expected second input tensor name to be DELAY, got D"],
    ['"IDX"', '"I"', "expected second output tensor name to be IDX, got I"],
    ["dims: -1 }\n", "dims: [ -1, 2 ] }\n", "expected IN shape to have one dimension, got [-1,2]"],
    [
      "TYPE_INT32 dims: -1",
      "TYPE_INT32 dims: 4",
      "expected IN and DELAY shape to match, got [4] and [-1]",
    ],
    ["TYPE_UINT32 dims: 1", "TYPE_UINT32 dims: 2", "expected WAIT shape to be [1], got [2]"],
    ["TYPE_INT32 dims: 1", "TYPE_INT32 dims: 2", "expected OUT shape to be [1], got [2]"],
    [
      "TYPE_INT32 dims: -1",
      "TYPE_FP32 dims: -1",
      "expected IN datatype to be INT32, got TYPE_FP32",
    ],
    [
      "TYPE_INT32 dims: 1",
      "TYPE_INT64 dims: 1",
      "expected OUT datatype to be INT32, got TYPE_INT64",
    ],
  ];
  for (const [from, to, message] of cases) {
    await assert.rejects(load(CONFIG.replace(from, to)), { code: StatusCode.InvalidArg, message });
  }
});
