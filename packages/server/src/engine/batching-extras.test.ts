// Tests padding, fair queues and latency targets through the whole engine, with real models.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { batchProbeModel, tokenEncoderModel } from "@nereid/onnx-writer";
import { StatusCode } from "@nereid/protocol";
import type { InProcessRequest } from "./in-process.ts";
import { InferenceServer } from "./inference-server.ts";
import { TestRepository } from "./testing/test-repository.ts";

const WIDTH = 16;
/** Multiplications that take minutes: such a run ends by being cancelled. */
const ENDLESS_COUNT = 1_000_000_000n;
/** Far more requests than a latency target's window has. */
const REQUEST_COUNT_MAX = 20_000;

function parameters(entries: Readonly<Record<string, string>>): string {
  return Object.entries(entries)
    .map(([key, value]) => `parameters { key: "${key}" value { string_value: "${value}" } }\n`)
    .join("");
}

async function start(repository: TestRepository, name: string, config: string) {
  writeFileSync(join(repository.directory, name, "config.pbtxt"), config);
  return InferenceServer.start({ modelRepositories: [repository.directory] });
}

const ENCODER = `backend: "onnxruntime"
max_batch_size: 8
dynamic_batching { preferred_batch_size: [ 4 ] max_queue_delay_microseconds: 60000000 }
`;
const PADDING = parameters({
  NEREID_PAD_INPUTS: "IDS[0]=powers_of_two 8",
  NEREID_PAD_MASKS: "MASK=IDS[0]",
});

function encode(length: number, outputs?: readonly string[]): InProcessRequest {
  const data = BigInt64Array.from({ length }, (_, index) => BigInt((index * 7 + length) % 32));
  const input = { name: "IDS", datatype: "INT64", shape: [1, length], data } as const;
  return { modelName: "encoder", inputs: [input], ...(outputs === undefined ? {} : { outputs }) };
}

test("requests of different lengths share a batch, with answers of their own lengths", async () => {
  using repository = new TestRepository({ encoder: tokenEncoderModel({ width: WIDTH }) });
  const server = await start(repository, "encoder", ENCODER + PADDING);
  const lengths = [3, 8, 1, 5];
  const answers = await Promise.all(lengths.map((length) => server.infer(encode(length))));
  assert.deepEqual(
    answers.map(({ outputs }) => outputs.map(({ name, shape }) => [name, ...shape])),
    lengths.map((length) => [
      ["HIDDEN", 1, length, WIDTH],
      ["POOLED", 1, WIDTH],
      ["SEEN", 1, length],
    ]),
  );
  for (const { outputs } of answers) {
    // The mean of what is there: the padding has no part in it.
    const [hidden, pooled] = outputs.map(({ bytes }) => new Float32Array(bytes.slice().buffer));
    const length = (hidden?.length ?? 0) / WIDTH;
    for (let feature = 0; feature < WIDTH; feature++) {
      const own = [...(hidden ?? [])].filter((_, index) => index % WIDTH === feature);
      const mean = own.reduce((sum, value) => sum + value, 0) / length;
      assert.ok(Math.abs(mean - (pooled?.[feature] ?? Number.NaN)) < 1e-5);
    }
  }
  const [statistics] = server.statistics("encoder", null);
  assert.deepEqual(
    [statistics?.executionCount, statistics?.batches.map(({ batchSize }) => batchSize)],
    [1, [4]],
  );
  await server.stop();
});

test("lengths that are padded to different sizes do not share a batch", async () => {
  using repository = new TestRepository({ encoder: tokenEncoderModel({ width: WIDTH }) });
  const config = ENCODER.replace("60000000", "1000") + PADDING;
  const server = await start(repository, "encoder", config);
  await Promise.all([3, 9].map((length) => server.infer(encode(length))));
  const [statistics] = server.statistics("encoder", null);
  assert.equal(statistics?.executionCount, 2);
  await server.stop();
});

