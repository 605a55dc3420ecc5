import type { TritonError } from "@nereid/protocol";
import type { Clock } from "../../base/clock.ts";
import type { DynamicBatchingSpec } from "../../model/batching-spec.ts";
import type { ModelSpec } from "../../model/model-spec.ts";
import type { InferenceRequest } from "../../model/request.ts";
import { DynamicBatcher } from "../dynamic-batcher.ts";
import type { Alarm, SchedulerActions } from "../scheduler.ts";
import type { Sequence } from "./sequence.ts";
import type { SlotBatcher, SlotBatcherOwner } from "./slot-batcher.ts";

/** What an oldest batcher is made of. */
export interface OldestBatcherOptions<Slot> {
  readonly model: ModelSpec;
  readonly batching: DynamicBatchingSpec;
  readonly slot: Slot;
  readonly owner: SlotBatcherOwner<Slot>;
  readonly clock: Pick<Clock, "nowNs">;
  readonly queueSizeMax: number;
}

/**
 * The oldest strategy: the next request of each sequence goes to a dynamic batcher of the instance's own; the one after it
 * when that is done.
 *
 * ```
 *   slot 0  [ 1st 2nd ] ─ 1st ─┐
 *   slot 1  [ 5th ]     ─ 5th ─┤► DynamicBatcher ─► run
 *   slot 2  (runs)             ┘
 * ```
 * @see Triton core src/sequence_batch_scheduler/sequence_batch_scheduler.cc, OldestSequenceBatch
 */
export class OldestBatcher<Slot> implements SlotBatcher, SchedulerActions<Slot> {
  readonly #slot: Slot;
  readonly #owner: SlotBatcherOwner<Slot>;
  readonly #batcher: DynamicBatcher<Slot>;
  alarm: Alarm | null = null;

  constructor(options: OldestBatcherOptions<Slot>) {
    const { model, batching, slot, owner, clock, queueSizeMax } = options;
    this.#slot = slot;
    this.#owner = owner;
    this.#batcher = new DynamicBatcher({
      model,
      batching,
      slots: [slot],
      actions: this,
      clock,
      queueSizeMax,
    });
  }

  enter(sequence: Sequence): void {
    this.onChange(sequence);
  }

  onChange(sequence: Sequence): void {
    if (sequence.issued !== null) {
      return;
    }
    if (sequence.isOver) {
      this.#owner.leave(sequence);
    } else if (sequence.queue.size > 0) {
      const request = this.#owner.issue(sequence);
      // The batcher's to accept, which knows nothing of where the request has waited before.
      request.state = "initialized";
      this.#batcher.enqueue(request);
    }
  }

  withdraw(request: InferenceRequest): boolean {
    if (request.waitingPlace === "none") {
      return false;
    }
    this.#batcher.cancel(request);
    return true;
  }

  onDone(sequence: Sequence): void {
    this.onChange(sequence);
  }

  onInstanceFree(): void {
    this.#batcher.onInstanceFree(this.#slot);
  }

  /** The batcher does by itself what can be done. */
  advance(): boolean {
    return false;
  }

  onTimer(): void {
    this.alarm = null;
    this.#batcher.onTimer();
  }

  run(slot: Slot, requests: readonly InferenceRequest[]): void {
    this.#owner.run(slot, requests);
  }

  /** Its queue has no policy: only what was withdrawn is dropped. */
  drop(request: InferenceRequest, _error: TritonError): void {
    this.#owner.onWithdrawn(request);
  }

  setTimer(alarm: Alarm | null): void {
    this.alarm = alarm;
  }
}
