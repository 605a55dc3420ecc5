/** Where the bytes of a tensor lie that crosses the threads. */
export const TensorPlace = {
  /** In the record. */
  Inline: 0,
  /** In a shared buffer of the server's. */
  ServerBuffer: 1,
  /** In a shared buffer of the worker's. */
  WorkerBuffer: 2,
} as const;

/** A place outside the record. */
export interface BufferPlace {
  readonly place: typeof TensorPlace.ServerBuffer | typeof TensorPlace.WorkerBuffer;
  readonly index: number;
  readonly offset: number;
}

/** Finds or makes places for bytes on their way out. */
export interface TensorPlacer {
  /** Where the bytes lie, or have been put, for the other side to read them; null puts them into the record. */
  place(bytes: Uint8Array): BufferPlace | null;
}

/** Finds the bytes of places on their way in. */
export interface TensorFinder {
  /** @throws {RangeError} if there is no such place */
  find(place: BufferPlace, size: number): Uint8Array;
}

/** Tensors up to here travel in the record: copying them twice costs less than a buffer of their own. */
export const INLINE_SIZE_MAX: number = 8 * 1024;
