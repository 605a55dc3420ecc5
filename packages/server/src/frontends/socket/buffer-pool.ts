/** The alignment in bytes that bodies are placed for: one cache line, and what vector code wants of a tensor. */
export const BODY_ALIGNMENT = 64;

/**
 * Where memory for large request bodies comes from.
 *
 * A pool decides how much it keeps and hands out fresh memory when it has none; it never fails for want of a kept buffer.
 */
export interface BufferPool {
  /**
   * A buffer of at least `size` bytes with unspecified content. Its first byte lies on a 64-byte boundary where the pool
   * can promise that; offsets inside it are what the callers align.
   *
   * Ownership: the caller's, until it gives the buffer back or forgets it.
   */
  take(size: number): Uint8Array;
  /** Takes a buffer of `take` back, the very object; nothing reads or writes it afterwards. */
  give(buffer: Uint8Array): void;
}

/** Keeps nothing: every buffer is fresh and left to the garbage collector. */
export const unpooledBuffers: BufferPool = {
  take: (size) => Buffer.allocUnsafeSlow(size),
  give() {},
};
