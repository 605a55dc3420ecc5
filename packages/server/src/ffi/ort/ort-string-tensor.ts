import { assert } from "../../base/assert.ts";
import { copyToNative, NativeBlock, NativeWords } from "../native-memory.ts";
import type { OrtLibrary } from "./ort-library.ts";

/**
 * Strings inside one buffer. At least one byte lies between the end of an element and the start of the next, as the
 * length prefixes of packed BYTES tensors do.
 */
export interface StringElements {
  readonly bytes: Uint8Array;
  readonly starts: ArrayLike<number>;
  readonly byteSizes: ArrayLike<number>;
}

/** The strings of a tensor: element `i` is `content` from `offsets[i]` to `offsets[i + 1]` (or to its end). */
export interface StringContent {
  readonly content: Uint8Array;
  readonly offsets: BigUint64Array;
}

/**
 * Writes all elements of a string tensor. Any byte may occur in them, NUL included.
 *
 * @param value a tensor of strings with as many elements as `elements`
 */
export function fillStringTensor(
  library: OrtLibrary,
  value: bigint,
  elements: StringElements,
): void {
  const count = elements.starts.length;
  assert(elements.byteSizes.length === count, "as many sizes as strings");
  if (count === 0) {
    return;
  }
  // The C function takes C strings: a copy, in which the byte after each element becomes its NUL.
  const copy = new NativeBlock(elements.bytes.byteLength + 1);
  copy.bytes.set(elements.bytes);
  const pointers = new NativeWords(count);
  for (let index = 0; index < count; index++) {
    const start = elements.starts[index] ?? 0;
    copy.bytes[start + (elements.byteSizes[index] ?? 0)] = 0;
    pointers.words[index] = copy.address + BigInt(start);
  }
  library.check(library.api.fillStringTensor(value, pointers.address, count));
  for (let index = 0; index < count; index++) {
    const start = elements.starts[index] ?? 0;
    const end = start + (elements.byteSizes[index] ?? 0);
    const nul = elements.bytes.indexOf(0, start);
    if (nul >= 0 && nul < end) {
      writeElement(library, value, index, elements.bytes.subarray(start, end));
    }
  }
}

/** Writes one element by its length, which keeps the NULs that a C string would end at. */
function writeElement(library: OrtLibrary, value: bigint, index: number, bytes: Uint8Array): void {
  const buffer = library.word((out) =>
    library.api.getResizedStringTensorElementBuffer(value, index, bytes.byteLength, out),
  );
  copyToNative(buffer, bytes);
}

/** Reads all elements of a string tensor with `count` elements. */
export function readStringTensor(library: OrtLibrary, value: bigint, count: number): StringContent {
  const { api } = library;
  const byteSize = library.size((out) => api.getStringTensorDataLength(value, out));
  const content = new NativeBlock(byteSize);
  const offsets = new NativeWords(count);
  library.check(
    api.getStringTensorContent(value, content.address, byteSize, offsets.address, count),
  );
  return { content: content.bytes, offsets: offsets.words };
}
