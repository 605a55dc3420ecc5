import type { WireDatatype } from "../rest/decoded-infer-request.ts";
import { invalidError } from "./c-text.ts";
import type { TensorContents } from "./tensor-contents.ts";

const NO_BYTES = new Uint8Array(0);
/** Bytes of an element of the lists for integers of up to 32 bits. */
const WIDE_SIZE = 4;

/** What contents are for. */
interface ContentsTarget {
  readonly datatype: WireDatatype;
  /** For the texts of errors. */
  readonly subject: string;
}

/**
 * The bytes of the one list that an input uses, as a tensor of its datatype; empty if all lists are.
 *
 * Lists are looked at in their order. An element of 8 or 16 bits is the low bytes of its 32 bits.
 *
 * @throws {TritonError} InvalidArg if two lists are used, or one that does not suit the datatype; FP16 and BF16 have none
 * @see Triton server src/grpc/infer_handler.cc, InferGRPCToInput
 * @internal
 */
export function contentsBytes(contents: TensorContents, target: ContentsTarget): Uint8Array {
  const { datatype } = target;
  let bytes = take(NO_BYTES, contents.bools, "BOOL", target);
  const isShortInt = datatype === "INT8" || datatype === "INT16";
  bytes = take(bytes, contents.ints, isShortInt ? datatype : "INT32", target);
  bytes = take(bytes, contents.int64s, "INT64", target);
  const isShortUint = datatype === "UINT8" || datatype === "UINT16";
  bytes = take(bytes, contents.uints, isShortUint ? datatype : "UINT32", target);
  bytes = take(bytes, contents.uint64s, "UINT64", target);
  bytes = take(bytes, contents.fp32s, "FP32", target);
  bytes = take(bytes, contents.fp64s, "FP64", target);
  bytes = take(bytes, contents.byteStrings, "BYTES", target);
  if (datatype === "INT8" || datatype === "UINT8") {
    return lowBytes(bytes, 1);
  }
  return isShortInt || isShortUint ? lowBytes(bytes, 2) : bytes;
}

/** The list if it has elements, otherwise what was found before. */
function take(
  before: Uint8Array,
  list: Uint8Array,
  listDatatype: string,
  { datatype, subject }: ContentsTarget,
): Uint8Array {
  if (list.byteLength === 0) {
    return before;
  }
  if (before.byteLength > 0) {
    throw invalidError(
      `unexpected explicit tensor data for ${subject}, binary data was already supplied.`,
    );
  }
  if (listDatatype !== datatype) {
    throw invalidError(
      `unexpected explicit tensor data for ${subject} of type '${listDatatype}', expected datatype '${datatype}'`,
    );
  }
  return list;
}

/** The lowest bytes of little-endian elements of 4. */
function lowBytes(wide: Uint8Array, byteSize: 1 | 2): Uint8Array {
  const narrow = new Uint8Array((wide.byteLength / WIDE_SIZE) * byteSize);
  let position = 0;
  for (let index = 0; index < wide.byteLength; index += WIDE_SIZE) {
    // In range, as both have whole elements.
    narrow[position] = wide[index] as number;
    if (byteSize === 2) {
      // Likewise.
      narrow[position + 1] = wide[index + 1] as number;
    }
    position += byteSize;
  }
  return narrow;
}
