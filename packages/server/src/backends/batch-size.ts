import { StatusCode, TritonError } from "@nereid/protocol";
import type { InstancePlacement } from "../model/backend.ts";
import type { Batch } from "../model/batch.ts";
import type { ModelSpec } from "../model/model-spec.ts";

/**
 * What a batch fails with that has more rows than its model takes; null for any other one. A warm-up's batch is as large as
 * the configuration says, and models need not expect more than their maximum.
 */
export function batchSizeError(
  { size }: Batch,
  { batchSizeMax }: ModelSpec,
  { name }: InstancePlacement,
): TritonError | null {
  return size > Math.max(batchSizeMax, 1)
    ? new TritonError(
        StatusCode.Internal,
        `batch size ${size} for '${name}', max allowed is ${batchSizeMax}`,
      )
    : null;
}
