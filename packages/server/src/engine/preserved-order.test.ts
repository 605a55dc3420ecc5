// Tests preserve_ordering with models that answer many times, in a whole server.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { InferenceRequest, type ResponseSender } from "../model/request.ts";
import { Tensor } from "../model/tensor.ts";
import { InferenceServer } from "./inference-server.ts";
import { TestRepository } from "./testing/test-repository.ts";

const REPEAT = `backend: "repeat" model_transaction_policy { decoupled: true }
  input { name: "IN" data_type: TYPE_INT32 dims: -1 } input { name: "DELAY" data_type: TYPE_UINT32 dims: -1 }
  input { name: "WAIT" data_type: TYPE_UINT32 dims: 1 }
  output { name: "OUT" data_type: TYPE_INT32 dims: 1 } output { name: "IDX" data_type: TYPE_UINT32 dims: 1 }`;

/** So long after the one before each answer of the first request comes; the second one's come at once. */
const DELAY_MS = 40;

/** The answers of two requests, the second of which is quicker, in the order in which they arrive. */
async function answersInOrder(scheduling: string): Promise<readonly string[]> {
  using repository = new TestRepository();
  mkdirSync(join(repository.directory, "m", "1"), { recursive: true });
  writeFileSync(join(repository.directory, "m", "config.pbtxt"), `${REPEAT} ${scheduling}`);
  const server = await InferenceServer.start({ modelRepositories: [repository.directory] });
  const model = server.getModel("m", null);
  const arrived: string[] = [];
  const ask = (name: string, count: number, delayMs: number): Promise<void> =>
    new Promise((resolve) => {
      const send: ResponseSender["send"] = (_request, response, isFinal) => {
        if (response !== null) {
          const bytes = response.outputs.find((output) => output.name === "OUT")?.bytes;
          arrived.push(`${name}${bytes?.[0] ?? response.error?.message}`);
          response.release();
        }
        if (isFinal) {
          arrived.push(`${name} ends`);
          resolve();
        }
      };
      const request = new InferenceRequest(model.spec, { send }, server.clock.nowNs());
      const values = Int32Array.from({ length: count }, (_, index) => index);
      const delays = new Uint32Array(count).fill(delayMs);
      request.inputs = [
        new Tensor("IN", "INT32", [count], new Uint8Array(values.buffer), null),
        new Tensor("DELAY", "UINT32", [count], new Uint8Array(delays.buffer), null),
        new Tensor("WAIT", "UINT32", [1], new Uint8Array(4), null),
      ];
      model.enqueue(request);
    });
  await Promise.all([ask("slow", 3, DELAY_MS), ask("quick", 2, 0), ask("none", 0, 0)]);
  await server.stop();
  return arrived;
}

const IN_ORDER = [
  "slow0",
  "slow1",
  "slow2",
  "slow ends",
  "quick0",
  "quick1",
  "quick ends",
  "none ends",
];

for (const [what, scheduling] of [
  ["requests", "dynamic_batching { preserve_ordering: true }"],
  [
    "requests on several instances",
    "dynamic_batching { preserve_ordering: true } instance_group { count: 3 kind: KIND_CPU }",
  ],
  [
    "sequences of one instance",
    "sequence_batching { iterative_sequence: true oldest { max_candidate_sequences: 3 preserve_ordering: true } }",
  ],
] as const) {
  test(`all answers to a request come before those to the next one, where the order of ${what} is kept`, async () => {
    assert.deepEqual(await answersInOrder(scheduling), IN_ORDER);
  });
}

for (const scheduling of [
  "dynamic_batching { }",
  "sequence_batching { iterative_sequence: true oldest { max_candidate_sequences: 3 } }",
]) {
  test(`the quicker request has its answers first with ${scheduling}`, async () => {
    const arrived = await answersInOrder(scheduling);
    assert.ok(arrived.indexOf("quick ends") < arrived.indexOf("slow ends"));
    assert.deepEqual(arrived.toSorted(), IN_ORDER.toSorted());
  });
}
