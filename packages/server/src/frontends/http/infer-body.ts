import type { HttpRequestHead } from "./wire/http-exchange.ts";

/** The header that says how long the JSON part of a body with binary tensors is. */
export const INFERENCE_HEADER_LENGTH = "inference-header-content-length";

/**
 * Bytes of body that an infer request may have. `--http-max-input-size` limits its JSON part and not its binary tensors,
 * as in the real server; this is the most memory that one request can ask for.
 */
export const INFER_BODY_SIZE_MAX: number = 2 ** 32;

/** Where the binary tensors begin in the body of an infer request, as far as its head says so; otherwise 0. */
export function binaryTensorsOffset(head: HttpRequestHead): number {
  const size = Number(head.header(INFERENCE_HEADER_LENGTH));
  return Number.isSafeInteger(size) && size > 0 ? size : 0;
}
