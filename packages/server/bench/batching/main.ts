/**
 * What dynamic batching and more instances are worth: one model with large weights, requests of two rows [1,32,100], with
 * no batching, dynamic batching, two instances and both, at several concurrencies, Nereid beside the real server.
 *
 *   npm run build && node --conditions=@nereid/source packages/server/bench/batching/main.ts [--seconds 3]
 *
 * The weights (82 MB) are read once a run, however many rows it has: batching pays as on a larger machine's GPU.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mlpModel, writeModel } from "@nereid/onnx-writer";
import { readProgramOptions } from "../../../../tools/program-options.ts";
import { type BenchRequest, writeBenchRequest } from "../bench-requests.ts";
import { BenchServer } from "../bench-server.ts";
import { modelCounts } from "../model-counts.ts";
import { runLoad } from "../run-load.ts";
import { serverCommands } from "../server-commands.ts";

const WIDTH = 3200;
const WEIGHT_BYTES = 82e6;
const ROWS = 2;
const CONCURRENCIES = [1, 2, 4, 8, 16];
const BOTH_CORES = "0,1";

const BATCHING = "dynamic_batching { }";

/** Names as the table shows them; one instance and no batching unless stated. */
const VARIANTS: Readonly<Record<string, { readonly count: number; readonly more: string }>> = {
  plain: { count: 1, more: "" },
  batching: { count: 1, more: BATCHING },
  two_instances: { count: 2, more: "" },
  both: { count: 2, more: BATCHING },
};

function writeRepository(root: string): void {
  const model = mlpModel({ weightBytes: WEIGHT_BYTES, width: WIDTH });
  for (const [name, { count, more }] of Object.entries(VARIANTS)) {
    writeModel(join(root, name, "1", "model.onnx"), model);
    const shape = `dims: [1, 32, 100] reshape { shape: [${WIDTH}] }`;
    writeFileSync(
      join(root, name, "config.pbtxt"),
      `platform: "onnxruntime_onnx"
max_batch_size: 16
input [{ name: "INPUT0" data_type: TYPE_FP32 ${shape} }]
output [{ name: "OUTPUT0" data_type: TYPE_FP32 ${shape} }]
instance_group [{ kind: KIND_CPU count: ${count} }]
parameters { key: "intra_op_thread_count" value { string_value: "1" } }
${more}
`,
    );
  }
}

const COLUMNS = [
  "server",
  "variant",
  "conc",
  "infer/s",
  "p50 ms",
  "p95 ms",
  "p99 ms",
  "runs",
  "rows/run",
];
const WIDTHS = [14, 15, 6, 10, 10, 10, 10, 8, 10];

function line(cells: readonly (string | number)[]): string {
  return cells.map((cell, index) => String(cell).padEnd(WIDTHS[index] ?? 10)).join("");
}

async function measure(
  name: string,
  server: BenchServer,
  request: BenchRequest,
  seconds: number,
): Promise<void> {
  for (const model of Object.keys(VARIANTS)) {
    for (const concurrency of CONCURRENCIES) {
      const before = await modelCounts(server, model);
      const result = await runLoad(server, {
        model,
        request,
        concurrency,
        seconds,
        cpus: BOTH_CORES,
      });
      const after = await modelCounts(server, model);
      const runs = after.execution_count - before.execution_count;
      const rows = after.inference_count - before.inference_count;
      const latencies = [result.p50Us, result.p95Us, result.p99Us];
      console.log(
        line([
          name,
          model,
          concurrency,
          Math.round(result.requestsPerSecond * ROWS),
          ...latencies.map((us) => (us / 1000).toFixed(1)),
          runs,
          (rows / runs).toFixed(2),
        ]),
      );
    }
  }
}

const { seconds } = readProgramOptions({
  usage: "usage: main.ts [--seconds <number, 3>]\n\nMeasures dynamic batching and more instances.",
  texts: {},
  numbers: { seconds: { default: 3, min: 0.1, isWhole: false } },
});
const directory = mkdtempSync(join(tmpdir(), "nereid-batching-"));
try {
  const repository = join(directory, "models");
  writeRepository(repository);
  const request = writeBenchRequest(directory, "request", {
    input: "INPUT0",
    output: "OUTPUT0",
    shape: [ROWS, 1, 32, 100],
    isBinary: true,
  });
  console.log(line(COLUMNS));
  for (const command of serverCommands()) {
    const server = await BenchServer.start(command, { repository, cpus: BOTH_CORES });
    try {
      await measure(command.name, server, request, seconds);
    } finally {
      await server.stop();
    }
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
