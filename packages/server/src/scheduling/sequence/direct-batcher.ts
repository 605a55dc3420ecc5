import { assert } from "../../base/assert.ts";
import type { ModelSpec } from "../../model/model-spec.ts";
import type { InferenceRequest } from "../../model/request.ts";
import type { DirectStrategySpec } from "../../model/sequence-batching-spec.ts";
import { EqualInputs } from "../equal-inputs.ts";
import type { Alarm } from "../scheduler.ts";
import type { Sequence } from "./sequence.ts";
import type { SequenceControls } from "./sequence-controls.ts";
import type { SlotBatcher, SlotBatcherOwner } from "./slot-batcher.ts";

const NS_PER_US = 1000;

/** What a direct batcher is made of. */
export interface DirectBatcherOptions<Slot> {
  readonly model: ModelSpec;
  readonly strategy: DirectStrategySpec;
  readonly controls: SequenceControls;
  readonly slot: Slot;
  readonly owner: SlotBatcherOwner<Slot>;
}

/**
 * The direct strategy: a sequence's requests are always in the row of its slot. A batch has a row for every slot up to the
 * highest that is ready; slots that are not ready, or whose request does not fit the others, have a null request in it.
 *
 * ```
 *   slot 0  [ START ]──┐
 *   slot 1  (nothing)──┤► batch: START, null, 2nd      one batch at a time
 *   slot 2  [ 2nd ]────┘
 * ```
 * @see Triton core src/sequence_batch_scheduler/sequence_batch_scheduler.cc, DirectSequenceBatch
 */
export class DirectBatcher<Slot> implements SlotBatcher {
  readonly #controls: SequenceControls;
  readonly #slot: Slot;
  readonly #owner: SlotBatcherOwner<Slot>;
  readonly #equality: EqualInputs | null;
  readonly #queueDelayNs: number;
  /** Ready slots at which a batch waits for no more. */
  readonly #readyCountMin: number;
  /** By slot number, without empty slots at the end. */
  readonly #sequences: (Sequence | null)[] = [];
  /** Sequences whose queues are not empty. */
  readonly #ready = new Set<Sequence>();
  /** When the first of the ready requests came: not too late, but perhaps too early. */
  #oldestNs = Number.POSITIVE_INFINITY;
  /** Of those that did not fit the last batch, the first; the next batch begins with it. */
  #passedOver: Sequence | null = null;
  #isRunning = false;
  /** Clock nanoseconds at which the end of this turn of the event loop was asked for; null: it was not. */
  #turnAskedNs: number | null = null;
  /** Whether it has come since. */
  #isTurnOver = false;
  alarm: Alarm | null = null;

  constructor({ model, strategy, controls, slot, owner }: DirectBatcherOptions<Slot>) {
    const equality = new EqualInputs(model);
    this.#equality = equality.isNeeded ? equality : null;
    this.#controls = controls;
    this.#slot = slot;
    this.#owner = owner;
    this.#queueDelayNs = strategy.queueDelayUsMax * NS_PER_US;
    this.#readyCountMin = leastReadyCount(strategy, Math.max(1, model.batchSizeMax));
  }

