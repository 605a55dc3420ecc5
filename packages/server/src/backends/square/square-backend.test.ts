import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode } from "@nereid/protocol";
import { systemClock } from "../../base/clock.ts";
import { integers, LoadedModel } from "../testing/loaded-model.ts";
import { SquareBackend } from "./square-backend.ts";

const CONFIG = `backend: "square" model_transaction_policy { decoupled: true }
  input { name: "IN" data_type: TYPE_INT32 dims: 1 }
  output { name: "OUT" data_type: TYPE_INT32 dims: 1 }`;

function load(
  parameters: Readonly<Record<string, string>> = {},
  config: string = CONFIG,
): Promise<LoadedModel> {
  const entries = Object.entries(parameters).map(
    ([key, value]) => `parameters { key: "${key}" value { string_value: "${value}" } }`,
  );
  return LoadedModel.load(
    new SquareBackend({ clock: systemClock }),
    `${config}\n${entries.join("\n")}`,
  );
}

test("n comes back n times, and each answer is told of", async () => {
  await using model = await load();
  const run = model.run(model.request(integers("IN", [3])));
  await run.isOver;
  assert.deepEqual(run.answers, [["OUT[1]=3", "OUT[1]=3", "OUT[1]=3", "nothing end"]]);
  assert.equal(run.reports.length, 3);
  for (const { startNs, outputStartNs, endNs, error } of run.reports) {
    assert.ok(startNs <= outputStartNs && outputStartNs <= endNs && error === null);
  }
});

test("the last answers are empty and those before them fail, as far as the parameters say so", async () => {
  await using model = await load({ CUSTOM_FAIL_COUNT: "2", CUSTOM_EMPTY_COUNT: "1" });
  const run = model.run(model.request(integers("IN", [4])));
  await run.isOver;
  const failure = `${StatusCode.Unknown} simulated failure`;
  assert.deepEqual(run.answers, [["OUT[1]=4", failure, failure, "nothing end"]]);
  assert.deepEqual(
    run.reports.map(({ outputStartNs, error }) => [outputStartNs > 0, error?.message]),
    [
      [true, undefined],
      [true, "simulated failure"],
      [true, "simulated failure"],
      [false, undefined],
    ],
  );
});

test("requests of a batch are answered side by side, and a wrong one alone is refused", async () => {
  await using model = await load({}, `${CONFIG} max_batch_size: 4`);
  const run = model.run(
    model.request(integers("IN", [2], { shape: [1, 1] })),
    model.request(integers("IN", [1, 1], { shape: [2, 1] })),
    model.request(integers("IN", [0], { shape: [1, 1] })),
    model.request(integers("IN", [-1], { shape: [1, 1] })),
  );
  await run.isOver;
  assert.deepEqual(run.answers, [
    ["OUT[1,1]=2", "OUT[1,1]=2", "nothing end"],
    [`${StatusCode.InvalidArg} unexpected shape for IN input end`],
    ["nothing end"],
    [`${StatusCode.InvalidArg} expected IN to be 0 or more, got -1 end`],
  ]);
});

test("a cancelled request stops, and is told of as cancelled", async () => {
  await using model = await load({
    CUSTOM_INFER_DELAY_NS: "2147483647",
    CUSTOM_CANCEL_DELAY_NS: "1000",
  });
  const request = model.request(integers("IN", [1000]));
  const run = model.run(request);
  request.cancel();
  model.instance.cancel(run.batch);
  await run.isOver;
  assert.deepEqual(run.answers, [[`${StatusCode.Cancelled} cancelled end`]]);
  assert.deepEqual(
    run.reports.map(({ outputStartNs, error }) => [outputStartNs, error?.code]),
    [[0, StatusCode.Cancelled]],
  );
});

test("what is no number leaves a parameter at 0, and other models are refused", async () => {
  for (const value of ["", "-1", "1e3", "99999999999"]) {
    await using model = await load({ CUSTOM_FAIL_COUNT: value });
    const run = model.run(model.request(integers("IN", [1])));
    await run.isOver;
    assert.deepEqual(run.answers, [["OUT[1]=1", "nothing end"]]);
  }
  const cases = [
    ['"IN"', '"INPUT"', "expected first input tensor name to be IN, got INPUT"],
    ["TYPE_INT32 dims: 1", "TYPE_INT32 dims: 2", "expected IN shape to be [1], got [2]"],
    ["TYPE_INT32", "TYPE_FP32", "expected IN datatype to be INT32, got TYPE_FP32"],
    [/output .*/, "", "expected 1 output, got 0"],
  ] as const;
  for (const [from, to, message] of cases) {
    await assert.rejects(load({}, CONFIG.replace(from, to)), { message });
  }
});
