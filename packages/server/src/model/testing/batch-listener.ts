import type { Batch, BatchListener, BatchOutcome } from "../batch.ts";

/** A listener to the end of batches whose requests are answered with it. */
export function onBatchEnd(
  onBatchComplete: (batch: Batch, outcomes: readonly BatchOutcome[]) => void = () => {},
): BatchListener {
  return {
    onBatchComplete,
    onBatchResponse() {
      throw new Error("answered before or after its batch");
    },
  };
}
