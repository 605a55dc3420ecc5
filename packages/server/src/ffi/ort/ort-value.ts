import { assert } from "../../base/assert.ts";
import { NativeWords, readWord } from "../native-memory.ts";
import type { OrtEnvironment } from "./ort-environment.ts";
import type { OrtLibrary } from "./ort-library.ts";
import { readTypeAndShape } from "./ort-tensor-info.ts";

/** API version that brought the one-call way to an output's type and shape. */
const SHAPE_REFERENCE_API_VERSION = 24;

/** ONNX's own limit is lower; this one bounds the buffers here. */
const RANK_MAX = 64;

/**
 * Creates and reads `OrtValue`s. Values are plain addresses here: the data plane makes and releases several a request,
 * and keeps count of them in one place, the run that owns them.
 *
 * Not reentrant: one per JavaScript thread that prepares runs.
 */
export class OrtValues {
  readonly #environment: OrtEnvironment;
  readonly #library: OrtLibrary;
  readonly #shape: NativeWords = new NativeWords(RANK_MAX);
  readonly #signedShape: BigInt64Array;
  readonly #out: NativeWords = new NativeWords(3);
  readonly #createOverMemory: OrtLibrary["api"]["createTensorWithDataAsOrtValue"];
  readonly #releaseValue: OrtLibrary["api"]["releaseValue"];

  constructor(environment: OrtEnvironment) {
    this.#environment = environment;
    this.#library = environment.library;
    this.#signedShape = new BigInt64Array(this.#shape.words.buffer);
    const { api } = this.#library;
    this.#createOverMemory = api.createTensorWithDataAsOrtValue;
    this.#releaseValue = api.releaseValue;
  }

  /**
   * A tensor over the caller's memory, which must stay as it is until the value is released.
   *
   * @param address aligned to the element size
   * @returns the value, to be released by the caller
   */
  createOverMemory(
    address: bigint,
    byteSize: number,
    shape: readonly number[],
    elementType: number,
  ): bigint {
    const rank = this.#writeShape(shape);
    const status = this.#createOverMemory(
      this.#environment.cpuMemoryInfo,
      address,
      byteSize,
      this.#shape.address,
      rank,
      elementType,
      this.#out.address,
    );
    this.#library.check(status);
    return this.#out.at(0);
  }

  /** A tensor in memory of ONNX Runtime's own: the only kind that strings have. To be released by the caller. */
  createAllocated(shape: readonly number[], elementType: number): bigint {
    const rank = this.#writeShape(shape);
    return this.#library.word((out) =>
      this.#library.api.createTensorAsOrtValue(
        this.#environment.allocator,
        this.#shape.address,
        rank,
        elementType,
        out,
      ),
    );
  }

  /** Element type and shape of a tensor. */
  typeAndShape(value: bigint): { elementType: number; shape: number[] } {
    const library = this.#library;
    const { api, apiVersion } = library;
    if (apiVersion < SHAPE_REFERENCE_API_VERSION) {
      const info = library.word((out) => api.getTensorTypeAndShape(value, out));
      try {
        const { elementType, shape } = readTypeAndShape(library, info);
        return { elementType, shape };
      } finally {
        api.releaseTensorTypeAndShapeInfo(info);
      }
    }
    const { address } = this.#out;
    library.check(
      api.getTensorElementTypeAndShapeDataReference(value, address, address + 8n, address + 16n),
    );
    const elementType = Number(BigInt.asIntN(32, this.#out.at(0)));
    const dims = this.#out.at(1);
    const rank = Number(this.#out.at(2));
    const shape = Array.from({ length: rank }, (_, index) =>
      Number(readWord(dims + BigInt(index) * 8n)),
    );
    return { elementType, shape };
  }

  /** Address of a tensor's elements; not for strings. Valid until the value is released. */
  dataAddress(value: bigint): bigint {
    this.#library.check(this.#library.api.getTensorMutableData(value, this.#out.address));
    return this.#out.at(0);
  }

  release(value: bigint): void {
    this.#releaseValue(value);
  }

  #writeShape(shape: readonly number[]): number {
    const rank = shape.length;
    assert(rank <= RANK_MAX, "a shape within the limit of ranks");
    for (let index = 0; index < rank; index++) {
      this.#signedShape[index] = BigInt(shape[index] ?? 0);
    }
    return rank;
  }
}
