import { ELEMENT_TYPE_NUMBERS, elementByteSize } from "./element-type.ts";
import type {
  AttributeValue,
  ExternalBytes,
  Graph,
  GraphNode,
  OnnxModel,
  TensorValue,
  ValueInfo,
} from "./model.ts";
import { chunksOfParts, ProtoWriter, type StreamedBytes } from "./proto-writer.ts";

const OPSET_DEFAULT = 17;
const IR_VERSION_DEFAULT = 8;

/** An external data file in the making: a tensor's bytes go to `offset`. */
export interface ExternalPart {
  readonly offset: number;
  readonly bytes: Uint8Array | StreamedBytes;
}

/** A model ready to be written: the file's parts, and what goes to files beside it. */
export interface EncodedModel {
  readonly parts: readonly (Uint8Array | StreamedBytes)[];
  readonly byteLength: number;
  /** By file name relative to the model's directory; each file's parts are in order and adjoin. */
  readonly externalFiles: ReadonlyMap<string, readonly ExternalPart[]>;
}

/**
 * Encodes a model as an ONNX ModelProto without making its streamed bytes.
 *
 * @throws {Error} if a tensor's bytes do not fit its dims, or a STRING tensor has bytes
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (field numbers)
 */
export function encodeModelParts(model: OnnxModel): EncodedModel {
  const externalFiles = new Map<string, ExternalPart[]>();
  const writer = new ProtoWriter();
  writer.varint(1, model.irVersion ?? IR_VERSION_DEFAULT);
  writer.string(2, model.producerName ?? "nereid-onnx-writer");
  if (model.modelVersion !== undefined) {
    writer.varint(5, model.modelVersion);
  }
  writer.message(7, encodeGraph(model.graph, externalFiles));
  const opset = new ProtoWriter();
  opset.varint(2, model.opset ?? OPSET_DEFAULT);
  writer.message(8, opset);
  for (const [key, value] of Object.entries(model.metadata ?? {})) {
    const entry = new ProtoWriter();
    entry.string(1, key);
    entry.string(2, value);
    writer.message(14, entry);
  }
  return { parts: writer.finish(), byteLength: writer.byteLength, externalFiles };
}

/**
 * The model file as one array. Meant for small models; it makes streamed bytes too.
 *
 * @throws {Error} if the model has external data, which needs `writeModel`
 */
