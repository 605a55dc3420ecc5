import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseModelConfigText } from "@nereid/protocol";
import { systemClock } from "../../../base/clock.ts";
import { nullLogger } from "../../../base/logger.ts";
import { compileModelSpec } from "../../../config/compile-model-spec.ts";
import { Batch, type BatchOutcome } from "../../../model/batch.ts";
import type { ModelSpec } from "../../../model/model-spec.ts";
import { InferenceRequest } from "../../../model/request.ts";
import { Tensor } from "../../../model/tensor.ts";
import { ABSENT_HOST, NO_METRICS } from "../../../model/testing/absent-host.ts";
import { LinkedModels } from "../linked-models.ts";
import type { WorkerPurpose } from "../model-worker.ts";
import type { TypeScriptInstanceOptions } from "../typescript-instance.ts";

const CONFIG = `
  name: "model" backend: "typescript"
  input [{ name: "IN" data_type: TYPE_FP32 dims: [-1] }]
  output [{ name: "OUT" data_type: TYPE_FP32 dims: [-1] }]
`;

/** What became of one batch of one request: the vector that it was answered with, or the error's text. */
export interface RanBatch {
  readonly batch: Batch;
  readonly ended: Promise<readonly number[] | string>;
}

/** A model's file in a temporary directory, and batches for its instance: without an engine, a test decides what is given when. */
export class SessionFixture implements Disposable {
  readonly options: TypeScriptInstanceOptions;
  readonly spec: ModelSpec;
  readonly errors: string[] = [];
  readonly #directory = mkdtempSync(join(tmpdir(), "nereid-session-"));

  constructor(text: string, settings: Partial<TypeScriptInstanceOptions["settings"]> = {}) {
    const modelPath = join(this.#directory, "model.ts");
    writeFileSync(modelPath, text);
    this.spec = compileModelSpec(parseModelConfigText(CONFIG), 1n, new Map());
    const placement = {
      name: "model_0",
      kind: "CPU",
      deviceId: 0,
      profiles: [],
      isPassive: false,
    } as const;
    this.options = {
      host: ABSENT_HOST,
      metrics: NO_METRICS,
      clock: systemClock,
      log: { ...nullLogger, error: (message: string) => this.errors.push(message) },
      placement,
      settings: {
        executeTimeoutMs: 0,
        cancelGraceMs: 30_000,
        finalizeTimeoutMs: 30_000,
        heapSizeMbMax: 256,
        ...settings,
      },
      spec: this.spec,
      linked: new LinkedModels(),
      start: startOf(modelPath, this.#directory),
    };
  }

  /** A batch of one request with this input. */
  createBatch(values: Float32Array): RanBatch {
    const { promise, resolve } = Promise.withResolvers<readonly number[] | string>();
    const sender = { send() {} };
    const request = new InferenceRequest(this.spec, sender, systemClock.nowNs());
    const bytes = new Uint8Array(values.buffer);
    request.inputs = [new Tensor("IN", "FP32", [values.length], bytes, null)];
    const batch = new Batch([request], {
      onBatchComplete: (_batch, [outcome]) => resolve(valuesOf(outcome ?? null)),
      onBatchResponse() {
        throw new Error("one answer a request");
      },
    });
    batch.computeStartNs = systemClock.nowNs();
    return { batch, ended: promise };
  }

  /** A file beside the model's. */
  write(name: string, text: string): void {
    writeFileSync(join(this.#directory, name), text);
  }

  [Symbol.dispose](): void {
    rmSync(this.#directory, { recursive: true });
  }
}

function valuesOf(outcome: BatchOutcome): readonly number[] | string {
  const [output] = outcome?.outputs ?? [];
  const values =
    output === undefined
      ? (outcome?.error?.message ?? "no answer")
      : [...new Float32Array(Uint8Array.from(output.bytes).buffer)];
  outcome?.release();
  return values;
}

function startOf(modelPath: string, directory: string): WorkerPurpose {
  return {
    purpose: "serve",
    modelPath,
    args: {
      modelName: "model",
      modelVersion: "1",
      modelConfig: {},
      instanceName: "model_0",
      instanceKind: "CPU",
      instanceDeviceId: 0,
      modelDirectory: directory,
      versionDirectory: directory,
    },
    isDecoupled: false,
    isBatching: false,
    outputs: [{ name: "OUT", datatype: "FP32", shape: [-1] }],
  };
}
