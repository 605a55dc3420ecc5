import { type ModelConfig, StatusCode, TritonError, tritonErrorFrom } from "@nereid/protocol";
import type { Alarm, AlarmClock } from "../base/alarm-clock.ts";
import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { EnsembleSpec } from "../model/ensemble-spec.ts";
import type { ModelSpec } from "../model/model-spec.ts";
import type { InferenceRequest } from "../model/request.ts";
import { InferenceResponse } from "../model/response.ts";
import type { WaitGraph } from "../model/wait-graph.ts";
import type { EnsembleRun } from "../scheduling/ensemble-run.ts";
import { type EnsembleActions, EnsembleScheduler } from "../scheduling/ensemble-scheduler.ts";
import type { Alarm as SchedulerAlarm } from "../scheduling/scheduler.ts";
import { InflightRequests } from "./inflight-requests.ts";
import type { LoadedVersion } from "./loaded-version.ts";
import type { VersionCacheParts } from "./model-version.ts";
import { prepareRequest } from "./prepare-request.ts";
import { VersionCache, type VersionCacheOwner } from "./version-cache.ts";
import type { VersionStatistics } from "./version-statistics.ts";

/** What one loaded version of an ensemble is made of. */
export interface EnsembleVersionParts {
  readonly spec: ModelSpec;
  readonly config: ModelConfig;
  readonly ensemble: EnsembleSpec;
  /** The models of its steps, in their order; held until it is closed. */
  readonly steps: readonly LoadedVersion[];
  readonly statistics: VersionStatistics;
  /** null: its responses are not cached. */
  readonly cache: VersionCacheParts | null;
  readonly clock: Clock;
  readonly alarmClock: AlarmClock;
  readonly waits: WaitGraph;
  readonly log: Logger;
  /** Lets go of the model's files; called once, last. */
  readonly releaseFiles: () => Promise<void>;
}

/**
 * One loaded version of an ensemble: it has no instances, its requests run on the versions that its steps were bound to
 * when it was loaded. A model that is reloaded has the ensembles with it reloaded, too, so that each request meets versions
 * that belong together.
 *
 * Invariant: `#inflight` counts the requests accepted and not yet answered.
 */
export class EnsembleVersion implements LoadedVersion, EnsembleActions, VersionCacheOwner {
  readonly spec: ModelSpec;
  readonly config: ModelConfig;
  readonly statistics: VersionStatistics;
  readonly adaptiveChoice = null;
  /** Its steps answer for themselves, as in Triton. */
  readonly isHealthy = true;
  readonly #steps: readonly LoadedVersion[];
  readonly #scheduler: EnsembleScheduler;
  readonly #cache: VersionCache | null;
  readonly #alarm: Alarm;
  readonly #clock: Clock;
  readonly #releaseFiles: () => Promise<void>;
  readonly #inflight = new InflightRequests();
  readonly #holders = new InflightRequests();
  #isStopped = false;

  constructor(parts: EnsembleVersionParts) {
    const { spec, config, clock, log } = parts;
    this.spec = spec;
    this.config = config;
    this.statistics = parts.statistics;
    this.#steps = parts.steps;
    this.#clock = clock;
    this.#releaseFiles = parts.releaseFiles;
    for (const step of parts.steps) {
      step.hold();
    }
    this.#scheduler = new EnsembleScheduler({
      spec: parts.ensemble,
      model: spec,
      steps: parts.steps,
      actions: this,
      waits: parts.waits,
      clock,
      log,
    });
    this.#cache =
      parts.cache === null
        ? null
        : new VersionCache(
            { ...parts.cache, model: spec, statistics: this.statistics, clock },
            this,
          );
    this.#alarm = parts.alarmClock.createAlarm(() => this.#scheduler.onTimer());
  }

  checkReady(): Promise<void> {
    return Promise.resolve();
  }

  get isCached(): boolean {
    return this.#cache !== null;
  }

  get inflightCount(): number {
    return this.#inflight.count;
  }

  hold(): void {
    this.#holders.enter();
  }

  letGo(): void {
    this.#holders.leave();
  }

  enqueue(request: InferenceRequest): void {
    if (this.#isStopped && this.#holders.count === 0) {
      throw new TritonError(
        StatusCode.Unavailable,
        `${request.logPrefix}Server is stopping, scheduler for model has stopped accepting new inference requests`,
      );
    }
    assert(request.model === this.spec, "a request is for this version");
    prepareRequest(request);
    request.queueStartNs = this.#clock.nowNs();
    this.#inflight.enter();
    if (this.#cache === null || this.#cache.lookUp(request)) {
      this.#scheduler.start(request);
    }
  }

  /** The response cache has an answer, and has counted it. */
  onCacheAnswer(request: InferenceRequest, response: InferenceResponse): void {
    this.#respond(request, response, true);
  }

  /** A look-up that took time has found nothing. */
  onCacheMiss(request: InferenceRequest): void {
    try {
      this.#scheduler.start(request);
    } catch (error) {
      this.#respond(request, InferenceResponse.failed(tritonErrorFrom(error)), true);
    }
  }

  /** A request is answered next. */
  onEnd(run: EnsembleRun, error: TritonError | null): void {
    const nowNs = this.#clock.nowNs();
    if (error === null) {
      this.statistics.recordEnsemble(run, nowNs, this.#clock.epochMs());
    } else {
      this.statistics.recordEnsembleFailure(run.request, nowNs);
    }
  }

  answer(request: InferenceRequest, response: InferenceResponse | null, isFinal: boolean): void {
    if (this.#cache !== null && response !== null && response.error === null) {
      this.#cache.keep(request, response);
    }
    this.#respond(request, response, isFinal);
  }

  /** The scheduler wants to be called. */
  setTimer(alarm: SchedulerAlarm | null): void {
    this.#alarm.set(alarm?.atNs ?? null, alarm?.isPrecise === true);
  }

  idle(): Promise<void> {
    return this.#inflight.idle();
  }

  drained(): Promise<void> {
    return this.idle();
  }

  stop(): void {
    this.#isStopped = true;
  }

  async close(): Promise<void> {
    assert(this.#isStopped, "a version stops before it closes");
    await this.#holders.idle();
    await this.idle();
    this.#alarm.close();
    for (const step of this.#steps) {
      step.letGo();
    }
    await this.#releaseFiles();
  }

  #respond(request: InferenceRequest, response: InferenceResponse | null, isFinal: boolean): void {
    if (response !== null && this.statistics.firstResponseMs !== null) {
      this.statistics.recordAnswer(request, this.#clock.nowNs());
    }
    request.respond(response, isFinal);
    if (isFinal) {
      this.#inflight.leave();
    }
  }
}
