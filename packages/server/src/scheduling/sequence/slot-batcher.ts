import type { InferenceRequest } from "../../model/request.ts";
import type { Alarm } from "../scheduler.ts";
import type { Sequence } from "./sequence.ts";

/** The sequence scheduler around the batchers of its instances. */
export interface SlotBatcherOwner<Slot> {
  /** Takes a sequence's next request out of its queue and makes it ready to run. */
  issue(sequence: Sequence): InferenceRequest;
  /** The sequence needs its slot no longer; another may enter the batcher before this returns. */
  leave(sequence: Sequence): void;
  run(slot: Slot, requests: readonly InferenceRequest[]): void;
  /** An issued request that was withdrawn will not run. */
  onWithdrawn(request: InferenceRequest): void;
}

/** Decides, for one instance, which requests of the sequences in its slots run together and when. */
export interface SlotBatcher {
  /** When it wants `advance` to be called; null for not before something happens. */
  readonly alarm: Alarm | null;
  /** A sequence gets the free slot that it names; it may have requests already. */
  enter(sequence: Sequence): void;
  /** A sequence of this batcher has one request more or, if they were cancelled, some fewer; or has been closed. */
  onChange(sequence: Sequence): void;
  /** Gives back a request that was issued and has not been run; false if it runs. */
  withdraw(request: InferenceRequest): boolean;
  /** A request of a sequence that has not left has run: the next may be issued. */
  onDone(sequence: Sequence): void;
  onInstanceFree(): void;
  /** Runs what can be run now. Returns whether it has run something. */
  advance(nowNs: number): boolean;
  /** Its alarm's time has come, or has passed. */
  onTimer(): void;
}
