import {
  create,
  type DescEnum,
  type DescField,
  type DescMessage,
  type MessageShape,
  ScalarType,
} from "@bufbuild/protobuf";
import { type ReflectMessage, reflect, scalarZeroValue } from "@bufbuild/protobuf/reflect";
import { entryTypeName } from "../entry-type-name.ts";
import { TokenReader } from "./token-reader.ts";

/** Messages within messages; deeper texts are refused. */
const DEPTH_MAX = 100;

const INT32_MAX = 2n ** 31n - 1n;
const UINT32_MAX = 2n ** 32n - 1n;
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

/**
 * Reads a message of any type from protobuf text format, accepting and refusing what libprotobuf does: an unknown field, a
 * singular field given twice and two members of one oneof are errors. Extensions and expanded `Any` messages are unknown.
 *
 * @param text UTF-8 bytes, or text
 * @throws {TextFormatError} the only error it throws; nothing of a broken text is kept
 * @see protobuf src/google/protobuf/text_format.cc
 */
export function readText<Desc extends DescMessage>(
  schema: Desc,
  text: Uint8Array | string,
): MessageShape<Desc> {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  const tokens = new TokenReader(bytes, schema.typeName);
  const reader = new TextMessageReader(tokens);
  const message = create(schema);
  const target = reflect(schema, message);
  while (!tokens.isAtEnd) {
    reader.readField(target);
  }
  tokens.finish();
  return message;
}

/** What the value of a field, an element or a map entry can be. */
type ValueKind =
  | { readonly kind: "scalar"; readonly scalar: ScalarType }
  | { readonly kind: "enum"; readonly enumeration: DescEnum }
  | { readonly kind: "message"; readonly schema: DescMessage };

type ListField = DescField & { readonly fieldKind: "list" };
type MapField = DescField & { readonly fieldKind: "map" };

class TextMessageReader {
  readonly #tokens: TokenReader;
  #depth = 0;

  constructor(tokens: TokenReader) {
    this.#tokens = tokens;
  }

  /** Reads `name: value`, `name { … }` or `name: [ … ]` and a separator, if there is one. */
  readField(target: ReflectMessage): void {
    const field = this.#takeField(target);
    this.#checkNotGiven(target, field);
    if (field.fieldKind === "list") {
      this.#readList(target, field);
    } else if (field.fieldKind === "map") {
      this.#readMap(target, field);
    } else if (field.fieldKind === "message") {
      this.#tokens.tryTake(":");
      target.set(field, this.#readMessage(field.message));
    } else {
      this.#tokens.take(":");
      target.set(field, this.#readScalar(singularKind(field), field.name));
    }
    this.#takeSeparator();
  }

  #takeField(target: ReflectMessage): DescField {
    const { typeName } = target.desc;
    if (this.#tokens.tryTake("[")) {
      const name = this.#tokens.takeFullName();
      this.#tokens.take("]");
      this.#tokens.fail(
        `Extension "${name}" is not defined or is not an extension of "${typeName}".`,
      );
    }
    const name = this.#tokens.takeIdentifier();
    const field = target.fields.find((candidate) => candidate.name === name);
    if (field === undefined) {
      this.#tokens.fail(`Message type "${typeName}" has no field named "${name}".`);
    }
    return field;
  }

