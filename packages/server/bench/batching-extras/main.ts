/**
 * What padding, fair queues and latency targets gain, in this process and without a network: the same clients and the same
 * model, without and with each.
 *
 * Usage: node --conditions=@nereid/source packages/server/bench/batching-extras/main.ts [seconds a figure]
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mlpModel, type OnnxModel, recurrentModel, writeModel } from "@nereid/onnx-writer";
import { keepAlive } from "../../src/base/keep-alive.ts";
import type { InProcessRequest } from "../../src/engine/in-process.ts";
import { InferenceServer } from "../../src/engine/inference-server.ts";
import { type Load, openLoad, summarize } from "./load.ts";

const SECONDS_DEFAULT = 4;
const WARM_UP_SECONDS = 1;

const WIDTH = 512;
const LENGTH_MAX = 32;
const CLIENT_COUNT = 32;

/** Starts a server with one model, runs the loads on it side by side, and stops it. */
async function withModel<T>(
  model: OnnxModel,
  config: string,
  use: (server: InferenceServer) => Promise<T>,
): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), "nereid-bench-"));
  try {
    writeModel(join(root, "m", "1", "model.onnx"), model);
    writeFileSync(join(root, "m", "config.pbtxt"), `backend: "onnxruntime"\n${config}`);
    const server = await InferenceServer.start({ modelRepositories: [root] });
    try {
      return await use(server);
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(root, { recursive: true });
  }
}

function parameters(entries: Readonly<Record<string, string>>): string {
  return Object.entries(entries)
    .map(([key, value]) => `parameters { key: "${key}" value { string_value: "${value}" } }\n`)
    .join("");
}

/** Clients that each send their next request when they have their answer. */
async function closedLoad(
  server: InferenceServer,
  clientCount: number,
  seconds: number,
  makeRequest: () => InProcessRequest,
): Promise<Load> {
  const latenciesMs: number[] = [];
  const startMs = performance.now();
  const endMs = startMs + seconds * 1000;
  await Promise.all(
    Array.from({ length: clientCount }, async () => {
      while (performance.now() < endMs) {
        const sentMs = performance.now();
        await server.infer(makeRequest());
        latenciesMs.push(performance.now() - sentMs);
      }
    }),
  );
  return { latenciesMs, seconds: (performance.now() - startMs) / 1000 };
}

function meanBatchSize(server: InferenceServer): number {
  const [statistics] = server.statistics("m", null);
  return (statistics?.inferenceCount ?? 0) / (statistics?.executionCount ?? 1);
}

function sequenceRequest(): InProcessRequest {
  const length = 1 + Math.floor(Math.random() * LENGTH_MAX);
  const data = new Float32Array(length * WIDTH).fill(0.1);
  return {
    modelName: "m",
    inputs: [{ name: "INPUT0", datatype: "FP32", shape: [1, length, WIDTH], data }],
  };
}

async function benchPadding(seconds: number): Promise<void> {
  console.log(
    `\nPadding: sequences of 1 to ${LENGTH_MAX} steps through an LSTM of ${WIDTH}, ${CLIENT_COUNT} clients`,
  );
  const batching = `max_batch_size: 32
instance_group { kind: KIND_CPU count: 1 }
dynamic_batching { max_queue_delay_microseconds: 2000 }
${THREAD}`;
  const cases = {
    without: "",
    "to 32": parameters({ NEREID_PAD_INPUTS: "INPUT0[0]=32" }),
    "to 8, 16, 24, 32": parameters({ NEREID_PAD_INPUTS: "INPUT0[0]=multiples_of 8" }),
    "to powers of two": parameters({ NEREID_PAD_INPUTS: "INPUT0[0]=powers_of_two 4" }),
  };
  for (const [name, config] of Object.entries(cases)) {
    await withModel(recurrentModel({ width: WIDTH }), batching + config, async (server) => {
      await closedLoad(server, CLIENT_COUNT, WARM_UP_SECONDS, sequenceRequest);
      const load = await closedLoad(server, CLIENT_COUNT, seconds, sequenceRequest);
      console.log(
        `  ${name.padEnd(18)} ${summarize(load)}, mean batch ${meanBatchSize(server).toFixed(1)}`,
      );
    });
  }
}

