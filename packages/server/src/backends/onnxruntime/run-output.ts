import type { TakenOutput } from "./output-binding.ts";

/** One output of a plan, as the plan sees it: memory before a run, what became of it afterwards. */
export interface RunOutput {
  /** Whether the next run must give the shape that is expected. */
  readonly isGuessed: boolean;
  /** Whether the next run writes to the same value as the one before, until the guess is dropped. */
  readonly isFixed: boolean;
  /** After a successful run: whether the output is where it was to be written. */
  readonly isWritten: boolean;
  /** The value to write to, or 0 to have ONNX Runtime allocate one. `take` or `abandon` follows. */
  prepare(): bigint;
  /** After a successful run: the output, which is the caller's; null if clients do not see it. */
  take(value: bigint): TakenOutput | null;
  /** Instead of `take`, or after it if what was taken is not wanted. */
  abandon(value: bigint): void;
  /** Lets the next run give any shape, in memory of its own. Before anything of the last run is let go of. */
  dropGuess(): void;
  /**
   * After the run without guesses has been taken: whether this output is why the one with guesses could not be used. Then
   * no guess is made of it again.
   *
   * @param hadFailed whether that run failed; otherwise an output was not written
   */
  settleGuess(hadFailed: boolean): boolean;
  markDynamic(): void;
  close(): void;
}
