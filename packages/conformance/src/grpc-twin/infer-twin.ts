import type { JsonValue } from "@bufbuild/protobuf";
import { type JsonNode, JsonNumber, parseJsonText } from "../json-text.ts";
import { hasOnly, membersOf, parametersOf } from "./plain-json.ts";

type JsonRecord = Record<string, JsonValue>;

/** Which list of the typed contents holds a datatype's values. */
const CONTENTS_FIELDS: Readonly<Record<string, string>> = {
  BOOL: "boolContents",
  INT8: "intContents",
  INT16: "intContents",
  INT32: "intContents",
  INT64: "int64Contents",
  UINT8: "uintContents",
  UINT16: "uintContents",
  UINT32: "uintContents",
  UINT64: "uint64Contents",
  FP32: "fp32Contents",
  FP64: "fp64Contents",
  BYTES: "bytesContents",
};

/** Parameters that only HTTP has. */
const BINARY_PARAMETERS = ["binary_data", "binary_data_size"];

/**
 * The gRPC form of an inference request in JSON: `data` becomes typed contents, binary data raw contents.
 *
 * Null where gRPC cannot ask the same: malformed JSON, values that the typed contents do not hold, both forms together.
 */
export function inferTwin(inference: {
  readonly json: string;
  readonly binary: readonly Uint8Array[];
}): JsonRecord | null {
  const members = requestMembers(inference.json);
  const inputs = members?.get("inputs");
  if (
    members === null ||
    !Array.isArray(inputs) ||
    !hasOnly(members, ["id", "parameters", "inputs", "outputs"])
  ) {
    return null;
  }
  const request: JsonRecord = {};
  const id = members.get("id");
  if (id !== undefined) {
    if (typeof id !== "string") {
      return null;
    }
    request["id"] = id;
  }
  const parameters = parametersTwin(members.get("parameters"));
  const inputTwins = inputs.map((node: JsonNode) => inputTwin(node));
  const outputTwins = outputsTwin(members.get("outputs"));
  if (parameters === null || inputTwins.includes(null) || outputTwins === null) {
    return null;
  }
  const raw = rawContents(inputs, inference.binary);
  return raw === null
    ? null
    : {
        ...request,
        ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
        inputs: inputTwins,
        outputs: outputTwins,
        ...(raw.length === 0 ? {} : { rawInputContents: raw }),
      };
}

function requestMembers(json: string): ReadonlyMap<string, JsonNode> | null {
  try {
    return membersOf(parseJsonText(json));
  } catch {
    // Malformed on purpose: gRPC has no such fault.
    return null;
  }
}

function inputTwin(node: JsonNode): JsonValue {
  const members = membersOf(node);
  if (members === null || !hasOnly(members, ["name", "datatype", "shape", "data", "parameters"])) {
    return null;
  }
  const parameters = parametersTwin(members.get("parameters"));
  const tensor = tensorTwin(members);
  if (parameters === null || tensor === null) {
    return null;
  }
  const twin = { ...tensor, ...(Object.keys(parameters).length === 0 ? {} : { parameters }) };
  const data = members.get("data");
  if (data === undefined) {
    return hasBinaryData(members) ? twin : null;
  }
  const contents = contentsTwin(members.get("datatype"), data);
  return contents === null ? null : { ...twin, contents };
}

function tensorTwin(members: ReadonlyMap<string, JsonNode>): JsonRecord | null {
  const [name, datatype, shape] = ["name", "datatype", "shape"].map((key) => members.get(key));
  if (typeof name !== "string" || typeof datatype !== "string" || !Array.isArray(shape)) {
    return null;
  }
  const dims = shape.map((dim: JsonNode) =>
    dim instanceof JsonNumber &&
    dim.isInteger &&
    BigInt.asIntN(64, BigInt(dim.text)) === BigInt(dim.text)
      ? dim.text
      : null,
  );
  return dims.includes(null) ? null : { name, datatype, shape: dims };
}

function hasBinaryData(members: ReadonlyMap<string, JsonNode>): boolean {
  return membersOf(members.get("parameters"))?.has("binary_data_size") === true;
}

/** The parameters that are not about JSON and binary data; null if they are not parameters. */
function parametersTwin(node: JsonNode | undefined): Readonly<Record<string, JsonValue>> | null {
  const members = node === undefined ? new Map<string, JsonNode>() : membersOf(node);
  return members === null
    ? null
    : parametersOf(new Map([...members].filter(([name]) => !BINARY_PARAMETERS.includes(name))));
}

function outputsTwin(node: JsonNode | undefined): JsonValue[] | null {
  if (node === undefined) {
    return [];
  }
  if (!Array.isArray(node)) {
    return null;
  }
  const twins = node.map((output: JsonNode): JsonValue => {
    const members = membersOf(output);
    const name = members?.get("name");
    const parameters = parametersTwin(members?.get("parameters"));
    return typeof name === "string" && parameters !== null ? { name, parameters } : null;
  });
  return twins.includes(null) ? null : twins;
}

function contentsTwin(datatype: JsonNode | undefined, data: JsonNode): JsonValue {
  if (typeof datatype !== "string") {
    return null;
  }
  const field = CONTENTS_FIELDS[datatype];
  const values = flatten(data).map((node) => valueTwin(datatype, node));
  return field === undefined || !Array.isArray(data) || values.includes(null)
    ? null
    : { [field]: values };
}

function flatten(node: JsonNode): readonly JsonNode[] {
  return Array.isArray(node) ? node.flatMap((item: JsonNode) => flatten(item)) : [node];
}

function valueTwin(datatype: string, node: JsonNode): JsonValue {
  if (datatype === "BYTES") {
    return typeof node === "string" ? Buffer.from(node).toString("base64") : null;
  }
  if (datatype === "BOOL") {
    return typeof node === "boolean" ? node : null;
  }
  if (!(node instanceof JsonNumber)) {
    return null;
  }
  const text = node.text.replace(/^(-?)Inf$/, "$1Infinity");
  if (datatype === "FP32" || datatype === "FP64") {
    return /[a-zA-Z]{3}/.test(text) ? text : Number(text);
  }
  return node.isInteger ? text : null;
}

/** The raw contents by input; null if they do not go with the inputs. */
function rawContents(
  inputs: readonly JsonNode[],
  binary: readonly Uint8Array[],
): JsonValue[] | null {
  const sizes = inputs.flatMap((node) => {
    const size = membersOf(membersOf(node)?.get("parameters"))?.get("binary_data_size");
    return size instanceof JsonNumber ? [Number(size.text)] : [];
  });
  const tail = Buffer.concat(binary);
  if (sizes.length === 0) {
    return tail.byteLength === 0 ? [] : null;
  }
  if (sizes.length < inputs.length) {
    return null;
  }
  if (sizes.length === 1) {
    return [tail.toString("base64")];
  }
  let offset = 0;
  return sizes.map((size) => {
    offset += size;
    return tail.subarray(offset - size, offset).toString("base64");
  });
}