test("a mask that the server makes is refused from clients like any input that is none", async () => {
  using repository = new TestRepository({ encoder: tokenEncoderModel({ width: WIDTH }) });
  const server = await start(repository, "encoder", ENCODER + PADDING);
  const { inputs } = encode(2);
  const mask = {
    name: "MASK",
    datatype: "FP32",
    shape: [1, 2],
    data: new Float32Array(2),
  } as const;
  await assert.rejects(server.infer({ modelName: "encoder", inputs: [mask] }), {
    code: StatusCode.InvalidArg,
    message: "unexpected inference input 'MASK' for model 'encoder'",
  });
  await assert.rejects(server.infer({ modelName: "encoder", inputs: [...inputs, mask] }), {
    code: StatusCode.InvalidArg,
    message:
      "[request id: <id_unknown>] expected 1 inputs but got 2 inputs for model 'encoder'. Got input(s) ['MASK','IDS'], " +
      "but missing required input(s) ]. Please provide all required input(s).",
  });
  await server.stop();
});

test("a wrong parameter fails the load with its name, and what is asked for", async () => {
  using repository = new TestRepository({ encoder: tokenEncoderModel({ width: WIDTH }) });
  const wrong = parameters({ NEREID_PAD_INPUTS: "IDS[1]=8" });
  await assert.rejects(start(repository, "encoder", ENCODER + wrong), (error: Error) => {
    assert.match(String(error), /failed to load all models|NEREID_PAD_INPUTS/);
    return true;
  });
});

const PROBE = `backend: "onnxruntime"
max_batch_size: 2
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 1 ] }
input { name: "COUNT" data_type: TYPE_INT64 dims: [ 1 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 1 ] }
instance_group { kind: KIND_CPU count: 1 }
`;

function probe(tenant: string | null, count = 1n): InProcessRequest {
  return {
    modelName: "probe",
    inputs: [
      { name: "INPUT0", datatype: "FP32", shape: [1, 1], data: Float32Array.of(1) },
      { name: "COUNT", datatype: "INT64", shape: [1, 1], data: BigInt64Array.of(count) },
    ],
    ...(tenant === null ? {} : { parameters: { tenant } }),
  };
}

test("while requests wait, flows share the model by their weights", async () => {
  using repository = new TestRepository({ probe: batchProbeModel() });
  const fair = parameters({
    NEREID_EXECUTION_MODE: "thread",
    NEREID_FAIR_KEY: "tenant",
    NEREID_FAIR_WEIGHTS: "gold=3; *=1",
  });
  const server = await start(repository, "probe", `${PROBE}dynamic_batching { }\n${fair}`);
  const abort = new AbortController();
  const busy = assert.rejects(
    server.infer({ ...probe(null, ENDLESS_COUNT), signal: abort.signal }),
    { code: StatusCode.Cancelled },
  );
  const order: string[] = [];
  // The one that sends most came first.
  const waiting = ["a", "b", "gold"].flatMap((tenant) =>
    Array.from({ length: 12 }, async () => {
      await server.infer(probe(tenant));
      order.push(tenant);
    }),
  );
  abort.abort();
  await Promise.all(waiting);
  await busy;
  const first = order.slice(0, 20);
  const countOf = (tenant: string) => first.filter((other) => other === tenant).length;
  assert.deepEqual([countOf("a"), countOf("b"), countOf("gold")], [4, 4, 12]);
  await server.stop();
});

test("a latency target is reported in the metrics, with what was chosen for it", async () => {
  using repository = new TestRepository({ probe: batchProbeModel({ size: 8 }) });
  const target = parameters({ NEREID_LATENCY_TARGET_US: "100000" });
  const server = await start(repository, "probe", `${PROBE}dynamic_batching { }\n${target}`);
  const value = (name: string) =>
    server.metricFamilies().find((family) => family.name === name)?.samples[0]?.value;
  assert.deepEqual(
    [value("nereid_latency_target_us"), value("nereid_adaptive_batch_size")],
    [100_000, 2],
  );
  let count = 0;
  while (value("nereid_latency_p99_us") === 0 && count < REQUEST_COUNT_MAX) {
    await Promise.all([server.infer(probe(null)), server.infer(probe(null))]);
    count += 2;
  }
  assert.ok((value("nereid_latency_p99_us") ?? 0) > 0);
  assert.equal(value("nereid_latency_target_reachable"), 1);
  await server.stop();
});

test("without a latency target there are no metrics of one", async () => {
  using repository = new TestRepository({ probe: batchProbeModel({ size: 8 }) });
  const server = await start(repository, "probe", `${PROBE}dynamic_batching { }\n`);
  assert.ok(server.metricFamilies().every(({ name }) => !name.startsWith("nereid_")));
  await server.stop();
});
