import { ByteList } from "./byte-list.ts";
import { ContentsTag } from "./infer-tags.ts";
import { TensorContents } from "./tensor-contents.ts";
import type { WireReader } from "./wire-reader.ts";

/** Bytes of a length in front of a byte string, and of half an element of 8. */
const WORD_SIZE = 4;
/** Up to so many bytes, copying one after the other beats the call that copies them. */
const LOOP_SIZE_MAX = 16;
const CONTINUATION_BIT = 0x80;

type ElementSize = 1 | 4 | 8;

/**
 * The lists of an InferTensorContents while it is read; it may come in several pieces.
 *
 * @internal
 */
export class ContentsReader {
  readonly #bools = new ByteList();
  readonly #ints = new ByteList();
  readonly #int64s = new ByteList();
  readonly #uints = new ByteList();
  readonly #uint64s = new ByteList();
  readonly #fp32s = new ByteList();
  readonly #fp64s = new ByteList();
  readonly #byteStrings = new ByteList();

  /** Reads the message that is next, behind its tag. */
  read(reader: WireReader): void {
    const outerEnd = reader.enter();
    while (reader.position < reader.end) {
      this.#readField(reader, reader.readTag());
    }
    reader.leave(outerEnd);
  }

  /** What has been read. */
  finish(): TensorContents {
    const contents = new TensorContents();
    contents.bools = this.#bools.bytes;
    contents.ints = this.#ints.bytes;
    contents.int64s = this.#int64s.bytes;
    contents.uints = this.#uints.bytes;
    contents.uint64s = this.#uint64s.bytes;
    contents.fp32s = this.#fp32s.bytes;
    contents.fp64s = this.#fp64s.bytes;
    contents.byteStrings = this.#byteStrings.bytes;
    return contents;
  }

  #readField(reader: WireReader, tag: number): void {
    switch (tag) {
      case ContentsTag.Fp32s:
        readPackedFixed(reader, this.#fp32s, 4);
        break;
      case ContentsTag.Fp64s:
        readPackedFixed(reader, this.#fp64s, 8);
        break;
      case ContentsTag.Ints:
        readPackedVarints(reader, this.#ints, 4);
        break;
      case ContentsTag.Int64s:
        readPackedVarints(reader, this.#int64s, 8);
        break;
      case ContentsTag.Uints:
        readPackedVarints(reader, this.#uints, 4);
        break;
      case ContentsTag.Uint64s:
        readPackedVarints(reader, this.#uint64s, 8);
        break;
      case ContentsTag.Bools:
        readPackedVarints(reader, this.#bools, 1);
        break;
      case ContentsTag.ByteStrings:
        readByteString(reader, this.#byteStrings);
        break;
      default:
        this.#readUnpacked(reader, tag);
    }
  }

  #readUnpacked(reader: WireReader, tag: number): void {
    switch (tag) {
      case ContentsTag.Fp32sUnpacked:
        copyNext(reader, this.#fp32s, 4);
        break;
      case ContentsTag.Fp64sUnpacked:
        copyNext(reader, this.#fp64s, 8);
        break;
      case ContentsTag.IntsUnpacked:
        readVarint(reader, this.#ints, 4);
        break;
      case ContentsTag.Int64sUnpacked:
        readVarint(reader, this.#int64s, 8);
        break;
      case ContentsTag.UintsUnpacked:
        readVarint(reader, this.#uints, 4);
        break;
      case ContentsTag.Uint64sUnpacked:
        readVarint(reader, this.#uint64s, 8);
        break;
      case ContentsTag.BoolsUnpacked:
        readVarint(reader, this.#bools, 1);
        break;
      default:
        reader.skip(tag);
    }
  }
}

function readPackedFixed(reader: WireReader, list: ByteList, elementSize: 4 | 8): void {
  const bytes = reader.readBytes();
  if (bytes.byteLength % elementSize !== 0) {
    reader.fail(`${bytes.byteLength} bytes of elements of ${elementSize} bytes`);
  }
  list.appendView(bytes);
}

/** Counts the elements, so that their memory is made once and no larger than they need. */
function readPackedVarints(reader: WireReader, list: ByteList, elementSize: ElementSize): void {
  const outerEnd = reader.enter();
  let position = list.reserve(countVarints(reader) * elementSize);
  const { memory } = list;
  while (reader.position < reader.end) {
    reader.readVarint();
    writeElement(memory, position, reader, elementSize);
    position += elementSize;
  }
  reader.leave(outerEnd);
}

/** As many numbers as there are last bytes of numbers; a number that is cut off is noticed when it is read. */
function countVarints({ bytes, position, end }: WireReader): number {
  let count = 0;
  for (let index = position; index < end; index++) {
    // In range by the reader's invariant.
    count += (bytes[index] as number) < CONTINUATION_BIT ? 1 : 0;
  }
  return count;
}

function readVarint(reader: WireReader, list: ByteList, elementSize: ElementSize): void {
  reader.readVarint();
  const position = list.reserve(elementSize);
  writeElement(list.memory, position, reader, elementSize);
}

/** Writes the number that `reader` has just read. */
function writeElement(
  memory: Uint8Array,
  position: number,
  { low, high }: WireReader,
  elementSize: ElementSize,
): void {
  if (elementSize === 1) {
    memory[position] = (low | high) === 0 ? 0 : 1;
    return;
  }
  writeWord(memory, position, low);
  if (elementSize === 8) {
    writeWord(memory, position + WORD_SIZE, high);
  }
}

function writeWord(memory: Uint8Array, position: number, word: number): void {
  memory[position] = word;
  memory[position + 1] = word >>> 8;
  memory[position + 2] = word >>> 16;
  memory[position + 3] = word >>> 24;
}

function readByteString(reader: WireReader, list: ByteList): void {
  const size = reader.readSize();
  const position = list.reserve(WORD_SIZE);
  writeWord(list.memory, position, size);
  copyNext(reader, list, size);
}

/** Copies the bytes that are next. */
function copyNext(reader: WireReader, list: ByteList, size: number): void {
  const start = reader.take(size);
  const position = list.reserve(size);
  const { memory } = list;
  if (size > LOOP_SIZE_MAX) {
    memory.set(reader.bytes.subarray(start, start + size), position);
    return;
  }
  for (let index = 0; index < size; index++) {
    // In range, as both have `size` bytes there.
    memory[position + index] = reader.bytes[start + index] as number;
  }
}
