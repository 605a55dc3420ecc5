import type { ElementType } from "./element-type.ts";
import type { StreamedBytes } from "./proto-writer.ts";

/** A fixed size, a symbolic size by its name, or (null) a size about which the file says nothing. */
export type Dimension = number | string | null;

/** Weights in a file of their own beside the model, as ONNX's external data. */
export interface ExternalBytes {
  /** File name relative to the model's directory. */
  readonly externalFile: string;
  readonly bytes: Uint8Array | StreamedBytes;
}

/**
 * A constant tensor, row-major. Its data are raw little-endian bytes (in the model file, streamed into it, or in a file
 * beside it), or strings for STRING.
 */
export interface TensorValue {
  readonly elementType: ElementType;
  readonly dims: readonly number[];
  readonly data: Uint8Array | StreamedBytes | ExternalBytes | readonly string[];
}

/** A graph input or output. */
export interface ValueInfo {
  readonly name: string;
  readonly elementType: ElementType;
  /** null: the rank is unknown too (no shape in the file). */
  readonly dims: readonly Dimension[] | null;
  /** A sequence of such tensors instead of one. */
  readonly isSequence?: boolean;
}

/** A node attribute, by the kind that the operator expects. */
export type AttributeValue =
  | { readonly int: number | bigint }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly tensor: TensorValue }
  | { readonly graph: Graph }
  | { readonly ints: readonly (number | bigint)[] }
  | { readonly floats: readonly number[] }
  | { readonly strings: readonly string[] };

/** One operator of a graph. */
export interface GraphNode {
  readonly opType: string;
  /** An empty name leaves an optional input out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly name?: string;
  readonly domain?: string;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

/** A graph. An initializer whose name is also an input is overridable: requests may leave the input out. */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly nodes: readonly GraphNode[];
  readonly initializers?: Readonly<Record<string, TensorValue>>;
}

/** What a model file holds. */
export interface OnnxModel {
  readonly graph: Graph;
  /** Version of the default operator set; 17 unless stated. */
  readonly opset?: number;
  /** 8 unless stated. */
  readonly irVersion?: number;
  readonly producerName?: string;
  readonly modelVersion?: number;
  readonly metadata?: Readonly<Record<string, string>>;
}
