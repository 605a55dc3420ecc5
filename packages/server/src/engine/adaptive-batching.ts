import type { Logger } from "../base/logger.ts";
import type { Batch, BatchOutcome } from "../model/batch.ts";
import type { ModelSpec } from "../model/model-spec.ts";
import {
  type BatchLimits,
  type LatencyChoice,
  LatencyController,
} from "../scheduling/latency-controller.ts";

const NS_PER_US = 1000;

/** Windows with one choice before it is worth a log line. */
const SETTLED_WINDOW_COUNT = 4;
/** A choice that is nearer than this to the one in the log, of the target, is not worth another line. */
const LOGGED_DIFFERENCE_MIN = 0.1;

/** What adaptive batching is made of. */
export interface AdaptiveBatchingParts {
  readonly model: ModelSpec;
  readonly targetUs: number;
  readonly instanceCount: number;
  /** Takes over what has been chosen. */
  readonly setLimits: (limits: BatchLimits) => void;
  readonly log: Logger;
}

/** Keeps a model's batcher to its latency target: feeds the controller, passes its choices on, and says what they are. */
export class AdaptiveBatching {
  readonly #parts: AdaptiveBatchingParts;
  readonly #controller: LatencyController;
  #logged: LatencyChoice | null = null;

  constructor(parts: AdaptiveBatchingParts) {
    const { model, targetUs, instanceCount } = parts;
    this.#parts = parts;
    this.#controller = new LatencyController({
      targetNs: targetUs * NS_PER_US,
      batchSizeMax: Math.max(1, model.batchSizeMax),
      queueDelayNs: (model.dynamicBatching?.queueDelayUsMax ?? 0) * NS_PER_US,
      instanceCount,
    });
    parts.setLimits(this.#controller.choice);
  }

  get choice(): LatencyChoice {
    return this.#controller.choice;
  }

  /** A batch has run; what has failed says nothing about how long answers take. */
  onRunComplete(batch: Batch, outcomes: readonly BatchOutcome[], endNs: number): void {
    if (batch.hasFailed) {
      return;
    }
    const { requests, size, computeStartNs } = batch;
    for (let index = 0; index < requests.length; index++) {
      const request = requests[index];
      if (request !== undefined && outcomes[index]?.error === null) {
        this.#controller.onAnswer(request.queueStartNs, endNs);
      }
    }
    if (this.#controller.onBatch(Math.max(1, size), endNs - computeStartNs, endNs)) {
      const { choice } = this.#controller;
      // Nothing has changed in a window more.
      if (choice.settledCount === 0) {
        this.#parts.setLimits(choice);
      }
      this.#report(choice);
    }
  }

  #report(choice: LatencyChoice): void {
    const logged = this.#logged;
    const wasReachable = logged?.isReachable ?? true;
    const isNews =
      choice.isReachable !== wasReachable ||
      (choice.settledCount === SETTLED_WINDOW_COUNT &&
        (logged === null || differs(logged, choice)));
    if (!isNews) {
      return;
    }
    this.#logged = choice;
    const { log, model } = this.#parts;
    const subject = `model '${model.name}' version ${model.versionText}`;
    const targetUs = microseconds(choice.targetNs);
    const latencyUs = microseconds(choice.latencyNs);
    if (choice.isReachable) {
      log.info(
        `${subject}: batches of up to ${choice.batchSizeMax} rows and a queue delay of ` +
          `${microseconds(choice.queueDelayNs)} us for the latency target of ${targetUs} us (p99 ${latencyUs} us)`,
      );
    } else {
      log.warning(
        `${subject}: the latency target of ${targetUs} us cannot be met (p99 ${latencyUs} us): ` +
          `batches of up to ${choice.batchSizeMax} rows without a queue delay`,
      );
    }
  }
}

function differs(left: LatencyChoice, right: LatencyChoice): boolean {
  const delay = Math.abs(left.queueDelayNs - right.queueDelayNs) / right.targetNs;
  return left.batchSizeMax !== right.batchSizeMax || delay > LOGGED_DIFFERENCE_MIN;
}

function microseconds(ns: number): number {
  return Math.round(ns / NS_PER_US);
}
