import { StatusCode } from "@nereid/protocol";
import type { Batch, ResponseReport } from "../model/batch.ts";
import { HistogramStatistic } from "../model/histogram-statistic.ts";
import type { ComputeTotals, InferenceRequest } from "../model/request.ts";
import type {
  BatchStatistic,
  DurationStatistic,
  FailureReason,
  ModelStatistics,
  ResponseStatistic,
} from "../model/statistics.ts";

const NS_PER_MS = 1e6;

/** Answers to one request that are counted one by one; what follows is not. Bounds the memory of models that never end. */
const RESPONSE_COUNT_MAX = 16_384;

/** A request of an ensemble and what its steps have computed. */
export interface EnsembleTotals extends Readonly<ComputeTotals> {
  readonly request: InferenceRequest;
  /** Clock nanoseconds at which its first step began. */
  readonly computeStartNs: number;
}

function emptyDuration(): DurationStatistic {
  return { count: 0, ns: 0 };
}

function emptyResponse(): ResponseStatistic {
  return {
    computeInfer: emptyDuration(),
    computeOutput: emptyDuration(),
    success: emptyDuration(),
    fail: emptyDuration(),
    emptyResponse: emptyDuration(),
    cancel: emptyDuration(),
  };
}

function add(statistic: DurationStatistic, ns: number): void {
  statistic.count++;
  statistic.ns += ns;
}

/**
 * The counters of one model version, from its load on.
 *
 * Everything is counted when the answer is known, just before it is sent: a client that has its answer finds it counted.
 * Requests refused before they reach the scheduler are counted nowhere.
 *
 * @see Triton core src/infer_stats.cc
 */
export class VersionStatistics implements ModelStatistics {
  readonly name: string;
  readonly version: bigint;
  lastInferenceMs = 0;
  inferenceCount = 0;
  executionCount = 0;
  pendingCount = 0;
  readonly success: DurationStatistic = emptyDuration();
  readonly fail: DurationStatistic = emptyDuration();
  readonly queue: DurationStatistic = emptyDuration();
  readonly computeInput: DurationStatistic = emptyDuration();
  readonly computeInfer: DurationStatistic = emptyDuration();
  readonly computeOutput: DurationStatistic = emptyDuration();
  readonly cacheHit: DurationStatistic = emptyDuration();
  readonly cacheMiss: DurationStatistic = emptyDuration();
  readonly failuresByReason: Record<FailureReason, number> = {
    REJECTED: 0,
    CANCELED: 0,
    BACKEND: 0,
    OTHER: 0,
  };
  readonly responses: ResponseStatistic[] = [];
  readonly firstResponseMs: HistogramStatistic | null;
  readonly #batchesBySize = new Map<number, BatchStatistic>();

  /** @param firstResponseBoundsMs the buckets of the times to the first answer; null: they are not counted */
  constructor(
    name: string,
    version: bigint,
    firstResponseBoundsMs: readonly number[] | null = null,
  ) {
    this.name = name;
    this.version = version;
    this.firstResponseMs =
      firstResponseBoundsMs === null ? null : new HistogramStatistic(firstResponseBoundsMs);
  }

  get batches(): readonly BatchStatistic[] {
    return [...this.#batchesBySize.values()].sort(
      (left, right) => left.batchSize - right.batchSize,
    );
  }

  /** One answer, of which the first to each request counts: in whole milliseconds. */
  recordAnswer(request: InferenceRequest, nowNs: number): void {
    if (this.firstResponseMs !== null && !request.isAnswered) {
      request.isAnswered = true;
      this.firstResponseMs.observe(Math.floor((nowNs - request.requestStartNs) / NS_PER_MS));
    }
  }

  /** One request answered by an execution of `batch`. */
  recordSuccess(request: InferenceRequest, batch: Batch, requestEndNs: number): void {
    this.inferenceCount += request.batchSize;
    add(this.success, requestEndNs - request.requestStartNs);
    add(this.queue, batch.computeStartNs - request.queueStartNs);
    add(this.computeInput, batch.computeInputEndNs - batch.computeStartNs);
    add(this.computeInfer, batch.computeOutputStartNs - batch.computeInputEndNs);
    add(this.computeOutput, batch.computeEndNs - batch.computeOutputStartNs);
    const totals = request.computeTotals;
    if (totals !== null) {
      totals.computeInputNs += batch.computeInputEndNs - batch.computeStartNs;
      totals.computeInferNs += batch.computeOutputStartNs - batch.computeInputEndNs;
      totals.computeOutputNs += batch.computeEndNs - batch.computeOutputStartNs;
    }
  }

