import type { InferenceResponse } from "../model/response.ts";
import { Tensor } from "../model/tensor.ts";
import type { CachedResponse } from "./response-cache.ts";

/** Outputs begin at multiples of this within their entry's memory, so that any element type can view them. */
const ALIGNMENT = 8;

/** What an entry costs besides its outputs' bytes: its key, its objects, its place in the table. */
export const ENTRY_BYTES = 256;
/** What an output costs besides its bytes. */
export const OUTPUT_BYTES = 128;

/** Bytes that `copyResponse` allocates for the outputs. */
function contentByteSize(response: InferenceResponse): number {
  let byteSize = 0;
  for (const output of response.outputs) {
    byteSize = aligned(byteSize) + output.bytes.byteLength;
  }
  return byteSize;
}

/** What a response is counted as in a cache that is bounded by bytes: its content and what it costs to keep it. */
export function cachedByteSize(response: InferenceResponse): number {
  return ENTRY_BYTES + response.outputs.length * OUTPUT_BYTES + contentByteSize(response);
}

/** Copies a response into memory of its own, in one allocation: the one copy that a cached response costs. */
export function copyResponse(response: InferenceResponse): CachedResponse {
  // Not zeroed, and not a slice of a pool that its neighbours would keep alive.
  const buffer = Buffer.allocUnsafeSlow(contentByteSize(response));
  // A plain array: the `slice` of a Buffer is no copy, and whoever takes one counts on that.
  const memory = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  let end = 0;
  const outputs = response.outputs.map(({ name, datatype, shape, bytes }) => {
    const start = aligned(end);
    memory.fill(0, end, start);
    memory.set(bytes, start);
    end = start + bytes.byteLength;
    return new Tensor(name, datatype, [...shape], memory.subarray(start, end), null);
  });
  const { parameters } = response;
  return { outputs, parameters: parameters === null ? null : new Map(parameters) };
}

function aligned(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
}
