import type { Datatype } from "@nereid/protocol";

/** Who gives a tensor's bytes back. Called once, by the owner of the request or response that holds the tensor. */
export interface TensorMemory {
  release(): void;
}

/**
 * A named tensor in host memory: a view, never a copy.
 *
 * `shape` is the full shape, batch dimension included, without wildcards. `bytes` is row-major, little-endian and
 * packed; BYTES elements are each a u32 length and the bytes. `memory` is null for garbage-collected memory, otherwise
 * it must be released exactly once, after the last read of `bytes`.
 */
export class Tensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
  readonly memory: TensorMemory | null;

  constructor(
    name: string,
    datatype: Datatype,
    shape: readonly number[],
    bytes: Uint8Array,
    memory: TensorMemory | null,
  ) {
    this.name = name;
    this.datatype = datatype;
    this.shape = shape;
    this.bytes = bytes;
    this.memory = memory;
  }
}