export function encodeModel(model: OnnxModel): Uint8Array {
  const encoded = encodeModelParts(model);
  if (encoded.externalFiles.size > 0) {
    throw new Error("a model with external data has more than one file");
  }
  const bytes = new Uint8Array(encoded.byteLength);
  let offset = 0;
  for (const chunk of chunksOfParts(encoded.parts)) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

function encodeGraph(graph: Graph, externalFiles: Map<string, ExternalPart[]>): ProtoWriter {
  const writer = new ProtoWriter();
  for (const node of graph.nodes) {
    writer.message(1, encodeNode(node, externalFiles));
  }
  writer.string(2, graph.name);
  for (const [name, tensor] of Object.entries(graph.initializers ?? {})) {
    writer.message(5, encodeTensor(name, tensor, externalFiles));
  }
  for (const input of graph.inputs) {
    writer.message(11, encodeValueInfo(input));
  }
  for (const output of graph.outputs) {
    writer.message(12, encodeValueInfo(output));
  }
  return writer;
}

function encodeNode(node: GraphNode, externalFiles: Map<string, ExternalPart[]>): ProtoWriter {
  const writer = new ProtoWriter();
  for (const input of node.inputs) {
    writer.string(1, input);
  }
  for (const output of node.outputs) {
    writer.string(2, output);
  }
  if (node.name !== undefined) {
    writer.string(3, node.name);
  }
  writer.string(4, node.opType);
  for (const [name, value] of Object.entries(node.attributes ?? {})) {
    writer.message(5, encodeAttribute(name, value, externalFiles));
  }
  if (node.domain !== undefined) {
    writer.string(7, node.domain);
  }
  return writer;
}

function encodeAttribute(
  name: string,
  value: AttributeValue,
  externalFiles: Map<string, ExternalPart[]>,
): ProtoWriter {
  const writer = new ProtoWriter();
  writer.string(1, name);
  if ("float" in value) {
    writer.float(2, value.float);
    writer.varint(20, 1);
  } else if ("int" in value) {
    writer.varint(3, value.int);
    writer.varint(20, 2);
  } else if ("string" in value) {
    writer.string(4, value.string);
    writer.varint(20, 3);
  } else if ("tensor" in value) {
    writer.message(5, encodeTensor("", value.tensor, externalFiles));
    writer.varint(20, 4);
  } else if ("graph" in value) {
    writer.message(6, encodeGraph(value.graph, externalFiles));
    writer.varint(20, 5);
  } else if ("floats" in value) {
    for (const item of value.floats) {
      writer.float(7, item);
    }
    writer.varint(20, 6);
  } else if ("ints" in value) {
    for (const item of value.ints) {
      writer.varint(8, item);
    }
    writer.varint(20, 7);
  } else {
    for (const item of value.strings) {
      writer.string(9, item);
    }
    writer.varint(20, 8);
  }
  return writer;
}

function encodeTensor(
  name: string,
  tensor: TensorValue,
  externalFiles: Map<string, ExternalPart[]>,
): ProtoWriter {
  checkTensor(name, tensor);
  const writer = new ProtoWriter();
  for (const dim of tensor.dims) {
    writer.varint(1, dim);
  }
  writer.varint(2, ELEMENT_TYPE_NUMBERS[tensor.elementType]);
  if (isStrings(tensor.data)) {
    for (const item of tensor.data) {
      writer.string(6, item);
    }
  }
  writer.string(8, name);
  if ("externalFile" in tensor.data) {
    encodeExternal(writer, tensor.data, externalFiles);
  } else if (!isStrings(tensor.data)) {
    writer.bytes(9, tensor.data);
  }
  return writer;
}

function encodeExternal(
  writer: ProtoWriter,
  data: ExternalBytes,
  externalFiles: Map<string, ExternalPart[]>,
): void {
  const parts = externalFiles.get(data.externalFile) ?? [];
  externalFiles.set(data.externalFile, parts);
  const last = parts.at(-1);
  const offset = last === undefined ? 0 : last.offset + last.bytes.byteLength;
  parts.push({ offset, bytes: data.bytes });
  const entries: readonly (readonly [string, string])[] = [
    ["location", data.externalFile],
    ["offset", String(offset)],
    ["length", String(data.bytes.byteLength)],
  ];
  for (const [key, value] of entries) {
    const entry = new ProtoWriter();
    entry.string(1, key);
    entry.string(2, value);
    writer.message(13, entry);
  }
  writer.varint(14, 1);
}

function encodeValueInfo(info: ValueInfo): ProtoWriter {
  const tensorType = new ProtoWriter();
  tensorType.varint(1, ELEMENT_TYPE_NUMBERS[info.elementType]);
  if (info.dims !== null) {
    const shape = new ProtoWriter();
    for (const dim of info.dims) {
      const dimension = new ProtoWriter();
      if (typeof dim === "number") {
        dimension.varint(1, dim);
      } else if (dim !== null) {
        dimension.string(2, dim);
      }
      shape.message(1, dimension);
    }
    tensorType.message(2, shape);
  }
  let type = new ProtoWriter();
  type.message(1, tensorType);
  if (info.isSequence === true) {
    const sequence = new ProtoWriter();
    sequence.message(1, type);
    type = new ProtoWriter();
    type.message(4, sequence);
  }
  const writer = new ProtoWriter();
  writer.string(1, info.name);
  writer.message(2, type);
  return writer;
}

function checkTensor(name: string, tensor: TensorValue): void {
  const count = tensor.dims.reduce((product, dim) => product * dim, 1);
  const elementSize = elementByteSize(tensor.elementType);
  if (isStrings(tensor.data)) {
    if (tensor.elementType !== "STRING" || tensor.data.length !== count) {
      throw new Error(`tensor '${name}': ${tensor.data.length} strings for ${count} elements`);
    }
    return;
  }
  if (tensor.elementType === "STRING") {
    throw new Error(`tensor '${name}': a STRING tensor holds strings, not bytes`);
  }
  const data = "externalFile" in tensor.data ? tensor.data.bytes : tensor.data;
  if (elementSize !== null && data.byteLength !== count * elementSize) {
    throw new Error(
      `tensor '${name}': ${data.byteLength} bytes for ${count} elements of ${elementSize} bytes`,
    );
  }
}

function isStrings(data: TensorValue["data"]): data is readonly string[] {
  return Array.isArray(data);
}
