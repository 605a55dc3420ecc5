import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode } from "@nereid/protocol";
import { systemClock } from "../../base/clock.ts";
import { integers, LoadedModel } from "../testing/loaded-model.ts";
import { echo } from "./echo.ts";
import { IdentityBackend } from "./identity-backend.ts";
import { executeDelayOf } from "./identity-settings.ts";

const CONFIG = `backend: "identity" max_batch_size: 4
  input { name: "INPUT0" data_type: TYPE_INT32 dims: [ 2, 2 ] reshape { shape: 4 } }
  input { name: "INPUT1" data_type: TYPE_INT32 dims: [ -1, 3 ] optional: true }
  output { name: "OUTPUT0" data_type: TYPE_INT32 dims: 4 }
  output { name: "OUTPUT1" data_type: TYPE_INT32 dims: [ -1, 3 ] }`;

function load(parameters = "", config: string = CONFIG): Promise<LoadedModel> {
  return LoadedModel.load(new IdentityBackend({ clock: systemClock }), `${config}\n${parameters}`);
}

function parameter(key: string, value: string): string {
  return `parameters { key: "${key}" value { string_value: "${value}" } }`;
}

const INPUT0 = integers("INPUT0", [1, 2, 3, 4], { shape: [1, 2, 2] });

test("outputs are the inputs in the configured shape, and zero where an optional one is missing", async () => {
  await using model = await load();
  const input1 = integers("INPUT1", [5, 6, 7], { shape: [1, 1, 3] });
  const run = model.run(model.request(INPUT0, input1), model.request(INPUT0));
  await run.isOver;
  assert.deepEqual(run.answers, [
    ["OUTPUT0[1,4]=1,2,3,4 OUTPUT1[1,1,3]=5,6,7 end"],
    ["OUTPUT0[1,4]=1,2,3,4 OUTPUT1[1,1,3]=0,0,0 end"],
  ]);
});

test("outputs are memory of their own, only those asked for, with the example parameters", async () => {
  await using model = await load();
  const request = model.request(INPUT0);
  request.requestedOutputs = ["OUTPUT0"];
  const { outputs, parameters } = echo(model.spec, request);
  assert.deepEqual(
    outputs.map(({ name }) => name),
    ["OUTPUT0"],
  );
  assert.notEqual(outputs[0]?.bytes.buffer, INPUT0.bytes.buffer);
  assert.deepEqual(
    [...(parameters ?? [])],
    [
      ["param0", "an example string parameter"],
      ["param1", 42n],
      ["param2", false],
      ["param3", 123.123],
    ],
  );
});

test("a delayed run is given up once nobody waits for it", async () => {
  await using model = await load(parameter("execute_delay_ms", "3600000"));
  const requests = [model.request(INPUT0), model.request(INPUT0)];
  const run = model.run(...requests);
  requests[0]?.cancel();
  model.instance.cancel(run.batch);
  assert.ok(!run.batch.isComplete);
  requests[1]?.cancel();
  model.instance.cancel(run.batch);
  await run.isOver;
  const cancelled = [`${StatusCode.Cancelled}  end`];
  assert.deepEqual(run.answers, [cancelled, cancelled]);
});

test("an instance takes a multiple of the delay by its index, but at least the delay", () => {
  const settings = { executeDelayMs: 10, instanceDelayMultiplier: 3, creationDelaySeconds: 0 };
  assert.deepEqual(
    [0, 1, 2].map((index) => executeDelayOf(settings, index)),
    [10, 30, 60],
  );
  assert.equal(executeDelayOf({ ...settings, instanceDelayMultiplier: 0 }, 2), 10);
});

test("what is not an identity model's is refused", async () => {
  const cases: readonly (readonly [from: string | RegExp, to: string, message: string])[] = [
    [/output { name: "OUTPUT1".*/, "", "model configuration must have equal input/output pairs"],
    ['"INPUT0"', '"IN0"', "expected input name to follow INPUT<index> pattern, got 'IN0'"],
    ['"OUTPUT0"', '"OUT0"', "expected output name to follow OUTPUT<index> pattern, got 'OUT0'"],
    ['"OUTPUT1"', '"OUTPUT2"', "expected input and output indices to match"],
    [
      "TYPE_INT32 dims: 4",
      "TYPE_FP32 dims: 4",
      "expected input and output datatype to match, got TYPE_INT32 and TYPE_FP32",
    ],
    ["dims: 4", "dims: 5", "expected input and output shape to match, got [4] and [5]"],
  ];
  for (const [from, to, message] of cases) {
    await assert.rejects(load("", CONFIG.replace(from, to)), { message });
  }
  await assert.rejects(load(parameter("execute_delay_ms", "soon")), {
    message:
      "expected parameter 'execute_delay_ms' to be a number from 0 to 2147483647, got 'soon'",
  });
});