  /** One request of an ensemble, which computes what its steps do; it counts as an execution of its own, too. */
  recordEnsemble(run: EnsembleTotals, requestEndNs: number, epochMs: number): void {
    const { request, computeInputNs, computeInferNs, computeOutputNs } = run;
    const batchSize = Math.max(1, request.batchSize);
    this.inferenceCount += batchSize;
    add(this.success, requestEndNs - request.requestStartNs);
    add(this.queue, run.computeStartNs - request.queueStartNs);
    this.lastInferenceMs = Math.max(this.lastInferenceMs, epochMs);
    this.executionCount++;
    for (const statistic of [this, this.#batchStatistic(batchSize)]) {
      add(statistic.computeInput, computeInputNs);
      add(statistic.computeInfer, computeInferNs);
      add(statistic.computeOutput, computeOutputNs);
    }
    const totals = request.computeTotals;
    if (totals !== null) {
      totals.computeInputNs += computeInputNs;
      totals.computeInferNs += computeInferNs;
      totals.computeOutputNs += computeOutputNs;
    }
  }

  /**
   * One request of an ensemble that was answered with an error: the real server counts it when it answers, and again when it
   * lets the request go.
   */
  recordEnsembleFailure(request: InferenceRequest, requestEndNs: number): void {
    this.recordFailure(request, "OTHER", requestEndNs);
    this.recordFailure(request, "OTHER", requestEndNs);
  }

  /** One request answered from the response cache, looked up from `startNs` to `endNs`: it computes nothing. */
  recordCacheHit(
    request: InferenceRequest,
    { startNs, endNs }: { readonly startNs: number; readonly endNs: number },
  ): void {
    add(this.success, endNs - request.requestStartNs);
    add(this.queue, startNs - request.queueStartNs);
    add(this.cacheHit, endNs - startNs);
  }

  /** One response that came into the response cache: what looking up and keeping it cost is the request's time too. */
  recordCacheMiss(ns: number): void {
    add(this.cacheMiss, ns);
    this.success.ns += ns;
  }

  /** One request that was accepted and answered with an error. */
  recordFailure(request: InferenceRequest, reason: FailureReason, requestEndNs: number): void {
    add(this.fail, requestEndNs - request.requestStartNs);
    this.failuresByReason[reason]++;
  }

  /** One execution that did not fail as a whole. */
  recordExecution(batch: Batch, epochMs: number): void {
    this.lastInferenceMs = Math.max(this.lastInferenceMs, epochMs);
    this.executionCount++;
    const statistic = this.#batchStatistic(batch.size);
    add(statistic.computeInput, batch.computeInputEndNs - batch.computeStartNs);
    add(statistic.computeInfer, batch.computeOutputStartNs - batch.computeInputEndNs);
    add(statistic.computeOutput, batch.computeEndNs - batch.computeOutputStartNs);
  }

  /**
   * One answer of several: without outputs it is empty, or has failed before there were any.
   *
   * @see Triton core src/infer_stats.cc, UpdateResponseSuccess and the three functions behind it
   */
  recordResponse(responseIndex: number, report: ResponseReport): void {
    if (responseIndex >= RESPONSE_COUNT_MAX) {
      return;
    }
    const { startNs, outputStartNs, endNs, error } = report;
    // Numbers come without gaps: the answers before this one have been told of.
    const statistic = this.responses[responseIndex] ?? emptyResponse();
    this.responses[responseIndex] = statistic;
    const totalNs = endNs - startNs;
    if (error?.code === StatusCode.Cancelled) {
      add(statistic.cancel, totalNs);
      return;
    }
    add(statistic.computeInfer, outputStartNs === 0 ? totalNs : outputStartNs - startNs);
    const outputNs = outputStartNs === 0 ? 0 : endNs - outputStartNs;
    if (error !== null) {
      add(statistic.fail, totalNs);
    } else if (outputStartNs === 0) {
      add(statistic.emptyResponse, totalNs);
    } else {
      add(statistic.success, totalNs);
    }
    // A failure whose outputs took no time had none.
    if (outputNs > 0 || (error === null && outputStartNs !== 0)) {
      add(statistic.computeOutput, outputNs);
    }
  }

  #batchStatistic(batchSize: number): BatchStatistic {
    let statistic = this.#batchesBySize.get(batchSize);
    if (statistic === undefined) {
      statistic = {
        batchSize,
        computeInput: emptyDuration(),
        computeInfer: emptyDuration(),
        computeOutput: emptyDuration(),
      };
      this.#batchesBySize.set(batchSize, statistic);
    }
    return statistic;
  }
}