  #checkNotGiven(target: ReflectMessage, field: DescField): void {
    if (field.fieldKind === "list" || field.fieldKind === "map") {
      return;
    }
    if (target.isSet(field)) {
      this.#tokens.fail(`Non-repeated field "${field.name}" is specified multiple times.`);
    }
    const other = field.oneof === undefined ? undefined : target.oneofCase(field.oneof);
    if (field.oneof !== undefined && other !== undefined) {
      this.#tokens.fail(
        `Field "${field.name}" is specified along with field "${other.name}", ` +
          `another member of oneof "${field.oneof.name}".`,
      );
    }
  }

  #readList(target: ReflectMessage, field: ListField): void {
    const list = target.get(field);
    const value = listKind(field);
    this.#readRepeated(value.kind === "message", () => {
      if (value.kind === "message") {
        list.add(this.#readMessage(value.schema));
      } else {
        list.add(this.#readScalar(value, field.name));
      }
    });
  }

  /** A map is written as a list of messages with the fields `key` and `value`; of two equal keys the last one counts. */
  #readMap(target: ReflectMessage, field: MapField): void {
    const map = target.get(field);
    this.#readRepeated(true, () => {
      const [key, value] = this.#readEntry(field);
      map.set(key, value);
    });
  }

  #readRepeated(isMessage: boolean, readOne: () => void): void {
    if (isMessage) {
      this.#tokens.tryTake(":");
    } else {
      this.#tokens.take(":");
    }
    if (!this.#tokens.tryTake("[")) {
      readOne();
    } else if (!this.#tokens.tryTake("]")) {
      readOne();
      while (!this.#tokens.tryTake("]")) {
        this.#tokens.take(",");
        readOne();
      }
    }
  }

  #readMessage(schema: DescMessage): ReflectMessage {
    const message = reflect(schema, create(schema));
    this.#readBody(() => this.readField(message));
    return message;
  }

  /** Reads fields between `{` and `}` or `<` and `>`. */
  #readBody(readField: () => void): void {
    this.#depth++;
    if (this.#depth > DEPTH_MAX) {
      this.#tokens.fail(
        `Message is too deep, the parser exceeded the configured recursion limit of ${DEPTH_MAX}.`,
      );
    }
    const isAngle = this.#tokens.tryTake("<");
    if (!isAngle) {
      this.#tokens.take("{");
    }
    while (!this.#tokens.isSymbol(">") && !this.#tokens.isSymbol("}")) {
      readField();
    }
    this.#tokens.take(isAngle ? ">" : "}");
    this.#depth--;
  }

  #readEntry(field: MapField): [key: unknown, value: unknown] {
    const keyKind: ValueKind = { kind: "scalar", scalar: field.mapKey };
    const value = mapKind(field);
    const given = new Map<string, unknown>();
    const readValue = (name: string): void => {
      if (name === "value" && value.kind === "message") {
        this.#tokens.tryTake(":");
        given.set(name, this.#readMessage(value.schema));
      } else {
        this.#tokens.take(":");
        const kind = name === "key" || value.kind === "message" ? keyKind : value;
        given.set(name, this.#readScalar(kind, name));
      }
    };
    this.#readBody(() => {
      const name = this.#takeEntryField(field);
      if (given.has(name)) {
        this.#tokens.fail(`Non-repeated field "${name}" is specified multiple times.`);
      }
      readValue(name);
      this.#takeSeparator();
    });
    return [given.get("key") ?? zeroValue(keyKind), given.get("value") ?? zeroValue(value)];
  }

  #takeEntryField(field: MapField): string {
    const typeName = entryTypeName(field);
    if (this.#tokens.tryTake("[")) {
      const extension = this.#tokens.takeFullName();
      this.#tokens.take("]");
      this.#tokens.fail(
        `Extension "${extension}" is not defined or is not an extension of "${typeName}".`,
      );
    }
    const name = this.#tokens.takeIdentifier();
    if (name !== "key" && name !== "value") {
      this.#tokens.fail(`Message type "${typeName}" has no field named "${name}".`);
    }
    return name;
  }

  #readScalar(value: ValueKind & { kind: "scalar" | "enum" }, fieldName: string): unknown {
    if (value.kind === "enum") {
      return this.#tokens.takeEnum(value.enumeration, fieldName);
    }
    switch (value.scalar) {
      case ScalarType.INT32:
      case ScalarType.SINT32:
      case ScalarType.SFIXED32:
        return Number(this.#tokens.takeSigned(INT32_MAX));
      case ScalarType.UINT32:
      case ScalarType.FIXED32:
        return Number(this.#tokens.takeUnsigned(UINT32_MAX));
      case ScalarType.INT64:
      case ScalarType.SINT64:
      case ScalarType.SFIXED64:
        return this.#tokens.takeSigned(INT64_MAX);
      case ScalarType.UINT64:
      case ScalarType.FIXED64:
        return this.#tokens.takeUnsigned(UINT64_MAX);
      case ScalarType.FLOAT:
        return Math.fround(this.#tokens.takeNumber());
      case ScalarType.DOUBLE:
        return this.#tokens.takeNumber();
      case ScalarType.BOOL:
        return this.#tokens.takeBool(fieldName);
      case ScalarType.STRING:
        return this.#tokens.takeText();
      case ScalarType.BYTES:
        return this.#tokens.takeBytes();
    }
  }

  /** Fields may be separated by one comma or semicolon. */
  #takeSeparator(): void {
    if (!this.#tokens.tryTake(";")) {
      this.#tokens.tryTake(",");
    }
  }
}

function singularKind(
  field: DescField & { readonly fieldKind: "scalar" | "enum" },
): ValueKind & { kind: "scalar" | "enum" } {
  return field.fieldKind === "enum"
    ? { kind: "enum", enumeration: field.enum }
    : { kind: "scalar", scalar: field.scalar };
}

function listKind(field: ListField): ValueKind {
  switch (field.listKind) {
    case "message":
      return { kind: "message", schema: field.message };
    case "enum":
      return { kind: "enum", enumeration: field.enum };
    case "scalar":
      return { kind: "scalar", scalar: field.scalar };
  }
}

function mapKind(field: MapField): ValueKind {
  switch (field.mapKind) {
    case "message":
      return { kind: "message", schema: field.message };
    case "enum":
      return { kind: "enum", enumeration: field.enum };
    case "scalar":
      return { kind: "scalar", scalar: field.scalar };
  }
}

/** What an entry has where the text does not say. */
function zeroValue(value: ValueKind): unknown {
  switch (value.kind) {
    case "message":
      return reflect(value.schema, create(value.schema));
    case "enum":
      return value.enumeration.values[0]?.number ?? 0;
    case "scalar":
      return scalarZeroValue(value.scalar, false);
  }
}
