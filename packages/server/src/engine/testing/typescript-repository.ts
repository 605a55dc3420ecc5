import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { nullLogger } from "../../base/logger.ts";
import type { ModelHandle } from "../../model/model-host.ts";
import { InferenceRequest } from "../../model/request.ts";
import type { InferenceResponse } from "../../model/response.ts";
import { Tensor } from "../../model/tensor.ts";
import { InferenceServer } from "../inference-server.ts";

/** One FP32 input and output of any length. */
export const VECTOR_CONFIG = `
  backend: "typescript"
  input [{ name: "IN" data_type: TYPE_FP32 dims: [-1] }]
  output [{ name: "OUT" data_type: TYPE_FP32 dims: [-1] }]
`;

/** A model whose class has this body. */
export function modelFile(body: string): string {
  return `
import { createMetricFamily, host, logger, splitBatch, stackBatch, Tensor, TritonError } from "@nereid/server/model";
void [createMetricFamily, host, logger, splitBatch, stackBatch, Tensor, TritonError];
export default class {
${body}
}
`;
}

/** A model that answers each `request`, whose input is `value`, with what these lines return. */
export function perRequestModel(lines: string, rest = ""): string {
  return modelFile(`
  execute(requests: any) {
    return Promise.all(requests.map(async (request: any) => {
      const value = request.input("IN").asFloat32();
      ${lines}
    }));
  }
  ${rest}`);
}

/** Answers with the input. */
export const IDENTITY_MODEL: string = modelFile(`
  execute(requests: any) {
    return requests.map((request: any) => ({ outputs: [request.input("IN").withName("OUT")] }));
  }`);

/** What a server has logged. */
export interface LogLines {
  readonly info: string[];
  readonly errors: string[];
}

/** A repository of TypeScript models in a temporary directory that goes with it. */
export class TypeScriptRepository implements Disposable {
  readonly directory: string = mkdtempSync(join(tmpdir(), "nereid-typescript-"));
  readonly log: LogLines = { info: [], errors: [] };

  /** Version 1 of a model. */
  add(name: string, text: string, config: string = VECTOR_CONFIG): this {
    this.write(`${name}/1/model.ts`, text);
    this.write(`${name}/config.pbtxt`, config);
    return this;
  }

  write(path: string, text: string): void {
    const file = join(this.directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /** A server of these models; one that cannot be loaded does not end it. */
  serve(isExplicit = false): Promise<InferenceServer> {
    const log = {
      ...nullLogger,
      info: (message: string) => this.log.info.push(message),
      error: (message: string) => this.log.errors.push(message),
    };
    return InferenceServer.start(
      {
        modelRepositories: [this.directory],
        exitOnError: false,
        ...(isExplicit ? { modelControlMode: "explicit" as const } : {}),
      },
      { log },
    );
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true });
  }
}

/** Runs a model of `VECTOR_CONFIG` and gives its output. */
export async function inferVector(
  server: InferenceServer,
  modelName: string,
  data: Float32Array,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const { outputs } = await server.infer({
    modelName,
    inputs: [{ name: "IN", datatype: "FP32", shape: [data.length], data }],
    ...(signal === undefined ? {} : { signal }),
  });
  const [output] = outputs;
  if (output === undefined) {
    throw new TypeError("no output");
  }
  return new Float32Array(Uint8Array.from(output.bytes).buffer);
}

/** Every answer to one request of a model with decoupled transactions: a vector, an error's text, or null for an empty end. */
export function streamVector(
  server: InferenceServer,
  modelName: string,
  data: Float32Array,
): { readonly answers: Promise<(number[] | string | null)[]>; readonly request: InferenceRequest } {
  const { promise, resolve } = Promise.withResolvers<(number[] | string | null)[]>();
  const answers: (number[] | string | null)[] = [];
  const model: ModelHandle = server.getModel(modelName, null);
  const sender = {
    send(_request: InferenceRequest, response: InferenceResponse | null, isFinal: boolean): void {
      answers.push(contentOf(response));
      response?.release();
      if (isFinal) {
        resolve(answers);
      }
    },
  };
  const request = new InferenceRequest(model.spec, sender, server.clock.nowNs());
  const bytes = new Uint8Array(data.buffer);
  request.inputs = [new Tensor("IN", "FP32", [data.length], bytes, null)];
  model.enqueue(request);
  return { answers: promise, request };
}

function contentOf(response: InferenceResponse | null): number[] | string | null {
  if (response === null) {
    return null;
  }
  const [output] = response.outputs;
  return response.error === null && output !== undefined
    ? [...new Float32Array(Uint8Array.from(output.bytes).buffer)]
    : (response.error?.message ?? "no output");
}

/** Asks until it is so, for a bounded number of turns. */
export async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 20_000 && !condition(); turn++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.ok(condition(), "it becomes so in time");
}

/** Serves, calls, and stops whatever comes. */
export async function serving(
  repository: TypeScriptRepository,
  use: (server: InferenceServer) => Promise<void>,
  isExplicit = false,
): Promise<void> {
  const server = await repository.serve(isExplicit);
  try {
    await use(server);
  } finally {
    await server.stop();
  }
}
