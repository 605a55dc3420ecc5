const halfValue = new DataView(new ArrayBuffer(4));

/** The number that the 16 bits of an FP16 element stand for. */
export function numberFromFp16(bits: number): number {
  halfValue.setUint16(0, bits);
  return halfValue.getFloat16(0);
}

/** The FP16 bits nearest to a number (ties to even; overflow gives infinity). */
export function fp16FromNumber(value: number): number {
  halfValue.setFloat16(0, value);
  return halfValue.getUint16(0);
}

/** The number that the 16 bits of a BF16 element stand for: the upper half of an FP32. */
export function numberFromBf16(bits: number): number {
  halfValue.setUint32(0, bits * 0x10000);
  return halfValue.getFloat32(0);
}

/** The BF16 bits nearest to a number (ties to even; overflow gives infinity). NaN stays a quiet NaN. */
export function bf16FromNumber(value: number): number {
  halfValue.setFloat32(0, value);
  const bits = halfValue.getUint32(0);
  if (Number.isNaN(value)) {
    return (bits >>> 16) | 0x40;
  }
  // Half of the dropped part, and the last kept bit, so that a tie goes to the even neighbour.
  const rounding = 0x7fff + ((bits >>> 16) & 1);
  return ((bits + rounding) / 0x10000) & 0xffff;
}
