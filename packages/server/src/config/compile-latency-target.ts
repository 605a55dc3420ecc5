import type { ModelConfig } from "@nereid/protocol";
import { OwnParameter } from "./own-parameters.ts";

/** An hour: whoever has more time needs no target. */
export const LATENCY_TARGET_US_MAX = 3_600_000_000;

/** Fewer rows than this leave nothing to choose. */
const BATCH_SIZE_MIN = 2;

/**
 * The latency that a model's batcher is to keep to: `NEREID_LATENCY_TARGET_US`. Not Triton's.
 *
 * @returns microseconds, or null if batch size and delay are those of the configuration
 * @throws {TritonError} InvalidArg
 */
export function compileLatencyTarget(config: ModelConfig): number | null {
  const target = new OwnParameter(config, "NEREID_LATENCY_TARGET_US");
  const { text } = target;
  if (text === null) {
    return null;
  }
  const targetUs = /^\d+$/.test(text) ? Number(text) : 0;
  if (targetUs < 1 || targetUs > LATENCY_TARGET_US_MAX) {
    throw target.error(
      `it is a whole number of microseconds from 1 to ${LATENCY_TARGET_US_MAX}, not '${text}'`,
    );
  }
  const { schedulingChoice, maxBatchSize } = config;
  if (schedulingChoice.case !== "dynamicBatching") {
    throw target.error("it needs dynamic_batching");
  }
  if (maxBatchSize < BATCH_SIZE_MIN) {
    throw target.error(`it needs a max_batch_size of at least ${BATCH_SIZE_MIN}`);
  }
  if (schedulingChoice.value.preferredBatchSize.some((size) => size !== maxBatchSize)) {
    throw target.error("it chooses the batch size, which preferred_batch_size does already");
  }
  return targetUs;
}
