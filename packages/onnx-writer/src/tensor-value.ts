import type { Dimension, TensorValue } from "./model.ts";

/** FP32 values as a constant; a vector unless `dims` are given. */
export function floatTensor(values: readonly number[], dims?: readonly number[]): TensorValue {
  const data = new Uint8Array(Float32Array.from(values).buffer);
  return { elementType: "FLOAT", dims: dims ?? [values.length], data };
}

/** INT32 values as a constant; a vector unless `dims` are given. */
export function int32Tensor(values: readonly number[], dims?: readonly number[]): TensorValue {
  const data = new Uint8Array(Int32Array.from(values).buffer);
  return { elementType: "INT32", dims: dims ?? [values.length], data };
}

/** INT64 values as a constant; a vector unless `dims` are given. Shapes, axes and loop bounds are such. */
export function int64Tensor(
  values: readonly (number | bigint)[],
  dims?: readonly number[],
): TensorValue {
  const data = new Uint8Array(BigInt64Array.from(values.map((value) => BigInt(value))).buffer);
  return { elementType: "INT64", dims: dims ?? [values.length], data };
}

/** A BOOL scalar. */
export function boolScalar(value: boolean): TensorValue {
  return { elementType: "BOOL", dims: [], data: Uint8Array.of(value ? 1 : 0) };
}

/** The dims with a symbolic batch dimension in front if the model batches. */
export function batchedDims(
  dims: readonly Dimension[],
  isBatched: boolean | undefined,
): readonly Dimension[] {
  return isBatched === true ? ["batch", ...dims] : dims;
}

// A prime, so that the rows of a weight matrix do not repeat each other.
const NOISE_VALUES = 16381;

/**
 * FP32 weights made of a repeated block of noise in ±`scale`: streamed, so that their size costs no memory. The block
 * is the same in every run (a linear congruential generator with a fixed seed).
 */
export function noiseTensor(dims: readonly number[], scale: number): TensorValue {
  const byteLength = dims.reduce((product, dim) => product * dim, 4);
  const block = new Float32Array(NOISE_VALUES);
  let state = 12345;
  for (let index = 0; index < block.length; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    block[index] = (state / 0x80000000 - 1) * scale;
  }
  const blockBytes = new Uint8Array(block.buffer);
  function* chunks(): Generator<Uint8Array> {
    for (let left = byteLength; left > 0; left -= blockBytes.byteLength) {
      yield left >= blockBytes.byteLength ? blockBytes : blockBytes.subarray(0, left);
    }
  }
  return { elementType: "FLOAT", dims, data: { byteLength, chunks } };
}
