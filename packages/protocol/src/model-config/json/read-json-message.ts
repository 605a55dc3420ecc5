import {
  create,
  type DescEnum,
  type DescField,
  type DescMessage,
  type DescOneof,
  type MessageShape,
  ScalarType,
} from "@bufbuild/protobuf";
import { type ReflectMessage, reflect, scalarZeroValue } from "@bufbuild/protobuf/reflect";
import { StatusCode } from "../../status-code.ts";
import { TritonError } from "../../triton-error.ts";
import { entryTypeName } from "../entry-type-name.ts";
import { type JsonNode, JsonObject, parseJson } from "./parse-json.ts";
import {
  enumFromJson,
  formatJsonScalar,
  type JsonScalar,
  scalarFromJson,
} from "./scalar-from-json.ts";

/**
 * Reads a message of any type from its JSON form, as protobuf's JsonStringToMessage does: proto or JSON field names, enums by
 * name in any case or by number, numbers as text, null for "not given". A field that is not of the message is an error.
 * Repeated members of an object merge as they would on the wire.
 *
 * @throws {TritonError} InvalidArg with protobuf's message; of several problems, the last one's
 * @see protobuf src/google/protobuf/util/internal/protostream_objectwriter.cc
 */
export function readJsonMessage<Desc extends DescMessage>(
  schema: Desc,
  text: string,
): MessageShape<Desc> {
  const message = create(schema);
  const binder = new JsonBinder();
  binder.bindRoot(reflect(schema, message), parseJson(text));
  if (binder.problem !== null) {
    throw new TritonError(StatusCode.InvalidArg, binder.problem);
  }
  return message;
}

interface FieldPaths {
  /** Of the message that has the field, as messages print it: `version_policy.specific`; empty at the root. */
  readonly path: string;
  readonly fieldPath: string;
}

interface Entry {
  readonly key: string;
  readonly value: JsonNode;
}

/** What a scalar or enum value is converted to. */
type ValueField =
  | { readonly fieldKind: "scalar"; readonly scalar: ScalarType }
  | { readonly fieldKind: "enum"; readonly enum: DescEnum };

/** A JSON value that is given: null stands for a field's absence. */
type GivenNode = Exclude<JsonNode, null>;
type GivenScalarOrObject = JsonScalar | JsonObject;

type ListField = DescField & { readonly fieldKind: "list" };
type MapField = DescField & { readonly fieldKind: "map" };

/** Puts a JSON tree into a message and keeps the last problem. What lies below a problem is not looked at. */
class JsonBinder {
  #problem: string | null = null;
  #hasObjectForScalar = false;

  get problem(): string | null {
    const broken = this.#hasObjectForScalar
      ? "JSON transcoder produced invalid protobuf output."
      : null;
    return this.#problem ?? broken;
  }

  bindRoot(target: ReflectMessage, node: JsonNode): void {
    if (node instanceof JsonObject) {
      this.#bindObject(target, node, "");
    } else {
      this.#failName("", "", "Root element must be a message.");
    }
  }

