import {
  type DescEnum,
  type DescField,
  type DescMessage,
  type MessageShape,
  ScalarType,
} from "@bufbuild/protobuf";
import { isReflectMessage, type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { orderedEntries } from "../ordered-entries.ts";
import { formatDouble, formatFloat } from "../text-format/format-number.ts";

/** How Triton's form differs from protobuf's JSON: which 64-bit integers are numbers. */
export interface JsonFormat {
  /** Fields, as `<message type>.<field>`, whose 64-bit integers stay text, as in protobuf's own JSON form. */
  readonly textIntegers: ReadonlySet<string>;
}

/**
 * The JSON form of a message of any type: proto field names in the order of their declaration, without blanks. Scalars, lists
 * and maps that are not set print their zero; messages and the members of oneofs print only if they are set, a oneof's scalar
 * after everything else, as the real server's do. Map entries are ordered by key.
 */
export function writeJsonMessage<Desc extends DescMessage>(
  schema: Desc,
  message: MessageShape<Desc>,
  format: JsonFormat,
): string {
  return writeMessage(reflect(schema, message), format);
}

function writeMessage(message: ReflectMessage, format: JsonFormat): string {
  const members: string[] = [];
  const late: string[] = [];
  for (const field of message.fields) {
    const isOneofScalar = field.oneof !== undefined && field.fieldKind !== "message";
    const isOptional = field.oneof !== undefined || field.fieldKind === "message";
    if (!isOptional || message.isSet(field)) {
      (isOneofScalar ? late : members).push(
        `${quote(field.name)}:${writeField(message, field, format)}`,
      );
    }
  }
  return `{${[...members, ...late].join(",")}}`;
}

function writeField(message: ReflectMessage, field: DescField, format: JsonFormat): string {
  const isText = format.textIntegers.has(`${field.parent.typeName}.${field.name}`);
  const write = (value: unknown): string => writeValue(value, field, { format, isText });
  switch (field.fieldKind) {
    case "list":
      return `[${Array.from(message.get(field), write).join(",")}]`;
    case "map": {
      const entries = orderedEntries(message.get(field));
      return `{${entries.map(([key, value]) => `${quote(String(key))}:${write(value)}`).join(",")}}`;
    }
    default:
      return write(message.get(field));
  }
}

interface ValueFormat {
  readonly format: JsonFormat;
  readonly isText: boolean;
}

function writeValue(value: unknown, field: DescField, { format, isText }: ValueFormat): string {
  if (isReflectMessage(value)) {
    return writeMessage(value, format);
  }
  if (field.enum !== undefined) {
    return writeEnum(Number(value), field.enum);
  }
  switch (typeof value) {
    case "bigint":
      return isText ? `"${value}"` : String(value);
    case "number":
      return writeNumber(value, field.scalar);
    case "boolean":
      return String(value);
    default:
      return quote(value instanceof Uint8Array ? base64(value) : String(value));
  }
}

/** Unknown values print as their number. */
function writeEnum(value: number, enumeration: DescEnum): string {
  const name = enumeration.value[value]?.name;
  return name === undefined ? String(value) : quote(name);
}

/**
 * Floating-point numbers go through protobuf's decimal text, which is a whole number where it has neither point nor exponent,
 * and from there through the real server's second JSON writer, which ends other whole numbers in ".0".
 */
function writeNumber(value: number, scalar: ScalarType | undefined): string {
  if (scalar !== ScalarType.FLOAT && scalar !== ScalarType.DOUBLE) {
    return String(value);
  }
  if (!Number.isFinite(value)) {
    return `"${value}"`;
  }
  const decimal = scalar === ScalarType.FLOAT ? formatFloat(value) : formatDouble(value);
  if (/^-?\d+$/.test(decimal)) {
    return String(BigInt(decimal));
  }
  const text = String(Number(decimal)).replace("e+", "e");
  return /[.e]/.test(text) ? text : `${text}.0`;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\b", "\\b"],
  ["\t", "\\t"],
  ["\n", "\\n"],
  ["\f", "\\f"],
  ["\r", "\\r"],
  ['"', '\\"'],
  ["\\", "\\\\"],
]);

/** Slashes and all of Unicode beyond the control characters stand for themselves. */
function quote(text: string): string {
  let quoted = '"';
  for (const character of text) {
    const code = character.charCodeAt(0);
    if (code < 0x20 || character === '"' || character === "\\") {
      const digits = code.toString(16).toUpperCase().padStart(4, "0");
      quoted += ESCAPES.get(character) ?? `\\u${digits}`;
    } else {
      quoted += character;
    }
  }
  return `${quoted}"`;
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
