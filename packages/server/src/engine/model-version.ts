import { type ModelConfig, StatusCode, TritonError, tritonErrorFrom } from "@nereid/protocol";
import { type Alarm, AlarmClock } from "../base/alarm-clock.ts";
import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import { type Logger, nullLogger } from "../base/logger.ts";
import type { ResponseCache } from "../cache/response-cache.ts";
import type { Instance, Model } from "../model/backend.ts";
import type { Batch, BatchOutcome, ResponseReport } from "../model/batch.ts";
import type { ModelSpec } from "../model/model-spec.ts";
import type { CancellationListener, InferenceRequest } from "../model/request.ts";
import { InferenceResponse } from "../model/response.ts";
import type { FailureReason } from "../model/statistics.ts";
import { DefaultScheduler } from "../scheduling/default-scheduler.ts";
import { DynamicBatcher } from "../scheduling/dynamic-batcher.ts";
import type { LatencyChoice } from "../scheduling/latency-controller.ts";
import type { LimitedInstance, RateLimiter } from "../scheduling/rate-limiter.ts";
import { ResponseOrder } from "../scheduling/response-order.ts";
import {
  rescheduleError,
  type Scheduler,
  type SchedulerActions,
  type Alarm as SchedulerAlarm,
} from "../scheduling/scheduler.ts";
import { SequenceScheduler } from "../scheduling/sequence/sequence-scheduler.ts";
import { AdaptiveBatching } from "./adaptive-batching.ts";
import { InflightRequests } from "./inflight-requests.ts";
import { InstanceRunner, type InstanceRunnerOwner } from "./instance-runner.ts";
import type { LoadedVersion } from "./loaded-version.ts";
import { prepareRequest } from "./prepare-request.ts";
import {
  limitedActions,
  RateLimitedInstances,
  type RateLimitedOwner,
} from "./rate-limited-instances.ts";
import { RestingInstances } from "./resting-instances.ts";
import { enterOrder, isOrderPreserved, stateCreator } from "./sequence-parts.ts";
import { SingleAnswers } from "./single-answers.ts";
import { VersionCache, type VersionCacheOwner } from "./version-cache.ts";
import type { VersionStatistics } from "./version-statistics.ts";

/** What one loaded version is made of; the version owns all of it from then on. */
export interface ModelVersionParts {
  readonly spec: ModelSpec;
  readonly config: ModelConfig;
  readonly model: Model;
  /** At least one that is not passive. */
  readonly instances: readonly Instance[];
  /** Begun by the warm-up. */
  readonly statistics: VersionStatistics;
  /** null: no rate limiter. */
  readonly limits: VersionLimits | null;
  /** null: its responses are not cached. */
  readonly cache: VersionCacheParts | null;
  readonly clock: Clock;
  /** One that turns the event loop unless given. */
  readonly alarmClock?: AlarmClock;
  /** What its batcher chooses is logged here; nowhere unless given. */
  readonly log?: Logger;
  /** Lets go of the model's files; called once, last. */
  readonly releaseFiles: () => Promise<void>;
}

/** The rate limiter and what it knows of the instances that are not passive, in their order. */
export interface VersionLimits {
  readonly limiter: RateLimiter;
  readonly instances: readonly LimitedInstance[];
}

/** The cache and what its keys for this version begin with. */
export interface VersionCacheParts {
  readonly cache: ResponseCache;
  readonly identity: string;
  readonly log: Logger;
}

/**
 * One loaded version of a model: its scheduler, its instances and its counters. It accepts requests until `stop`, and
 * `close` waits for the accepted ones: no request is lost when a version is replaced.
 *
 * Invariant: `#inflight` counts the requests accepted and not yet answered.
 */
