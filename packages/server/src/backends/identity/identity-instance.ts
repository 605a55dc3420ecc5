import { StatusCode, TritonError } from "@nereid/protocol";
import type { Alarm, AlarmClock } from "../../base/alarm-clock.ts";
import { assert } from "../../base/assert.ts";
import type { Clock } from "../../base/clock.ts";
import type { Instance, InstancePlacement } from "../../model/backend.ts";
import type { Batch } from "../../model/batch.ts";
import type { ModelSpec } from "../../model/model-spec.ts";
import { InferenceResponse } from "../../model/response.ts";
import { echo } from "./echo.ts";

/** What an instance is made of. */
export interface IdentityInstanceOptions {
  readonly model: ModelSpec;
  readonly delayMs: number;
  readonly clock: Clock;
  readonly alarmClock: AlarmClock;
}

/** Gives every request its inputs back, at once or after a delay. */
export class IdentityInstance implements Instance {
  readonly placement: InstancePlacement;
  readonly #options: IdentityInstanceOptions;
  readonly #alarm: Alarm;
  /** What it is busy with. */
  #batch: Batch | null = null;

  constructor(placement: InstancePlacement, options: IdentityInstanceOptions) {
    this.placement = placement;
    this.#options = options;
    this.#alarm = options.alarmClock.createAlarm(() => {
      this.#finish();
    });
  }

  execute(batch: Batch): void {
    this.#batch = batch;
    const { clock, delayMs } = this.#options;
    batch.computeInputEndNs = clock.nowNs();
    if (delayMs === 0) {
      this.#finish();
    } else {
      this.#alarm.set(batch.computeInputEndNs + delayMs * 1e6, false);
    }
  }

  /** A batch that nobody waits for is not waited for. */
  cancel(batch: Batch): void {
    if (batch === this.#batch && batch.requests.every(({ isCancelled }) => isCancelled)) {
      this.#alarm.set(null, false);
      this.#finish();
    }
  }

  close(): Promise<void> {
    this.#alarm.close();
    return Promise.resolve();
  }

  #finish(): void {
    const batch = this.#batch;
    assert(batch !== null, "an instance finishes what it has begun");
    this.#batch = null;
    const { clock, model } = this.#options;
    const outcomes = batch.requests.map((request) =>
      request.isCancelled
        ? InferenceResponse.failed(new TritonError(StatusCode.Cancelled, ""))
        : echo(model, request),
    );
    batch.computeOutputStartNs = clock.nowNs();
    batch.computeEndNs = batch.computeOutputStartNs;
    batch.complete(outcomes);
  }
}
