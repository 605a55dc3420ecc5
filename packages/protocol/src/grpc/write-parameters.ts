import type { ParameterValue } from "../rest/decoded-infer-request.ts";
import { MapEntryTag, ParameterTag } from "./infer-tags.ts";
import {
  int64Size,
  sizedFieldSize,
  textSize,
  writeInt64,
  writeSizedHead,
  writeText,
} from "./wire-writer.ts";

const DOUBLE_SIZE = 8;
const INT64_MAX = 2n ** 63n - 1n;

/** Bytes of parameters as fields of a message. A bigint above the int64 is a uint64. @internal */
export function parametersSize(parameters: ReadonlyMap<string, ParameterValue> | null): number {
  let size = 0;
  if (parameters !== null) {
    for (const [key, value] of parameters) {
      size += sizedFieldSize(entrySize(key, value));
    }
  }
  return size;
}

/** Writes parameters as fields with `tag` and returns the position after them. @internal */
export function writeParameters(
  target: Uint8Array,
  position: number,
  tag: number,
  parameters: ReadonlyMap<string, ParameterValue> | null,
): number {
  let end = position;
  if (parameters !== null) {
    for (const [key, value] of parameters) {
      end = writeSizedHead(target, end, tag, entrySize(key, value));
      end = writeSizedHead(target, end, MapEntryTag.Key, textSize(key));
      end = writeText(target, end, key);
      end = writeSizedHead(target, end, MapEntryTag.Value, parameterSize(value));
      end = writeParameter(target, end, value);
    }
  }
  return end;
}

/** Both members of an entry are written, empty or not. */
function entrySize(key: string, value: ParameterValue): number {
  return sizedFieldSize(textSize(key)) + sizedFieldSize(parameterSize(value));
}

function parameterSize(value: ParameterValue): number {
  if (typeof value === "string") {
    return sizedFieldSize(textSize(value));
  }
  if (typeof value === "bigint") {
    return 1 + int64Size(value);
  }
  return 1 + (typeof value === "boolean" ? 1 : DOUBLE_SIZE);
}

function writeParameter(target: Uint8Array, position: number, value: ParameterValue): number {
  if (typeof value === "string") {
    const start = writeSizedHead(target, position, ParameterTag.String, textSize(value));
    return writeText(target, start, value);
  }
  if (typeof value === "bigint") {
    target[position] = value > INT64_MAX ? ParameterTag.Uint64 : ParameterTag.Int64;
    return writeInt64(target, position + 1, value);
  }
  if (typeof value === "boolean") {
    target[position] = ParameterTag.Bool;
    target[position + 1] = value ? 1 : 0;
    return position + 2;
  }
  target[position] = ParameterTag.Double;
  new DataView(target.buffer, target.byteOffset).setFloat64(position + 1, value, true);
  return position + 1 + DOUBLE_SIZE;
}
