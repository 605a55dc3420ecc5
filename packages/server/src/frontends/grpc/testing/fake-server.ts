import {
  createModelConfig,
  DataType,
  type ModelConfig,
  StatusCode,
  TritonError,
} from "@nereid/protocol";
import type { LogSettings } from "../../../base/log-settings.ts";
import { type Logger, nullLogger } from "../../../base/logger.ts";
import { ManualClock } from "../../../base/testing/manual-clock.ts";
import { compileModelSpec } from "../../../config/compile-model-spec.ts";
import type { ModelIndexEntry, ServerFacade } from "../../../engine/server-facade.ts";
import { TraceSettings } from "../../../engine/trace-settings.ts";
import type { LoadParameters, ModelHandle } from "../../../model/model-host.ts";
import type { ModelSpec } from "../../../model/model-spec.ts";
import type { InferenceRequest } from "../../../model/request.ts";
import { InferenceResponse } from "../../../model/response.ts";
import type { ModelStatistics } from "../../../model/statistics.ts";
import { Tensor } from "../../../model/tensor.ts";
import { WaitGraph } from "../../../model/wait-graph.ts";

/** A model with an input IN and an output OUT, FP32 of any size, whose requests wait until the test answers them. */
export class FakeModel implements ModelHandle {
  readonly spec: ModelSpec;
  readonly config: ModelConfig;
  /** Accepted and not answered, oldest first. */
  readonly waiting: InferenceRequest[] = [];
  /** Called instead of waiting, if set. */
  onRequest: ((request: InferenceRequest) => void) | null = null;
  /** Outputs whose memory has not come back. */
  outputsInUse = 0;

  constructor(name: string, isDecoupled = false) {
    const tensor = { dataType: DataType.TYPE_FP32, dims: [-1n] };
    this.config = createModelConfig({
      name,
      backend: "fake",
      input: [{ name: "IN", ...tensor }],
      output: [{ name: "OUT", ...tensor }],
      modelTransactionPolicy: { decoupled: isDecoupled },
    });
    this.spec = compileModelSpec(this.config, 1n, new Map());
  }

  enqueue(request: InferenceRequest): void {
    if (request.inputs.length !== 1) {
      throw new TritonError(StatusCode.InvalidArg, `${request.logPrefix}expected 1 input`);
    }
    request.state = "pending";
    if (this.onRequest !== null) {
      this.onRequest(request);
      return;
    }
    this.waiting.push(request);
    request.cancellationListener = {
      onCancel: () => {
        this.#forget(request);
        request.respond(InferenceResponse.failed(new TritonError(StatusCode.Cancelled, "")), true);
      },
    };
  }

  /** Answers with the input itself, a view of the client's message as an identity model's may be. */
  answer(request: InferenceRequest, isFinal = true): void {
    if (isFinal) {
      this.#forget(request);
    }
    const [input] = request.inputs;
    const bytes = input?.bytes ?? new Uint8Array(0);
    this.outputsInUse++;
    const memory = {
      release: (): void => {
        this.outputsInUse--;
      },
    };
    const output = new Tensor("OUT", "FP32", input?.shape ?? [], bytes, memory);
    request.respond(InferenceResponse.ok([output]), isFinal);
  }

  refuse(request: InferenceRequest, message: string, isFinal = true): void {
    if (isFinal) {
      this.#forget(request);
    }
    const error = new TritonError(StatusCode.Internal, message);
    request.respond(InferenceResponse.failed(error), isFinal);
  }

  #forget(request: InferenceRequest): void {
    const index = this.waiting.indexOf(request);
    if (index >= 0) {
      this.waiting.splice(index, 1);
    }
  }
}

/** A server of fake models. */
export class FakeServer implements ServerFacade {
  readonly name = "triton";
  readonly version = "2.73.0";
  readonly extensions: readonly string[] = ["statistics"];
  readonly clock: ManualClock = new ManualClock();
  readonly log: Logger = nullLogger;
  readonly logSettings: LogSettings = {
    file: "",
    info: true,
    warning: true,
    error: true,
    verboseLevel: 0,
    format: "default",
  };
  readonly traceSettings: TraceSettings = new TraceSettings();
  readonly waits: WaitGraph = new WaitGraph();
  readonly models = new Map<string, FakeModel>();
  readonly loads: { readonly name: string; readonly parameters: LoadParameters }[] = [];
  readonly unloads: { readonly name: string; readonly unloadDependents: boolean }[] = [];
  isServerReady = true;
  index: readonly ModelIndexEntry[] = [];
  modelStatistics: readonly ModelStatistics[] = [];

  constructor(...models: readonly FakeModel[]) {
    for (const model of models) {
      this.models.set(model.spec.name, model);
    }
  }

  metricFamilies(): ReturnType<ServerFacade["metricFamilies"]> {
    return [];
  }

  isLive(): boolean {
    return true;
  }

  isReady(): boolean {
    return this.isServerReady;
  }

  getModel(name: string, version: bigint | null): ModelHandle {
    const model = this.models.get(name);
    if (model === undefined) {
      const message = `Request for unknown model: '${name}' is not found`;
      throw new TritonError(StatusCode.NotFound, message);
    }
    if (version !== null && version !== 1n) {
      const message = `Request for unknown model: '${name}' version ${version} is not found`;
      throw new TritonError(StatusCode.NotFound, message);
    }
    return model;
  }

  isModelReady(name: string, version: bigint | null): boolean {
    return this.models.has(name) && (version === null || version === 1n);
  }

  askReady(): Promise<boolean> {
    return Promise.resolve(this.isReady());
  }

  askModelReady(name: string, version: bigint | null): Promise<boolean> {
    return Promise.resolve(this.isModelReady(name, version));
  }

  readyVersions(): readonly bigint[] {
    return [1n];
  }

  statistics(): readonly ModelStatistics[] {
    return this.modelStatistics;
  }

  repositoryIndex({
    readyOnly,
  }: {
    readonly readyOnly: boolean;
  }): Promise<readonly ModelIndexEntry[]> {
    return Promise.resolve(this.index.filter(({ state }) => !readyOnly || state === "READY"));
  }

  loadModel(name: string, parameters: LoadParameters): Promise<void> {
    this.loads.push({ name, parameters });
    return Promise.resolve();
  }

  unloadModel(
    name: string,
    { unloadDependents }: { readonly unloadDependents: boolean },
  ): Promise<void> {
    this.unloads.push({ name, unloadDependents });
    return Promise.resolve();
  }
}