export class ModelVersion
  implements
    LoadedVersion,
    SchedulerActions<InstanceRunner>,
    InstanceRunnerOwner,
    RateLimitedOwner,
    VersionCacheOwner,
    CancellationListener
{
  readonly spec: ModelSpec;
  readonly config: ModelConfig;
  readonly statistics: VersionStatistics;
  readonly #model: Model;
  readonly #instances: readonly Instance[];
  readonly #scheduler: Scheduler<InstanceRunner>;
  /** null: a batch runs as soon as an instance is free. */
  readonly #limited: RateLimitedInstances | null;
  /** Where an instance that has ended waits: requests in the queue find others, and their time limits. null: `#limited` sees to it. */
  readonly #rests: RestingInstances | null;
  readonly #cache: VersionCache | null;
  /** null: no latency target. */
  #adaptive: AdaptiveBatching | null = null;
  readonly #alarm: Alarm;
  /** null: answers leave as they come. */
  readonly #order: ResponseOrder | null;
  /** Whether that is the order in which requests run, not the one in which they came: sequences wait for one another. */
  readonly #isOrderOfRuns: boolean;
  readonly #clock: Clock;
  readonly #releaseFiles: () => Promise<void>;
  readonly #inflight = new InflightRequests();
  readonly #holders = new InflightRequests();
  readonly #liveSequences = new InflightRequests();
  readonly #singleAnswers = new SingleAnswers();
  #isStopped = false;

  constructor(parts: ModelVersionParts) {
    this.spec = parts.spec;
    this.config = parts.config;
    this.#model = parts.model;
    this.#instances = parts.instances;
    this.#clock = parts.clock;
    this.#releaseFiles = parts.releaseFiles;
    this.statistics = parts.statistics;
    this.#cache = createVersionCache(parts, this);
    this.#limited =
      parts.limits === null
        ? null
        : new RateLimitedInstances(parts.limits.limiter, parts.limits.instances, this, {
            isPinned: parts.spec.sequenceBatching !== null,
          });
    const owner = this.#limited ?? this;
    const runners = parts.instances
      .filter((instance) => !instance.placement.isPassive)
      .map((instance) => new InstanceRunner(instance, owner));
    this.#limited?.setRunners(runners);
    this.#rests =
      this.#limited === null
        ? new RestingInstances({
            runners,
            isPinned: parts.spec.sequenceBatching !== null,
            onFree: (runner) => this.#scheduler.onInstanceFree(runner),
          })
        : null;
    const alarmClock = parts.alarmClock ?? new AlarmClock({ clock: parts.clock, wait: null });
    this.#scheduler = this.#createScheduler(parts, runners);
    this.#alarm = alarmClock.createAlarm(() => this.#scheduler.onTimer());
    this.#isOrderOfRuns = parts.spec.sequenceBatching !== null;
    this.#order = isOrderPreserved(parts.spec)
      ? new ResponseOrder((request, response, isFinal) => this.#answer(request, response, isFinal))
      : null;
  }

  /** Whether its responses are cached. */
  get isCached(): boolean {
    return this.#cache !== null;
  }

  /** What has been chosen to meet its latency target; null without one. */
  get adaptiveChoice(): LatencyChoice | null {
    return this.#adaptive?.choice ?? null;
  }

  get isHealthy(): boolean {
    return this.#instances.every(({ isHealthy }) => isHealthy !== false);
  }

  async checkReady(): Promise<void> {
    await Promise.all(this.#instances.map(async (instance) => instance.checkReady?.()));
  }

  /** Requests accepted and not yet answered or, as the real server counts, sequences that have not ended. */
  get inflightCount(): number {
    return Math.max(this.#inflight.count, this.#liveSequences.count);
  }

  hold(): void {
    this.#holders.enter();
  }

  letGo(): void {
    this.#holders.leave();
  }

  enqueue(request: InferenceRequest): void {
    if (this.#isStopped && this.#holders.count === 0 && this.#scheduler.stop === undefined) {
      throw new TritonError(
        StatusCode.Unavailable,
        `${request.logPrefix}Server is stopping, scheduler for model has stopped accepting new inference requests`,
      );
    }
    assert(request.model === this.spec, "a request is for this version");
    prepareRequest(request);
    request.queueStartNs = this.#clock.nowNs();
    this.#inflight.enter();
    if (!this.#isOrderOfRuns) {
      this.#order?.onEnqueue(request);
    }
    if (this.#cache !== null && !this.#cache.lookUp(request)) {
      return;
    }
    try {
      this.#schedule(request);
    } catch (error) {
      // Refused: the caller keeps the request, and the client will read the error as its answer. It counts nowhere.
      this.#inflight.leave();
      throw error;
    }
  }

  /** @throws {TritonError} if the scheduler refuses it */
  #schedule(request: InferenceRequest): void {
    request.cancellationListener = this;
    this.statistics.pendingCount++;
    try {
      this.#scheduler.enqueue(request);
    } catch (error) {
      request.cancellationListener = null;
      this.statistics.pendingCount--;
      this.#order?.onDrop(request);
      throw error;
    }
  }

  /** The response cache has an answer, and has counted it. */
  onCacheAnswer(request: InferenceRequest, response: InferenceResponse): void {
    this.#answerInOrder(request, response, true);
  }

  /** A look-up that took time has found nothing. */
  onCacheMiss(request: InferenceRequest): void {
    try {
      this.#schedule(request);
    } catch (error) {
      this.#answer(request, InferenceResponse.failed(tritonErrorFrom(error)), true);
    }
  }

  /** A waiting request's client has gone (a running one is its runner's). */
  onCancel(request: InferenceRequest): void {
    this.#scheduler.cancel(request);
  }

  /** The scheduler found an instance. */
  run(runner: InstanceRunner, requests: readonly InferenceRequest[]): void {
    if (this.#isOrderOfRuns && this.#order !== null) {
      enterOrder(this.#order, requests);
    }
    runner.run(requests, this.#clock.nowNs());
  }

  /** What waits inside an instance is pending until its turn has come. */
  onRunBegin({ requests }: Batch): void {
    this.statistics.pendingCount -= countReal(requests);
  }

  /** Not asked with a rate limiter: a batch waits for its turn outside. */
  lookahead(runner: InstanceRunner): number {
    return runner.lookahead;
  }

  /** The scheduler let go of a request that waited. */
  drop(request: InferenceRequest, error: TritonError, reason: FailureReason): void {
    this.statistics.pendingCount--;
    this.statistics.recordFailure(request, reason, this.#clock.nowNs());
    this.#order?.onDrop(request);
    this.#answer(request, InferenceResponse.failed(error), true);
  }

  /** The scheduler wants to be called. */
  setTimer(alarm: SchedulerAlarm | null): void {
    this.#alarm.set(alarm === null ? null : alarm.atNs, alarm?.isPrecise === true);
  }

  /** The rate limiter gave a batch up before it ran. */
  onSlotFree(runner: InstanceRunner): void {
    this.#scheduler.onInstanceFree(runner);
  }

  /** A model answers a request by itself: it is decoupled, or has not waited for the end of its batch. */
  onRunResponse(
    batch: Batch,
    index: number,
    response: InferenceResponse | null,
    isFinal: boolean,
  ): void {
    const request = batch.requests[index];
    assert(request !== undefined, "a batch answers its requests");
    if (request.isNull) {
      response?.release();
    } else if (this.spec.isDecoupled) {
      this.#answerInOrder(request, response, isFinal);
    } else {
      const answer = this.#singleAnswers.take(request, response, isFinal);
      if (answer !== null) {
        this.#answerInOrder(request, answer, true);
      }
    }
  }

  /** An instance tells of one answer of several. */
  onRunReport(responseIndex: number, report: ResponseReport): void {
    this.statistics.recordResponse(responseIndex, report);
  }

  /** Counts, gives the instance its next request, then answers. */
  onRunComplete(runner: InstanceRunner, batch: Batch, outcomes: readonly BatchOutcome[]): void {
    const endNs = this.#clock.nowNs();
    this.#count(batch, outcomes, endNs);
    this.#adaptive?.onRunComplete(batch, outcomes, endNs);
    this.#cache?.keepAll(batch, outcomes);
    this.#endRun(batch);
    if (this.#rests === null) {
      this.#scheduler.onInstanceFree(runner);
    } else {
      this.#rests.free(runner);
    }
    const { requests } = batch;
    for (let index = 0; index < requests.length; index++) {
      const request = requests[index];
      const outcome = outcomes[index];
      assert(request !== undefined && outcome !== undefined, "one outcome a request");
      if (request.isNull) {
        outcome?.release();
      } else if (outcome !== null) {
        const singles = this.#singleAnswers;
        const answer = singles.isEmpty ? outcome : singles.take(request, outcome, true);
        this.#answerInOrder(request, answer, true);
      }
    }
  }

  /** Resolves when every accepted request has been answered. */
  idle(): Promise<void> {
    return this.#inflight.idle();
  }

  /** Resolves when, besides, every sequence has ended or has been idle for too long. */
  async drained(): Promise<void> {
    await this.idle();
    await this.#liveSequences.idle();
  }

  /** Refuses new requests, and new sequences, from now on. The accepted ones are still answered. */
  stop(): void {
    this.#isStopped = true;
    this.#scheduler.stop?.();
  }

  /** Waits for who holds it and for the accepted requests, then frees the instances and the model. Called once, after `stop`. */
  async close(): Promise<void> {
    assert(this.#isStopped, "a version stops before it closes");
    await this.#holders.idle();
    await this.idle();
    this.#alarm.close();
    this.#scheduler.close?.();
    this.#limited?.close();
    for (const instance of this.#instances) {
      await instance.close();
    }
    await this.#model.close();
    await this.#releaseFiles();
  }

  #createScheduler(
    { log }: ModelVersionParts,
    runners: readonly InstanceRunner[],
  ): Scheduler<InstanceRunner> {
    const { spec: model } = this;
    const { dynamicBatching: batching, sequenceBatching: sequences } = model;
    const clock = this.#clock;
    const actions = this.#limited === null ? this : limitedActions(this, this.#limited);
    if (sequences !== null) {
      return new SequenceScheduler({
        model,
        batching: sequences,
        slots: runners,
        actions,
        clock,
        log: log ?? nullLogger,
        listener: {
          onSequenceStart: () => this.#liveSequences.enter(),
          onSequenceEnd: () => this.#liveSequences.leave(),
        },
        createState: stateCreator(sequences, runners),
      });
    }
    if (batching === null) {
      return new DefaultScheduler(runners, actions, clock);
    }
    const batcher = new DynamicBatcher({
      model,
      batching,
      slots: runners,
      turns: this.#limited,
      actions,
      clock,
    });
    if (batching.latencyTargetUs !== null) {
      this.#adaptive = new AdaptiveBatching({
        model,
        targetUs: batching.latencyTargetUs,
        instanceCount: runners.length,
        setLimits: (limits) => batcher.setLimits(limits),
        log: log ?? nullLogger,
      });
    }
    return batcher;
  }

  /** Tells the scheduler of each request, if it wants to know. */
  #endRun(batch: Batch): void {
    if (this.#scheduler.onRequestDone === undefined && !batch.hasRescheduled) {
      return;
    }
    for (const [index, request] of batch.requests.entries()) {
      const isRescheduled = batch.isRescheduled(index);
      if (isRescheduled) {
        this.statistics.pendingCount++;
        request.cancellationListener = this;
      }
      if (this.#scheduler.onRequestDone !== undefined) {
        this.#scheduler.onRequestDone(request, isRescheduled);
      } else if (isRescheduled) {
        this.drop(request, rescheduleError(), "BACKEND");
      }
    }
  }

  #answerInOrder(
    request: InferenceRequest,
    response: InferenceResponse | null,
    isFinal: boolean,
  ): void {
    if (this.#order === null) {
      this.#answer(request, response, isFinal);
    } else {
      this.#order.onAnswer(request, response, isFinal);
    }
  }

  #answer(request: InferenceRequest, response: InferenceResponse | null, isFinal: boolean): void {
    if (response !== null && this.statistics.firstResponseMs !== null) {
      this.statistics.recordAnswer(request, this.#clock.nowNs());
    }
    request.respond(response, isFinal);
    if (isFinal) {
      this.#inflight.leave();
    }
  }

  #count(batch: Batch, outcomes: readonly BatchOutcome[], endNs: number): void {
    // Each round of a request that goes back to the scheduler counts as if it were a request, as in the real server.
    const isIterative = this.spec.sequenceBatching?.isIterative === true;
    for (let index = 0; index < outcomes.length; index++) {
      const request = batch.requests[index];
      const outcome = outcomes[index];
      assert(request !== undefined && outcome !== undefined, "one outcome a request");
      if (request.isNull || (batch.isRescheduled(index) && !isIterative)) {
        continue;
      }
      const error = outcome?.error ?? null;
      if (error === null) {
        this.statistics.recordSuccess(request, batch, endNs);
      } else {
        this.statistics.recordFailure(request, failureReason(error), endNs);
      }
    }
    if (!batch.hasFailed) {
      this.statistics.recordExecution(batch, this.#clock.epochMs());
    }
  }
}

function createVersionCache(
  { cache, spec, statistics, clock }: ModelVersionParts,
  owner: VersionCacheOwner,
): VersionCache | null {
  return cache === null
    ? null
    : new VersionCache({ ...cache, model: spec, statistics, clock }, owner);
}

/** Requests that clients wait for. */
function countReal(requests: readonly InferenceRequest[]): number {
  let count = 0;
  for (const { isNull } of requests) {
    count += isNull ? 0 : 1;
  }
  return count;
}

function failureReason(error: TritonError): FailureReason {
  return error.code === StatusCode.Cancelled ? "CANCELED" : "BACKEND";
}
