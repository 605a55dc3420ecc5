import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { encodeModelInferRequest } from "@nereid/protocol";
import type { BenchServer } from "./bench-server.ts";

const run = promisify(execFile);

/** How calls are spread over connections. */
export interface GrpcLoadShape {
  /** `calls`: small unary calls, sent by the leanest client; `large`: unary calls of any size; `stream`: one call a connection. */
  readonly kind: "calls" | "large" | "stream";
  readonly connections: number;
  /** Calls, or messages of a stream, under way at a time on each connection. */
  readonly inFlight: number;
}

export interface GrpcLoadOptions extends GrpcLoadShape {
  readonly messageFile: string;
  readonly seconds: number;
  /** Processors of the generator, as taskset takes them. */
  readonly cpus: string;
}

const WARMUP_SECONDS = 3;

/** Writes the message of a request with one FP32 tensor. */
export function writeGrpcRequest(
  directory: string,
  name: string,
  request: {
    readonly model: string;
    readonly input: string;
    readonly output: string;
    readonly shape: readonly number[];
  },
): string {
  const { model, input, output, shape } = request;
  const values = new Float32Array(shape.reduce((count, dim) => count * dim, 1));
  values.forEach((_, index) => {
    values[index] = index / 7;
  });
  const message = encodeModelInferRequest({
    modelName: model,
    modelVersion: "",
    id: "",
    inputs: [{ name: input, datatype: "FP32", shape, bytes: new Uint8Array(values.buffer) }],
    outputs: [{ name: output, classCount: 0 }],
    parameters: new Map(),
  });
  const file = join(directory, `${name}.message`);
  writeFileSync(file, message);
  return file;
}

function generatorArguments(server: BenchServer, options: GrpcLoadOptions): string[] {
  const { kind, connections, inFlight, messageFile } = options;
  const common = [
    `--port=${server.grpcPort}`,
    `--message-file=${messageFile}`,
    `--connections=${connections}`,
  ];
  return kind === "calls"
    ? [
        join(import.meta.dirname, "http2-wire", "call-generator.ts"),
        ...common,
        `--streams=${inFlight}`,
      ]
    : [
        join(import.meta.dirname, "grpc-load-generator.ts"),
        ...common,
        `--in-flight=${inFlight}`,
        `--kind=${kind === "stream" ? "stream" : "unary"}`,
      ];
}

/**
 * The server's processor time for one call or message, microseconds, all its threads.
 *
 * @throws if any answer was an error
 */
export async function runGrpcLoad(server: BenchServer, options: GrpcLoadOptions): Promise<number> {
  const load = async (seconds: number): Promise<number> => {
    const { stdout } = await run("taskset", [
      "-c",
      options.cpus,
      process.execPath,
      "--conditions=@nereid/source",
      ...generatorArguments(server, options),
      `--seconds=${seconds}`,
    ]);
    // The generators' common format.
    const report = JSON.parse(stdout) as { readonly count: number; readonly errors: number };
    if (report.errors > 0 || report.count === 0) {
      throw new Error(`${server.name} answered with errors: ${stdout}`);
    }
    return report.count;
  };
  await load(WARMUP_SECONDS);
  const cpuBefore = server.cpuUs();
  const count = await load(options.seconds);
  return (server.cpuUs() - cpuBefore) / count;
}
