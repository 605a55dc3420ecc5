/**
 * What one ONNX Runtime instance costs: microseconds per `execute` on the event loop and on a native thread, and how
 * long the event loop is held up while a convolutional net of 2 GFLOP runs on one and two instances.
 *
 * Usage: node --conditions=@nereid/source packages/server/bench/onnxruntime-instance/main.ts [seconds a figure]
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { convNetModel, identityModel } from "@nereid/onnx-writer";
import type { OnnxRuntimeBackend } from "../../src/backends/onnxruntime/onnxruntime-backend.ts";
import { executeBatch, makeRequest } from "../../src/backends/onnxruntime/testing/infer.ts";
import {
  createTestBackend,
  LoadedModel,
} from "../../src/backends/onnxruntime/testing/model-fixture.ts";
import type { Instance } from "../../src/model/backend.ts";
import type { InferenceRequest } from "../../src/model/request.ts";

const SECONDS_DEFAULT = 2;
const ROUND_COUNT = 5;

interface Measurement {
  readonly runCount: number;
  readonly seconds: number;
  /** User and system time of the whole process. */
  readonly cpuSeconds: number;
}

/** Keeps every instance busy with its request for a while. */
async function measure(
  instances: readonly Instance[],
  requests: readonly InferenceRequest[],
  seconds: number,
): Promise<Measurement> {
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  const endMs = startMs + seconds * 1000;
  let runCount = 0;
  await Promise.all(
    instances.map(async (instance, index) => {
      const request = requests[index];
      if (request === undefined) {
        throw new TypeError("one request an instance");
      }
      while (performance.now() < endMs) {
        const [response] = await executeBatch(instance, [request]).responses;
        if (response === undefined || response.error !== null) {
          throw response?.error ?? new TypeError("no response");
        }
        response.release();
        runCount++;
      }
    }),
  );
  const { user, system } = process.cpuUsage(cpu);
  return {
    runCount,
    seconds: (performance.now() - startMs) / 1000,
    cpuSeconds: (user + system) / 1e6,
  };
}

/** The best of several rounds: on a shared machine noise only ever adds. */
async function best(
  instances: readonly Instance[],
  requests: readonly InferenceRequest[],
  seconds: number,
): Promise<Measurement> {
  await measure(instances, requests, seconds / ROUND_COUNT);
  let fastest: Measurement | null = null;
  for (let round = 0; round < ROUND_COUNT; round++) {
    const measurement = await measure(instances, requests, seconds / ROUND_COUNT);
    if (fastest === null || rateOf(measurement) > rateOf(fastest)) {
      fastest = measurement;
    }
  }
  if (fastest === null) {
    throw new TypeError("there are rounds");
  }
  return fastest;
}

function rateOf({ runCount, seconds }: Measurement): number {
  return runCount / seconds;
}

async function benchIdentity(
  backend: OnnxRuntimeBackend,
  count: number,
  seconds: number,
): Promise<void> {
  for (const mode of ["inline", "thread"]) {
    await using model = await LoadedModel.load(backend, {
      onnx: identityModel({ elementType: "FLOAT", dims: [count] }),
      parameters: { NEREID_EXECUTION_MODE: mode },
    });
    const data = new Float32Array(count).fill(1);
    const request = makeRequest(model.spec, { inputs: { INPUT0: { shape: [count], data } } });
    const measurement = await best(model.instances, [request], seconds);
    const { runCount, cpuSeconds } = measurement;
    const us = 1e6 / rateOf(measurement);
    const cpuUs = (cpuSeconds * 1e6) / runCount;
    console.log(
      `identity FP32[${count}]`.padEnd(26),
      mode.padEnd(8),
      `${us.toFixed(2)} µs, ${cpuUs.toFixed(2)} µs of CPU`,
    );
  }
}

async function benchConvNet(
  backend: OnnxRuntimeBackend,
  parameters: Readonly<Record<string, string>>,
  instanceCount: number,
  seconds: number,
): Promise<void> {
  await using model = await LoadedModel.load(backend, {
    onnx: convNetModel({ flops: 2e9 }),
    parameters,
    instanceCount,
  });
  const [input] = model.spec.inputs;
  if (input === undefined) {
    throw new TypeError("the net has an input");
  }
  const shape = [1, ...input.dims];
  const data = new Float32Array(shape.reduce((product, dim) => product * dim, 1)).fill(0.5);
  const request = (): InferenceRequest =>
    makeRequest(model.spec, { inputs: { [input.name]: { shape, data } } });
  const requests = model.instances.map(request);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  await measure(model.instances, requests, seconds / ROUND_COUNT);
  delay.enable();
  const measurement = await measure(model.instances, requests, seconds);
  delay.disable();
  const { runCount, cpuSeconds } = measurement;
  const name = Object.entries(parameters).map(([key, value]) => `${key}=${value}`);
  console.log(
    `conv net, ${instanceCount} instances ${name.join()}`.padEnd(70),
    `${rateOf(measurement).toFixed(1)}/s, ${((cpuSeconds * 1000) / runCount).toFixed(2)} ms of CPU a run, event loop`,
    `p50 ${(delay.percentile(50) / 1e6).toFixed(2)} p99 ${(delay.percentile(99) / 1e6).toFixed(2)} max ${(delay.max / 1e6).toFixed(2)} ms`,
  );
}

async function main(): Promise<void> {
  const seconds = Number(process.argv[2] ?? SECONDS_DEFAULT);
  const backend = createTestBackend();
  for (const count of [16, (1 << 20) / 4, (16 << 20) / 4]) {
    await benchIdentity(backend, count, seconds);
  }
  for (const instanceCount of [1, 2]) {
    await benchConvNet(backend, {}, instanceCount, seconds);
    await benchConvNet(backend, { NEREID_SESSION_PER_INSTANCE: "1" }, instanceCount, seconds);
    await benchConvNet(backend, { "session.intra_op.allow_spinning": "0" }, instanceCount, seconds);
  }
  await backend.close();
}

await main();
