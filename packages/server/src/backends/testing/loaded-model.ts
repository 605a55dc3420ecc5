import { type Datatype, parseModelConfigText } from "@nereid/protocol";
import { nullLogger } from "../../base/logger.ts";
import { compileModelSpec } from "../../config/compile-model-spec.ts";
import type { Backend, Instance, InstancePlacement, Model } from "../../model/backend.ts";
import { Batch, type ResponseReport } from "../../model/batch.ts";
import type { ModelSpec } from "../../model/model-spec.ts";
import { InferenceRequest } from "../../model/request.ts";
import type { InferenceResponse } from "../../model/response.ts";
import { Tensor } from "../../model/tensor.ts";

const PLACEMENT: InstancePlacement = {
  name: "m_0",
  kind: "CPU",
  deviceId: 0,
  profiles: [],
  isPassive: false,
};

/** One answer, as text: its outputs' elements or its error, and `end` if it was the last. */
export type AnswerText = string;

/** A model of a backend with one instance, without a server around it. */
export class LoadedModel {
  readonly spec: ModelSpec;
  readonly instance: Instance;
  readonly #model: Model;

  private constructor(spec: ModelSpec, model: Model, instance: Instance) {
    this.spec = spec;
    this.#model = model;
    this.instance = instance;
  }

  /** Rejects as the backend does. @param pbtxt the configuration but for its name */
  static async load(backend: Backend, pbtxt: string): Promise<LoadedModel> {
    const config = parseModelConfigText(`name: "m" ${pbtxt}`);
    const spec = compileModelSpec(config, 1n, new Map());
    const context = {
      name: "m",
      version: 1n,
      config,
      modelDirectory: "",
      versionDirectory: "",
      log: nullLogger,
    };
    const model = await backend.createModel(context, spec);
    return new LoadedModel(spec, model, await model.createInstance(PLACEMENT));
  }

  request(...inputs: readonly Tensor[]): InferenceRequest {
    const request = new InferenceRequest(this.spec, { send() {} }, 0);
    request.inputs = [...inputs];
    request.batchSize = this.spec.batchSizeMax > 0 ? (inputs[0]?.shape[0] ?? 1) : 1;
    return request;
  }

  /** Runs requests as one batch until the last has been answered. */
  run(...requests: readonly InferenceRequest[]): Run {
    const run = new Run(requests);
    this.instance.execute(run.batch);
    return run;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.instance.close();
    await this.#model.close();
  }
}

/** What comes of a batch. */
export class Run {
  readonly batch: Batch;
  /** By request. */
  readonly answers: AnswerText[][];
  readonly reports: ResponseReport[] = [];
  /** Resolves when every request has ended and the instance is free. */
  readonly isOver: Promise<void>;
  /** Called before each answer is kept. */
  onAnswer: (() => void) | null = null;

  constructor(requests: readonly InferenceRequest[]) {
    this.answers = requests.map(() => []);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.isOver = promise;
    this.batch = new Batch(requests, {
      onBatchResponse: (batch, index, response, isFinal) => {
        this.onAnswer?.();
        this.answers[index]?.push(textOf(response, isFinal));
        if (isFinal && batch.isComplete && !batch.isOpen) {
          resolve();
        }
      },
      onBatchReport: (_batch, _index, report) => {
        this.reports.push(report);
      },
      onBatchComplete: (batch, outcomes) => {
        for (const [index, outcome] of outcomes.entries()) {
          if (outcome !== null) {
            this.answers[index]?.push(textOf(outcome, true));
          }
        }
        if (!batch.isOpen) {
          resolve();
        }
      },
    });
  }
}

/** A tensor of 32-bit integers. */
export function integers(
  name: string,
  values: readonly number[],
  options: { readonly shape?: readonly number[]; readonly datatype?: "INT32" | "UINT32" } = {},
): Tensor {
  const { shape = [values.length], datatype = "INT32" } = options;
  const bytes = new Uint8Array(Int32Array.from(values).buffer);
  return new Tensor(name, datatype satisfies Datatype, shape, bytes, null);
}

function textOf(response: InferenceResponse | null, isFinal: boolean): AnswerText {
  const end = isFinal ? " end" : "";
  if (response === null) {
    return `nothing${end}`;
  }
  if (response.error !== null) {
    return `${response.error.code} ${response.error.message}${end}`;
  }
  const outputs = response.outputs.map(
    ({ name, shape, bytes }) =>
      `${name}[${shape.join()}]=${new Int32Array(new Uint8Array(bytes).buffer).join()}`,
  );
  return `${outputs.join(" ")}${end}`;
}
