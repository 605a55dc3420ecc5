import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/logger.ts";
import { InferenceServer } from "../inference-server.ts";

/** One FP32 input and output of any length. */
export const VECTOR_CONFIG = `
  backend: "python"
  input [{ name: "IN" data_type: TYPE_FP32 dims: [-1] }]
  output [{ name: "OUT" data_type: TYPE_FP32 dims: [-1] }]
`;

/** A model whose execute has these lines, indented by one step, for each `request` with its input `value`. */
export function perRequestModel(lines: string): string {
  return `
import os, time
import numpy as np
import triton_python_backend_utils as pb_utils

class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            value = pb_utils.get_input_tensor_by_name(request, "IN").as_numpy()
${lines.replace(/^/gm, "            ")}
        return responses
`;
}

/** Answers with the input. */
export const IDENTITY_MODEL: string = perRequestModel(
  'responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUT", value)]))',
);

/** A repository of Python models in a temporary directory that goes with it. */
export class PythonRepository implements Disposable {
  readonly directory: string = mkdtempSync(join(tmpdir(), "nereid-python-"));

  /** Version 1 of a model. */
  add(name: string, modelFile: string, config: string = VECTOR_CONFIG): this {
    this.write(`${name}/1/model.py`, modelFile);
    this.write(`${name}/config.pbtxt`, config);
    return this;
  }

  write(path: string, text: string): void {
    const file = join(this.directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /** A server of these models; one that cannot be loaded does not end it. @param python the interpreter */
  serve(
    python: string,
    options: {
      readonly log?: Logger;
      readonly clock?: Clock;
      readonly settings?: Readonly<Record<string, string>>;
      readonly isExplicit?: boolean;
      readonly rateLimitMode?: "execution_count";
      readonly backendDirectory?: string;
      /** Where the models are, if not at the top. */
      readonly modelsFolder?: string;
    } = {},
  ): Promise<InferenceServer> {
    const settings = new Map(Object.entries({ python, ...options.settings }));
    return InferenceServer.start(
      {
        modelRepositories: [join(this.directory, options.modelsFolder ?? "")],
        exitOnError: false,
        ...(options.isExplicit === true ? { modelControlMode: "explicit" } : {}),
        ...(options.rateLimitMode === undefined ? {} : { rateLimitMode: options.rateLimitMode }),
        ...(options.backendDirectory === undefined
          ? {}
          : { backendDirectory: options.backendDirectory }),
        backendSettings: new Map([["", settings]]),
      },
      {
        ...(options.log === undefined ? {} : { log: options.log }),
        ...(options.clock === undefined ? {} : { clock: options.clock }),
      },
    );
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** A request for a model of {@link VECTOR_CONFIG}. */
export function vectorRequest(modelName: string, values: Float32Array) {
  return {
    modelName,
    inputs: [{ name: "IN", datatype: "FP32", shape: [values.length], data: values }],
  } as const;
}

/** Asks such a model. */
export async function inferVector(
  server: InferenceServer,
  modelName: string,
  values: Float32Array,
): Promise<Float32Array> {
  const { outputs } = await server.infer(vectorRequest(modelName, values));
  const bytes = outputs[0]?.bytes ?? new Uint8Array(0);
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
