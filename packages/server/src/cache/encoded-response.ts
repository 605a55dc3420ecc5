import {
  DATATYPES,
  type Datatype,
  datatypeByteSize,
  elementCount,
  type ParameterValue,
} from "@nereid/protocol";
import type { InferenceResponse } from "../model/response.ts";
import { Tensor } from "../model/tensor.ts";
import type { CachedResponse } from "./response-cache.ts";

/** Bytes of the header's length, in front. */
const LENGTH_BYTES = 4;
const RANK_MAX = 64;
const OUTPUT_COUNT_MAX = 4096;

/** The header as JSON: changes of its form need another version. */
interface Header {
  readonly version: 1;
  readonly outputs: readonly (readonly [
    name: string,
    datatype: string,
    shape: readonly number[],
    byteSize: number,
  ])[];
  /** Integers of 64 bits as decimal text. */
  readonly parameters: readonly (readonly [
    key: string,
    type: "string" | "boolean" | "number" | "bigint",
    value: string | number | boolean,
  ])[];
}

/** A successful response as one value for a cache elsewhere: a length, a header in JSON, the outputs' bytes. A copy. */
export function encodeResponse(response: InferenceResponse): Buffer {
  const header: Header = {
    version: 1,
    outputs: response.outputs.map(({ name, datatype, shape, bytes }) => [
      name,
      datatype,
      shape,
      bytes.byteLength,
    ]),
    parameters: [...(response.parameters ?? [])].map(
      ([key, value]) =>
        typeof value === "bigint"
          ? [key, "bigint", String(value)]
          : [key, typeof value as "string" | "boolean" | "number", value], // a parameter is one of the four
    ),
  };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.allocUnsafe(LENGTH_BYTES);
  length.writeUInt32LE(text.byteLength);
  return Buffer.concat([length, text, ...response.outputs.map(({ bytes }) => bytes)]);
}

/**
 * Reads such a value; the outputs are views of it. Nothing is taken on trust: another program may have written it.
 *
 * @returns null if it is not exactly what `encodeResponse` writes
 */
export function decodeResponse(value: Buffer): CachedResponse | null {
  if (value.byteLength < LENGTH_BYTES) {
    return null;
  }
  const contentStart = LENGTH_BYTES + value.readUInt32LE(0);
  if (contentStart > value.byteLength) {
    return null;
  }
  const header = parseHeader(value.toString("utf8", LENGTH_BYTES, contentStart));
  if (header === null) {
    return null;
  }
  const outputs: Tensor[] = [];
  let start = contentStart;
  for (const entry of asArray(header["outputs"], OUTPUT_COUNT_MAX) ?? [null]) {
    const output = decodeOutput(entry, value, start);
    if (output === null) {
      return null;
    }
    outputs.push(output);
    start += output.bytes.byteLength;
  }
  const parameters = decodeParameters(header["parameters"]);
  if (start !== value.byteLength || parameters === null) {
    return null;
  }
  return { outputs, parameters: parameters.size === 0 ? null : parameters };
}

function parseHeader(text: string): Record<string, unknown> | null {
  try {
    const header: unknown = JSON.parse(text);
    if (typeof header === "object" && header !== null && "version" in header) {
      return header.version === 1 ? { ...header } : null;
    }
  } catch {
    // Not JSON: not ours.
  }
  return null;
}

function asArray(value: unknown, lengthMax: number): readonly unknown[] | null {
  return Array.isArray(value) && value.length <= lengthMax ? value : null;
}

function decodeOutput(entry: unknown, value: Buffer, start: number): Tensor | null {
  const [name, type, dims, byteSize] = asArray(entry, 4) ?? [];
  const datatype = DATATYPES.find((known) => known === type);
  const shape = asArray(dims, RANK_MAX)?.filter((dim) => isSize(dim));
  if (
    typeof name !== "string" ||
    datatype === undefined ||
    shape === undefined ||
    shape.length !== asArray(dims, RANK_MAX)?.length ||
    !isSize(byteSize) ||
    start + byteSize > value.byteLength
  ) {
    return null;
  }
  // Not a Buffer, whose `slice` is no copy.
  const bytes = new Uint8Array(value.buffer, value.byteOffset + start, byteSize);
  return fits(bytes, datatype, elementCount(shape))
    ? new Tensor(name, datatype, shape, bytes, null)
    : null;
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** Whether the bytes are that many elements. */
function fits(bytes: Uint8Array, datatype: Datatype, count: number): boolean {
  if (datatype !== "BYTES") {
    return bytes.byteLength === count * datatypeByteSize(datatype);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let position = 0;
  let found = 0;
  while (position + LENGTH_BYTES <= bytes.byteLength) {
    position += LENGTH_BYTES + view.getUint32(position, true);
    found++;
  }
  return position === bytes.byteLength && found === count;
}

function decodeParameters(value: unknown): Map<string, ParameterValue> | null {
  const parameters = new Map<string, ParameterValue>();
  for (const entry of asArray(value, OUTPUT_COUNT_MAX) ?? [null]) {
    const [key, type, content] = asArray(entry, 3) ?? [];
    if (typeof key !== "string") {
      return null;
    }
    if (type === "bigint" && typeof content === "string" && /^-?\d{1,20}$/.test(content)) {
      parameters.set(key, BigInt(content));
    } else if (
      type === typeof content &&
      (typeof content === "string" || typeof content === "boolean" || typeof content === "number")
    ) {
      parameters.set(key, content);
    } else {
      return null;
    }
  }
  return parameters;
}
