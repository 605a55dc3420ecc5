import type { Datatype } from "@nereid/protocol";
import { assert } from "../base/assert.ts";
import type { TensorMemory } from "../model/tensor.ts";

/** What a sequence's step tells the next one with its tensors. */
export interface FlowParameters {
  readonly correlationId: bigint | string;
  readonly isSequenceStart: boolean;
  readonly isSequenceEnd: boolean;
}

/** What a `FlowTensor` is made of. */
export interface FlowTensorParts {
  readonly datatype: Datatype;
  /** With the batch dimension. */
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
  /** null: nobody's, or the ensemble request's own. */
  readonly memory: TensorMemory | null;
  /** Whether the bytes are the ensemble request's and must not be read once it is answered. */
  readonly isBorrowed: boolean;
  /** Rows, or 0 if what made it does not batch. */
  readonly batchSize: number;
}

/**
 * The bytes of one tensor on its way through an ensemble, shared without a copy by everything that reads them.
 *
 * Ownership: it has its memory; whoever reads holds it from `hold` to `release`, and the last one to let go gives the memory
 * back. As the memory of an answer's output it is itself one of those who hold it.
 */
export class FlowTensor implements TensorMemory {
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
  readonly isBorrowed: boolean;
  readonly batchSize: number;
  readonly #memory: TensorMemory | null;
  #holderCount = 1;

  /** The creator is the first holder. */
  constructor(parts: FlowTensorParts) {
    this.datatype = parts.datatype;
    this.shape = parts.shape;
    this.bytes = parts.bytes;
    this.isBorrowed = parts.isBorrowed;
    this.batchSize = parts.batchSize;
    this.#memory = parts.memory;
  }

  hold(): void {
    assert(this.#holderCount > 0, "a tensor that was given back is not read again");
    this.#holderCount++;
  }

  release(): void {
    assert(this.#holderCount > 0, "each holder lets go once");
    this.#holderCount--;
    if (this.#holderCount === 0) {
      this.#memory?.release();
    }
  }
}