/** Runs on the event loop itself end before a second request comes: nothing would ever be joined. */
const THREAD = parameters({ NEREID_EXECUTION_MODE: "thread" });

const DENSE = mlpModel({ weightBytes: 16e6 });
const DENSE_CONFIG = `max_batch_size: 16\n${THREAD}`;

function denseRequest(tenant: string): () => InProcessRequest {
  const data = new Float32Array(1024).fill(0.1);
  return () => ({
    modelName: "m",
    inputs: [{ name: "INPUT0", datatype: "FP32", shape: [1, 1024], data }],
    parameters: { tenant },
  });
}

async function benchFairness(seconds: number): Promise<void> {
  console.log(
    "\nFair queue: 200 requests of one client always wait; 4 clients of another send one at a time",
  );
  const fair = parameters({ NEREID_FAIR_KEY: "tenant" });
  for (const [name, config] of [
    ["without", ""],
    ["with", fair],
  ] as const) {
    await withModel(DENSE, `${DENSE_CONFIG}dynamic_batching { }\n${config}`, async (server) => {
      const [heavy, light] = await Promise.all([
        closedLoad(server, 200, seconds, denseRequest("heavy")),
        closedLoad(server, 4, seconds, denseRequest("light")),
      ]);
      console.log(`  ${name.padEnd(8)} the one:   ${summarize(heavy)}`);
      console.log(`  ${"".padEnd(8)} the other: ${summarize(light)}`);
    });
  }
}

async function benchLatencyTarget(seconds: number): Promise<void> {
  const alone = await withModel(DENSE, `${DENSE_CONFIG}dynamic_batching { }\n`, async (server) => {
    await closedLoad(server, 1, WARM_UP_SECONDS, denseRequest("x"));
    return closedLoad(server, 1, WARM_UP_SECONDS, denseRequest("x"));
  });
  const rate = (0.5 * alone.latenciesMs.length) / alone.seconds;
  const learnSeconds = Math.max(20, 5 * seconds);
  console.log(`\nLatency target: ${rate.toFixed(0)} requests a second at random times`);
  for (const targetUs of [null, 50_000, 200_000]) {
    const target =
      targetUs === null ? "" : parameters({ NEREID_LATENCY_TARGET_US: String(targetUs) });
    await withModel(DENSE, `${DENSE_CONFIG}dynamic_batching { }\n${target}`, async (server) => {
      await openLoad(server, rate, learnSeconds, denseRequest("x"));
      const [before] = server.statistics("m", null);
      const counts = [before?.inferenceCount ?? 0, before?.executionCount ?? 0] as const;
      const cpu = process.cpuUsage();
      const load = await openLoad(server, rate, seconds, denseRequest("x"));
      const { user, system } = process.cpuUsage(cpu);
      const [after] = server.statistics("m", null);
      const mean =
        ((after?.inferenceCount ?? 0) - counts[0]) / ((after?.executionCount ?? 1) - counts[1]);
      const chosen = server
        .metricFamilies()
        .filter((family) => family.name.startsWith("nereid_adaptive"))
        .map(
          ({ name, samples }) => `${name.slice("nereid_adaptive_".length)} ${samples[0]?.value}`,
        );
      console.log(
        `  ${(targetUs === null ? "none" : `${targetUs / 1000} ms`).padEnd(8)} ${summarize(load)}, ` +
          `mean batch ${mean.toFixed(1)}, ${((user + system) / load.latenciesMs.length).toFixed(0)} µs of CPU a request` +
          `${chosen.length === 0 ? "" : `; chosen: ${chosen.join(", ")}`}`,
      );
    });
  }
}

const seconds = Number(process.argv[2] ?? SECONDS_DEFAULT);
if (!(seconds > 0)) {
  throw new RangeError("seconds a figure: a number above 0");
}
const release = keepAlive();
await benchPadding(seconds);
await benchFairness(seconds);
await benchLatencyTarget(seconds);
release();
