import { ByteList } from "./byte-list.ts";
import { ContentsTag } from "./infer-tags.ts";
import { TensorContents } from "./tensor-contents.ts";
import type { WireReader } from "./wire-reader.ts";

const LENGTH_PREFIX_SIZE = 4;
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
        readFixed(reader, this.#fp32s, 4);
        break;
      case ContentsTag.Fp64sUnpacked:
        readFixed(reader, this.#fp64s, 8);
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

function readFixed(reader: WireReader, list: ByteList, elementSize: 4 | 8): void {
  const start = reader.take(elementSize);
  list.reserve(elementSize).set(reader.bytes.subarray(start, start + elementSize));
}

/** Counts the elements, so that their memory is made once and no larger than they need. */
function readPackedVarints(reader: WireReader, list: ByteList, elementSize: ElementSize): void {
  const outerEnd = reader.enter();
  const count = countVarints(reader);
  const target = list.reserve(count * elementSize);
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
  let position = 0;
  while (reader.position < reader.end) {
    reader.readVarint();
    writeElement(view, position, reader, elementSize);
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
  const target = list.reserve(elementSize);
  const view = new DataView(target.buffer, target.byteOffset, elementSize);
  writeElement(view, 0, reader, elementSize);
}

/** Writes the number that `reader` has just read. */
function writeElement(
  view: DataView,
  position: number,
  { low, high }: WireReader,
  elementSize: ElementSize,
): void {
  if (elementSize === 1) {
    view.setUint8(position, (low | high) === 0 ? 0 : 1);
    return;
  }
  view.setInt32(position, low, true);
  if (elementSize === 8) {
    view.setInt32(position + 4, high, true);
  }
}

function readByteString(reader: WireReader, list: ByteList): void {
  const bytes = reader.readBytes();
  const target = list.reserve(LENGTH_PREFIX_SIZE + bytes.byteLength);
  new DataView(target.buffer, target.byteOffset).setUint32(0, bytes.byteLength, true);
  target.set(bytes, LENGTH_PREFIX_SIZE);
}
