import { NativeWords } from "../native-memory.ts";
import { readCString } from "../native-strings.ts";
import type { OrtLibrary } from "./ort-library.ts";

/** What a session says of one of its inputs, outputs or overridable initializers. */
export interface OrtTensorInfo {
  readonly name: string;
  readonly elementType: number;
  /** -1 where the size is symbolic or unknown. */
  readonly shape: readonly number[];
  /** The name of each symbolic dimension; empty where the size is fixed or has no name. */
  readonly symbols: readonly string[];
}

/** An input or output that is no tensor, e.g. a sequence: it cannot be served. */
export interface OrtOtherInfo {
  readonly name: string;
  /** `ONNXType` as the C API spells it, e.g. `ONNX_TYPE_SEQUENCE`. */
  readonly onnxType: string;
}

const ONNX_TYPE_TENSOR = 1;

const ONNX_TYPE_NAMES: readonly string[] = [
  "ONNX_TYPE_UNKNOWN",
  "ONNX_TYPE_TENSOR",
  "ONNX_TYPE_SEQUENCE",
  "ONNX_TYPE_MAP",
  "ONNX_TYPE_OPAQUE",
  "ONNX_TYPE_SPARSETENSOR",
];

/** Element type and shape of an `OrtTensorTypeAndShapeInfo`, which stays the caller's. */
export function readTypeAndShape(
  library: OrtLibrary,
  info: bigint,
): { elementType: number; shape: number[]; symbols: string[] } {
  const { api } = library;
  const elementType = library.int((out) => api.getTensorElementType(info, out));
  const rank = library.size((out) => api.getDimensionsCount(info, out));
  const dims = new NativeWords(rank);
  const names = new NativeWords(rank);
  library.check(api.getDimensions(info, dims.address, rank));
  library.check(api.getSymbolicDimensions(info, names.address, rank));
  return {
    elementType,
    shape: Array.from(dims.words, (dim) => Number(BigInt.asIntN(64, dim))),
    symbols: Array.from(names.words, (name) => (name === 0n ? "" : readCString(name))),
  };
}

/** Describes an `OrtTypeInfo` and releases it. */
export function takeTypeInfo(
  library: OrtLibrary,
  name: string,
  typeInfo: bigint,
): OrtTensorInfo | OrtOtherInfo {
  const { api } = library;
  try {
    const onnxType = library.int((out) => api.getOnnxTypeFromTypeInfo(typeInfo, out));
    if (onnxType !== ONNX_TYPE_TENSOR) {
      return { name, onnxType: ONNX_TYPE_NAMES[onnxType] ?? "ONNX_TYPE_UNKNOWN" };
    }
    // The result belongs to the type info.
    const tensorInfo = library.word((out) => api.castTypeInfoToTensorInfo(typeInfo, out));
    return { name, ...readTypeAndShape(library, tensorInfo) };
  } finally {
    api.releaseTypeInfo(typeInfo);
  }
}
