import type { ContentReader } from "./content-reader.ts";
import type { ContentWriter } from "./content-writer.ts";

/** The value of a parameter, as requests and responses have them. */
export type WireParameter = string | number | bigint | boolean;

const Kind = { Text: 0, Number: 1, Integer: 2, False: 3, True: 4 } as const;

/** Writes parameters in their order; null is none. */
export function writeParameters(
  writer: ContentWriter,
  parameters: ReadonlyMap<string, WireParameter> | null,
): void {
  writer.u32(parameters?.size ?? 0);
  for (const [key, value] of parameters ?? []) {
    writer.text(key);
    switch (typeof value) {
      case "string":
        writer.u8(Kind.Text);
        writer.text(value);
        break;
      case "number":
        writer.u8(Kind.Number);
        writer.f64(value);
        break;
      case "bigint":
        writer.u8(Kind.Integer);
        writer.i64(value);
        break;
      default:
        writer.u8(value ? Kind.True : Kind.False);
    }
  }
}

/** Reads what `writeParameters` wrote; null where there are none. @throws {RangeError} for content that cannot be */
export function readParameters(reader: ContentReader): Map<string, WireParameter> | null {
  const count = reader.u32();
  if (count === 0) {
    return null;
  }
  const parameters = new Map<string, WireParameter>();
  for (let index = 0; index < count; index++) {
    const key = reader.text();
    parameters.set(key, readValue(reader));
  }
  return parameters;
}

function readValue(reader: ContentReader): WireParameter {
  const kind = reader.u8();
  switch (kind) {
    case Kind.Text:
      return reader.text();
    case Kind.Number:
      return reader.f64();
    case Kind.Integer:
      return reader.i64();
    case Kind.False:
    case Kind.True:
      return kind === Kind.True;
    default:
      throw new RangeError("a parameter has no kind");
  }
}
