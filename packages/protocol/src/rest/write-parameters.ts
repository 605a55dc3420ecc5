import type { ByteWriter } from "./byte-writer.ts";
import type { ParameterValue } from "./decoded-infer-request.ts";
import { writeAscii, writeBigint, writeDouble, writeJsonText } from "./json-writer.ts";

/**
 * Appends parameters as a JSON object, in their order.
 *
 * @internal
 */
export function writeParameters(
  writer: ByteWriter,
  parameters: ReadonlyMap<string, ParameterValue>,
): void {
  let separator = "{";
  for (const [key, value] of parameters) {
    writeAscii(writer, separator);
    separator = ",";
    writeJsonText(writer, key);
    writeAscii(writer, ":");
    writeParameter(writer, value);
  }
  writeAscii(writer, parameters.size === 0 ? "{}" : "}");
}

/** Appends one value as JSON. @internal */
export function writeParameter(writer: ByteWriter, value: ParameterValue): void {
  if (typeof value === "string") {
    writeJsonText(writer, value);
  } else if (typeof value === "bigint") {
    writeBigint(writer, value);
  } else if (typeof value === "number") {
    writeDouble(writer, value);
  } else {
    writeAscii(writer, value ? "true" : "false");
  }
}