  enter(sequence: Sequence): void {
    const { slotNumber } = sequence;
    while (this.#sequences.length <= slotNumber) {
      this.#sequences.push(null);
    }
    assert(this.#sequences[slotNumber] === null, "a slot has one sequence");
    this.#sequences[slotNumber] = sequence;
    this.#note(sequence);
  }

  onChange(sequence: Sequence): void {
    this.#note(sequence);
    if (sequence.isOver) {
      this.#leave(sequence);
    }
  }

  /** What is issued runs. */
  withdraw(): boolean {
    return false;
  }

  onDone(sequence: Sequence): void {
    if (sequence.isOver) {
      this.#leave(sequence);
    }
  }

  onInstanceFree(): void {
    assert(this.#isRunning, "an instance is freed once");
    this.#isRunning = false;
  }

  onTimer(): void {
    this.alarm = null;
    this.#isTurnOver = this.#turnAskedNs !== null;
    this.#turnAskedNs = null;
  }

  advance(nowNs: number): boolean {
    this.alarm = null;
    if (this.#isRunning || this.#ready.size === 0) {
      return false;
    }
    if (this.#ready.size < this.#readyCountMin && !this.#isDelayOver(nowNs)) {
      this.alarm = { atNs: this.#oldestNs + this.#queueDelayNs, isPrecise: true };
      return false;
    }
    if (this.#ready.size < this.#sequences.length && !this.#isTurnOver) {
      // Rows would be empty: what else this turn of the event loop has received may fill them.
      this.#turnAskedNs ??= nowNs;
      this.alarm = { atNs: this.#turnAskedNs, isPrecise: true };
      return false;
    }
    this.#run(nowNs);
    return true;
  }

  /** Keeps what is known of a sequence's readiness. */
  #note(sequence: Sequence): void {
    const { head } = sequence.queue;
    if (head === null) {
      this.#ready.delete(sequence);
    } else if (!this.#ready.has(sequence)) {
      this.#ready.add(sequence);
      this.#oldestNs = Math.min(this.#oldestNs, head.queueStartNs);
    }
  }

  #isDelayOver(nowNs: number): boolean {
    if (nowNs - this.#oldestNs >= this.#queueDelayNs) {
      // The oldest may have been cancelled since.
      this.#oldestNs = this.#oldestRequest().queueStartNs;
    }
    return nowNs - this.#oldestNs >= this.#queueDelayNs;
  }

  #oldestRequest(): InferenceRequest {
    let oldest: InferenceRequest | null = null;
    for (const { queue } of this.#ready) {
      const { head } = queue;
      assert(head !== null, "a ready sequence has a request");
      if (oldest === null || head.queueStartNs < oldest.queueStartNs) {
        oldest = head;
      }
    }
    assert(oldest !== null, "a sequence is ready");
    return oldest;
  }

  /**
   * The request that others must fit: of the lowest slot, as in the real server, but where somebody was passed over. A
   * sequence whose shape is not that of the first slot would otherwise wait for as long as that one goes on.
   */
  #firstRequest(): InferenceRequest {
    const passedOver = this.#passedOver?.queue.head ?? null;
    this.#passedOver = null;
    if (passedOver !== null) {
      return passedOver;
    }
    for (const sequence of this.#sequences) {
      const head = sequence?.queue.head ?? null;
      if (head !== null) {
        return head;
      }
    }
    assert(false, "a sequence is ready");
  }

  #run(nowNs: number): void {
    const first = this.#firstRequest();
    const requests: InferenceRequest[] = [];
    const ended: Sequence[] = [];
    let readyCount = this.#ready.size;
    this.#oldestNs = Number.POSITIVE_INFINITY;
    for (let number = 0; readyCount > 0; number++) {
      const sequence = this.#sequences[number] ?? null;
      const head = sequence?.queue.head ?? null;
      if (sequence === null || head === null) {
        requests.push(this.#controls.nullRequest(first, nowNs));
        continue;
      }
      readyCount--;
      this.#ready.delete(sequence);
      if (head !== first && this.#equality?.areEqual(first, head) === false) {
        requests.push(this.#controls.nullRequest(first, nowNs));
        this.#passedOver ??= sequence;
      } else {
        requests.push(this.#owner.issue(sequence));
        if (head.isSequenceEnd && sequence.isClosed) {
          ended.push(sequence);
        }
      }
      this.#note(sequence);
    }
    for (const sequence of ended) {
      this.#leave(sequence);
    }
    this.#isRunning = true;
    this.#isTurnOver = false;
    this.#turnAskedNs = null;
    this.#owner.run(this.#slot, requests);
  }

  #leave(sequence: Sequence): void {
    if (this.#passedOver === sequence) {
      this.#passedOver = null;
    }
    assert(sequence.queue.size === 0, "a sequence that leaves has run");
    this.#sequences[sequence.slotNumber] = null;
    while (this.#sequences.at(-1) === null) {
      this.#sequences.pop();
    }
    this.#owner.leave(sequence);
  }
}

/** 1 where nobody waits. The share is compared as a single-precision number, as in the real server. */
function leastReadyCount(strategy: DirectStrategySpec, slotCount: number): number {
  const { queueDelayUsMax, slotUtilizationMin } = strategy;
  if (queueDelayUsMax === 0 || slotUtilizationMin === 0) {
    return 1;
  }
  // One below, or above, what rounding would make of it is possible.
  let count = Math.max(1, Math.floor(slotUtilizationMin * slotCount) - 1);
  while (count < slotCount && Math.fround(count / slotCount) < Math.fround(slotUtilizationMin)) {
    count++;
  }
  return count;
}
