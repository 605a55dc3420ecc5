import assert from "node:assert/strict";
import { parseModelConfigText, TritonError } from "@nereid/protocol";
import type { Logger } from "../../base/logger.ts";
import { nullLogger } from "../../base/logger.ts";
import { compileEnsemble } from "../../config/compile-ensemble.ts";
import { compileModelSpec } from "../../config/compile-model-spec.ts";
import type { ModelHandle } from "../../model/model-host.ts";
import type { ModelSpec } from "../../model/model-spec.ts";
import { InferenceRequest, type ResponseSender } from "../../model/request.ts";
import { InferenceResponse } from "../../model/response.ts";
import { Tensor } from "../../model/tensor.ts";
import { WaitGraph } from "../../model/wait-graph.ts";
import { EnsembleScheduler } from "../ensemble-scheduler.ts";
import type { Alarm } from "../scheduler.ts";

/** What a step's model holds until the test answers it. */
export interface HeldStep {
  readonly model: string;
  readonly request: InferenceRequest;
}

/** What the client of a request has been sent. */
export class RecordedClient implements ResponseSender {
  readonly responses: (InferenceResponse | null)[] = [];
  isFinal = false;

  send(_request: InferenceRequest, response: InferenceResponse | null, isFinal: boolean): void {
    assert.equal(this.isFinal, false);
    this.responses.push(response);
    this.isFinal = isFinal;
  }

  /** The outputs of the only answer, FP32 elements by name. */
  get outputs(): Readonly<Record<string, readonly number[]>> {
    const [response] = this.responses;
    assert.equal(this.responses.length, 1);
    assert.ok(response !== undefined && response !== null);
    assert.equal(response.error, null);
    return Object.fromEntries(
      response.outputs.map(({ name, bytes }) => [
        name,
        [...new Float32Array(bytes.slice().buffer)],
      ]),
    );
  }

  get error(): TritonError {
    const error = this.responses.at(-1)?.error;
    assert.ok(error instanceof TritonError);
    return error;
  }
}

/** An ensemble whose steps' models answer when the test says so. */
export class EnsembleFixture {
  readonly scheduler: EnsembleScheduler;
  readonly model: ModelSpec;
  readonly held: HeldStep[] = [];
  readonly logged: string[] = [];
  /** What was answered last. */
  outputs: readonly Tensor[] = [];
  alarm: Alarm | null = null;
  nowNs = 0;

  /**
   * @param pbtxt of the ensemble; `platform` is added
   * @param models by name, the pbtxt of each step's model
   */
  constructor(pbtxt: string, models: Readonly<Record<string, string>>) {
    const config = parseModelConfigText(`name: "ensemble" platform: "ensemble" ${pbtxt}`);
    const { schedulingChoice } = config;
    assert.equal(schedulingChoice.case, "ensembleScheduling");
    const specs = schedulingChoice.value.step.map(({ modelName }) =>
      compileModelSpec(
        parseModelConfigText(`name: "${modelName}" backend: "x" ${models[modelName] ?? ""}`),
        1n,
        new Map(),
      ),
    );
    this.model = compileModelSpec(config, 1n, new Map());
    const log: Logger = { ...nullLogger, error: (message) => this.logged.push(message) };
    this.scheduler = new EnsembleScheduler({
      spec: compileEnsemble(config, this.model, specs),
      model: this.model,
      steps: specs.map((spec) => this.#handle(spec)),
      actions: {
        onEnd: () => {},
        answer: (request, response, isFinal) => request.respond(response, isFinal),
        setTimer: (alarm) => {
          this.alarm = alarm;
        },
      },
      waits: new WaitGraph(),
      clock: { nowNs: () => this.nowNs },
      log,
    });
  }

  /** Starts a request with FP32 inputs. */
  start(
    inputs: Readonly<Record<string, readonly number[]>>,
    prepare: (request: InferenceRequest) => void = () => {},
  ): { request: InferenceRequest; client: RecordedClient } {
    const client = new RecordedClient();
    const request = new InferenceRequest(this.model, client, 0);
    request.inputs = Object.entries(inputs).map(([name, values]) => floats(name, values));
    prepare(request);
    this.scheduler.start(request);
    return { request, client };
  }

  /** The model of the first step that is held answers with FP32 outputs. */
  answer(outputs: Readonly<Record<string, readonly number[]>>, isFinal = true): HeldStep {
    const step = isFinal ? this.held.shift() : this.held[0];
    assert.ok(step);
    const tensors = Object.entries(outputs).map(([name, values]) => floats(name, values));
    this.outputs = tensors;
    step.request.respond(InferenceResponse.ok(tensors), isFinal);
    return step;
  }

  /** The first step that is held ends with an error, or with nothing more. */
  end(error: TritonError | null): void {
    const step = this.held.shift();
    assert.ok(step);
    step.request.respond(error === null ? null : InferenceResponse.failed(error), true);
  }

  #handle(spec: ModelSpec): ModelHandle {
    return {
      spec,
      get config(): never {
        throw new Error("no scheduler looks at it");
      },
      enqueue: (request) => {
        request.state = "executing";
        this.held.push({ model: spec.name, request });
      },
    };
  }
}

function floats(name: string, values: readonly number[]): Tensor {
  const bytes = new Uint8Array(Float32Array.from(values).buffer);
  return new Tensor(name, "FP32", [values.length], bytes, null);
}
