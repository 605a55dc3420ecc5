import assert from "node:assert/strict";
import { createModelConfig, DataType, StatusCode, TritonError } from "@nereid/protocol";
import { AlarmClock } from "../../base/alarm-clock.ts";
import { ManualClock } from "../../base/testing/manual-clock.ts";
import { compileModelSpec } from "../../config/compile-model-spec.ts";
import type { Instance, InstancePlacement } from "../../model/backend.ts";
import type { Batch } from "../../model/batch.ts";
import { InferenceRequest, type ResponseSender } from "../../model/request.ts";
import { InferenceResponse } from "../../model/response.ts";
import { RestartListeners } from "../../model/restart-listeners.ts";
import { Tensor } from "../../model/tensor.ts";
import { type LimitedInstance, RateLimiter } from "../../scheduling/rate-limiter.ts";
import { ModelVersion } from "../model-version.ts";
import { VersionStatistics } from "../version-statistics.ts";

/** An instance that runs, dies, is started again or not as a test says. */
export class MortalInstance implements Instance {
  readonly placement: InstancePlacement;
  state: "running" | "restarting" | "broken" = "running";
  /** What it has been given; while it restarts, what waits for that. */
  batch: Batch | null = null;
  /** The ids of the requests that it has been given, and the state in which it was. */
  readonly given: string[] = [];
  readonly #listeners = new RestartListeners();

  constructor(index: number) {
    const name = `m_${index}`;
    this.placement = { name, kind: "CPU", deviceId: 0, profiles: [], isPassive: false };
  }

  get isHealthy(): boolean {
    return this.state === "running";
  }

  get isBroken(): boolean {
    return this.state === "broken";
  }

  onceRestarted(callback: () => void): void {
    this.#listeners.add(callback);
  }

  execute(batch: Batch): void {
    assert.equal(this.batch, null, "one batch at a time");
    for (const { id } of batch.requests) {
      this.given.push(`${id} ${this.state}`);
    }
    this.batch = batch;
    if (this.state === "broken") {
      this.finish(false);
    }
  }

  cancel(): void {}

  finish(hasSucceeded = true): void {
    const { batch } = this;
    assert.ok(batch);
    this.batch = null;
    batch.computeInputEndNs = batch.computeStartNs;
    batch.computeOutputStartNs = batch.computeStartNs;
    batch.computeEndNs = batch.computeStartNs;
    batch.hasFailed = !hasSucceeded;
    const error = new TritonError(StatusCode.Internal, "it is not healthy");
    batch.complete(
      batch.requests.map(() =>
        hasSucceeded ? InferenceResponse.ok([]) : InferenceResponse.failed(error),
      ),
    );
  }

  /** It ends by itself: what it runs fails. */
  die(): void {
    this.state = "restarting";
    if (this.batch !== null) {
      this.finish(false);
    }
  }

  /** An attempt to start it is over. */
  restart(hasSucceeded: boolean): void {
    this.state = hasSucceeded ? "running" : "broken";
    if (this.batch !== null && !hasSucceeded) {
      this.finish(false);
    }
    this.#listeners.tell();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** How a {@link MortalVersion} is set up. */
export interface MortalVersionOptions {
  readonly instanceCount: number;
  readonly scheduling: "none" | "dynamic" | "sequence";
  /** How many instances may run at once; null: no rate limiter. */
  readonly resourceCount: number | null;
}

const SEQUENCES = {
  case: "sequenceBatching",
  value: { maxSequenceIdleMicroseconds: 1_000_000n },
} as const;
const BATCHES = { case: "dynamicBatching", value: {} } as const;

/** One version of a model with such instances, and all that its requests have been answered with. */
export class MortalVersion {
  readonly version: ModelVersion;
  readonly instances: readonly MortalInstance[];
  readonly limiter: RateLimiter | null;
  /** The ids in the order of the answers; with an exclamation mark if that was an error. */
  readonly answered: string[] = [];
  readonly #clock = new ManualClock();
  readonly #sender: ResponseSender = {
    send: (request, response) => {
      this.answered.push(`${request.id}${response?.error == null ? "" : "!"}`);
    },
  };
  #turns: (() => void)[] = [];
  #sequenceCount = 0n;

  constructor(options: MortalVersionOptions) {
    const { scheduling, resourceCount, instanceCount } = options;
    const config = createModelConfig({
      name: "m",
      maxBatchSize: scheduling === "none" ? 0 : 4,
      input: [{ name: "X", dataType: DataType.TYPE_UINT8, dims: [1n] }],
      ...(scheduling === "dynamic" ? { schedulingChoice: BATCHES } : {}),
      ...(scheduling === "sequence" ? { schedulingChoice: SEQUENCES } : {}),
    });
    const spec = compileModelSpec(config, 1n, new Map());
    const clock = this.#clock;
    this.instances = Array.from({ length: instanceCount }, (_, index) => new MortalInstance(index));
    this.limiter =
      resourceCount === null
        ? null
        : new RateLimiter([{ name: "R", deviceId: null, count: resourceCount }], {
            nowNs: () => clock.nowNs(),
            deferTurn: () => assert.fail("no time passes"),
          });
    this.version = new ModelVersion({
      spec,
      config,
      instances: this.instances,
      statistics: new VersionStatistics("m", 1n),
      limits:
        this.limiter === null
          ? null
          : { limiter: this.limiter, instances: this.instances.map(() => this.register()) },
      cache: null,
      clock,
      alarmClock: new AlarmClock({
        clock,
        nextTurn: (callback) => this.#turns.push(callback),
        wait: null,
      }),
      releaseFiles: () => Promise.resolve(),
      model: { createInstance: () => assert.fail("made already"), close: () => Promise.resolve() },
    });
  }

  /** Another instance that needs one of the resources. */
  register(): LimitedInstance {
    assert.ok(this.limiter);
    const demands = [{ name: "R", isGlobal: false, deviceId: 0, count: 1 }];
    return this.limiter.register({ demands, priority: 1 });
  }

  /** Asks. Each request to a model of sequences is one of its own. */
  send(id: string): InferenceRequest {
    const { spec } = this.version;
    const request = new InferenceRequest(spec, this.#sender, this.#clock.nowNs());
    request.id = id;
    const shape = spec.batchSizeMax > 0 ? [1, 1] : [1];
    request.inputs = [new Tensor("X", "UINT8", shape, new Uint8Array(1), null)];
    if (spec.sequenceBatching !== null) {
      request.correlationId = ++this.#sequenceCount;
      request.isSequenceStart = true;
      request.isSequenceEnd = true;
    }
    this.version.enqueue(request);
    return request;
  }

  /** The event loop has a turn. */
  turn(): void {
    const turns = this.#turns;
    this.#turns = [];
    for (const turn of turns) {
      turn();
    }
  }
}