  #bindObject(target: ReflectMessage, object: JsonObject, path: string): void {
    const oneofsGiven = new Set<DescOneof>();
    for (const [key, node] of object.members) {
      const field = target.fields.find(({ name, jsonName }) => name === key || jsonName === key);
      if (key === "") {
        this.#failName(path, key, "Proto fields must have a name.");
      } else if (field === undefined) {
        this.#failName(path, key, "Cannot find field.");
      } else if (node !== null && this.#checkOneof(field, path, oneofsGiven)) {
        this.#bindField(target, field, node, path);
      }
    }
  }

  #checkOneof(field: DescField, path: string, given: Set<DescOneof>): boolean {
    const { oneof } = field;
    if (oneof !== undefined && given.has(oneof)) {
      const value = `oneof field '${oneof.name}' is already set. Cannot set '${field.name}'`;
      this.#failValue(path, value, "oneof");
      return false;
    }
    if (oneof !== undefined) {
      given.add(oneof);
    }
    return true;
  }

  #bindField(target: ReflectMessage, field: DescField, node: GivenNode, path: string): void {
    const fieldPath = path === "" ? field.name : `${path}.${field.name}`;
    if (field.fieldKind === "list") {
      this.#bindList(target, field, node, { path, fieldPath });
    } else if (field.fieldKind === "map") {
      this.#bindMap(target, field, node, { path, fieldPath });
    } else if (isArray(node)) {
      this.#failName(path, field.name, "Proto field is not repeating, cannot start list.");
    } else if (field.fieldKind === "message") {
      // A message given twice is merged.
      const message = target.get(field);
      if (this.#bindMessage(message, node, fieldPath)) {
        target.set(field, message);
      }
    } else if (node instanceof JsonObject) {
      this.#failValue(path, "Starting an object on a scalar field", field.name);
    } else {
      this.#convert(field, node, fieldPath, (value) => target.set(field, value));
    }
  }

  /** @returns false if the node cannot be a message at all */
  #bindMessage(target: ReflectMessage, node: GivenScalarOrObject, path: string): boolean {
    if (!(node instanceof JsonObject)) {
      this.#failValue(path, formatJsonScalar(node), typeUrl(target.desc.typeName));
      return false;
    }
    this.#bindObject(target, node, path);
    return true;
  }

  /** A list may be given as its only element; lists within it count as its own elements. */
  #bindList(target: ReflectMessage, field: ListField, node: GivenNode, paths: FieldPaths): void {
    if (isArray(node)) {
      this.#bindItems(target, field, node, paths.fieldPath);
    } else if (node instanceof JsonObject && field.listKind !== "message") {
      this.#failValue(paths.path, "Starting an object on a scalar field", field.name);
    } else {
      this.#bindItem(target, field, node, paths.fieldPath);
    }
  }

  #bindItems(
    target: ReflectMessage,
    field: ListField,
    items: readonly JsonNode[],
    path: string,
  ): void {
    let index = -1;
    for (const item of items) {
      if (isArray(item)) {
        this.#bindItems(target, field, item, index < 0 ? path : `${path}[${index}]`);
      } else if (item !== null) {
        index++;
        this.#bindItem(target, field, item, `${path}[${index}]`);
      }
    }
  }

  #bindItem(
    target: ReflectMessage,
    field: ListField,
    node: GivenScalarOrObject,
    path: string,
  ): void {
    const list = target.get(field);
    if (field.listKind === "message") {
      const message = reflect(field.message, create(field.message));
      if (this.#bindMessage(message, node, path)) {
        list.add(message);
      }
    } else if (node instanceof JsonObject) {
      this.#failValue(path, "Starting an object on a scalar field", field.name);
    } else {
      this.#convert(elementOf(field), node, path, (value) => list.add(value));
    }
  }

  #bindMap(target: ReflectMessage, field: MapField, node: GivenNode, paths: FieldPaths): void {
    if (isArray(node)) {
      const value = `Cannot bind a list to map for field '${field.name}'.`;
      this.#failValue(paths.path, value, "Map");
      return;
    }
    if (!(node instanceof JsonObject)) {
      this.#failValue(paths.fieldPath, formatJsonScalar(node), typeUrl(entryTypeName(field)));
      return;
    }
    const given = new Set<string>();
    for (const [key, value] of node.members) {
      if (given.has(key)) {
        const message = `Repeated map key: '${key}' is already set.`;
        this.#failName(`${paths.fieldPath}[${given.size - 1}]`, key, message);
        continue;
      }
      given.add(key);
      this.#bindEntry(target, field, { key, value }, `${paths.fieldPath}[${given.size - 1}]`);
    }
  }

  #bindEntry(target: ReflectMessage, field: MapField, entry: Entry, path: string): void {
    const map = target.get(field);
    const keyField = { fieldKind: "scalar", scalar: field.mapKey } as const;
    this.#convert(keyField, entry.key, `${path}.key`, (key) => {
      const valuePath = `${path}.value`;
      const { value } = entry;
      if (isArray(value)) {
        const items = `Cannot have repeated items ('${entry.key}') within a map.`;
        this.#failValue(valuePath, items, "Map");
        if (value.some((item) => item !== null)) {
          this.#failName(valuePath, "", "Proto fields must have a name.");
        }
      } else if (field.mapKind === "message") {
        const message = reflect(field.message, create(field.message));
        if (value === null || this.#bindMessage(message, value, valuePath)) {
          map.set(key, message);
        }
      } else if (value === null) {
        map.set(key, zeroValue(elementOf(field)));
      } else if (value instanceof JsonObject) {
        this.#hasObjectForScalar = true;
      } else {
        this.#convert(elementOf(field), value, valuePath, (converted) => map.set(key, converted));
      }
    });
  }

  #convert(field: ValueField, node: JsonScalar, path: string, use: (value: unknown) => void): void {
    const isEnum = field.fieldKind === "enum";
    const value = isEnum ? enumFromJson(node, field.enum) : scalarFromJson(node, field.scalar);
    if (value !== null) {
      use(value);
    } else {
      const typeName = isEnum ? typeUrl(field.enum.typeName) : `TYPE_${ScalarType[field.scalar]}`;
      this.#failValue(path, formatJsonScalar(node), typeName);
    }
  }

  #failName(path: string, name: string, message: string): void {
    this.#problem = `${path === "" ? "" : `(${path}) `}${name}: ${message}`;
  }

  #failValue(path: string, value: string, typeName: string): void {
    this.#problem = `${path === "" ? "" : `(${path})`}: invalid value ${value} for type ${typeName}`;
  }
}

function isArray(node: JsonNode): node is readonly JsonNode[] {
  return Array.isArray(node);
}

/** The element of a list, or the value of a map, that is no message. */
function elementOf(field: ListField | MapField): ValueField {
  return field.enum === undefined
    ? { fieldKind: "scalar", scalar: field.scalar ?? ScalarType.STRING }
    : { fieldKind: "enum", enum: field.enum };
}

function zeroValue(field: ValueField): unknown {
  return field.fieldKind === "enum"
    ? (field.enum.values[0]?.number ?? 0)
    : scalarZeroValue(field.scalar, false);
}

function typeUrl(typeName: string): string {
  return `type.googleapis.com/${typeName}`;
}
