import type { DescEnum, DescField, DescMessage, MessageShape } from "@bufbuild/protobuf";
import { ScalarType } from "@bufbuild/protobuf";
import { isReflectMessage, type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { orderedEntries } from "../ordered-entries.ts";
import { formatDouble, formatFloat } from "./format-number.ts";

/**
 * Writes a message of any type in protobuf text format, byte for byte as libprotobuf does: fields by number, one a line,
 * two spaces a level, maps ordered by key, text escaped to ASCII. Fields that are not set are left out.
 *
 * @see protobuf src/google/protobuf/text_format.cc
 */
export function writeText<Desc extends DescMessage>(
  schema: Desc,
  message: MessageShape<Desc>,
): string {
  const lines: string[] = [];
  writeMessage(reflect(schema, message), "", lines);
  return lines.join("");
}

function writeMessage(message: ReflectMessage, indent: string, lines: string[]): void {
  for (const field of message.sortedFields) {
    if (message.isSet(field)) {
      writeField(message, field, indent, lines);
    }
  }
}

function writeField(
  message: ReflectMessage,
  field: DescField,
  indent: string,
  lines: string[],
): void {
  const write = (value: unknown, kind: ValueFormat): void => {
    writeValue({ name: field.name, value, kind }, indent, lines);
  };
  switch (field.fieldKind) {
    case "scalar":
      write(message.get(field), { scalar: field.scalar });
      return;
    case "enum":
      write(message.get(field), { enumeration: field.enum });
      return;
    case "message":
      write(message.get(field), "message");
      return;
    case "list":
      for (const item of message.get(field)) {
        write(item, valueFormat(field));
      }
      return;
    case "map":
      for (const [key, value] of orderedEntries(message.get(field))) {
        writeEntry({ field, key, value }, indent, lines);
      }
      return;
  }
}

/** How a value is written: as the text of a scalar, as the name of an enumeration's value, or as a message in braces. */
type ValueFormat = "message" | { readonly scalar: ScalarType } | { readonly enumeration: DescEnum };

function valueFormat(field: DescField & { readonly fieldKind: "list" | "map" }): ValueFormat {
  const kind = field.fieldKind === "list" ? field.listKind : field.mapKind;
  if (kind === "message") {
    return "message";
  }
  if (field.enum !== undefined) {
    return { enumeration: field.enum };
  }
  return { scalar: field.scalar ?? ScalarType.STRING };
}

interface NamedValue {
  readonly name: string;
  readonly value: unknown;
  readonly kind: ValueFormat;
}

function writeValue({ name, value, kind }: NamedValue, indent: string, lines: string[]): void {
  if (kind === "message") {
    lines.push(`${indent}${name} {\n`);
    if (isReflectMessage(value)) {
      writeMessage(value, `${indent}  `, lines);
    }
    lines.push(`${indent}}\n`);
  } else {
    const text =
      "scalar" in kind ? formatScalar(value, kind.scalar) : formatEnum(value, kind.enumeration);
    lines.push(`${indent}${name}: ${text}\n`);
  }
}

interface MapEntry {
  readonly field: DescField & { readonly fieldKind: "map" };
  readonly key: unknown;
  readonly value: unknown;
}

/** Key and value are written even where they are zero. */
function writeEntry({ field, key, value }: MapEntry, indent: string, lines: string[]): void {
  lines.push(`${indent}${field.name} {\n`);
  const inner = `${indent}  `;
  writeValue({ name: "key", value: key, kind: { scalar: field.mapKey } }, inner, lines);
  writeValue({ name: "value", value, kind: valueFormat(field) }, inner, lines);
  lines.push(`${indent}}\n`);
}

function formatEnum(value: unknown, enumeration: DescEnum): string {
  const number = Number(value);
  return enumeration.value[number]?.name ?? String(number);
}

function formatScalar(value: unknown, scalar: ScalarType): string {
  if (value instanceof Uint8Array) {
    return `"${escapeBytes(value)}"`;
  }
  if (typeof value === "string") {
    return `"${escapeBytes(new TextEncoder().encode(value))}"`;
  }
  if (typeof value === "number" && scalar === ScalarType.FLOAT) {
    return formatFloat(value);
  }
  if (typeof value === "number" && scalar === ScalarType.DOUBLE) {
    return formatDouble(value);
  }
  return String(value);
}

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x0a, "\\n"],
  [0x0d, "\\r"],
  [0x09, "\\t"],
  [0x22, '\\"'],
  [0x27, "\\'"],
  [0x5c, "\\\\"],
]);

function escapeBytes(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    const short = ESCAPES.get(byte);
    if (short !== undefined) {
      text += short;
    } else if (byte < 0x20 || byte >= 0x7f) {
      text += `\\${byte.toString(8).padStart(3, "0")}`;
    } else {
      text += String.fromCharCode(byte);
    }
  }
  return text;
}
