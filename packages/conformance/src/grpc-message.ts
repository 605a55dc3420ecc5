import {
  type DescMethod,
  fromBinary,
  fromJson,
  type JsonValue,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import {
  GRPCInferenceService,
  Health,
  ServerReflection,
  ServerReflectionAlpha,
} from "@nereid/protocol";

/** The service of inference, before a call's name in a path. */
export const INFERENCE_SERVICE: string = GRPCInferenceService.typeName;

const METHODS: ReadonlyMap<string, DescMethod> = new Map(
  [GRPCInferenceService, Health, ServerReflection, ServerReflectionAlpha].flatMap((service) =>
    service.methods.map((method): [string, DescMethod] => [
      `/${service.typeName}/${method.name}`,
      method,
    ]),
  ),
);

/** The size of the prefix of a message: a flag and four bytes of length. */
const PREFIX_BYTE_SIZE = 5;

/** A message as it stands in a call's data. */
export interface GrpcFrame {
  readonly isCompressed: boolean;
  readonly bytes: Uint8Array;
}

/** Whether a call answers with one message; true for calls that nobody knows. */
export function isUnary(path: string): boolean {
  return (METHODS.get(path)?.methodKind ?? "unary") === "unary";
}

/**
 * The request of a call from its JSON form, encoded.
 *
 * @throws {Error} if the call is not known, or if the JSON is not that of its request
 */
export function encodeRequest(path: string, json: JsonValue): Uint8Array {
  const method = METHODS.get(path);
  if (method === undefined) {
    throw new Error(`no message is known for ${path}`);
  }
  return toBinary(method.input, fromJson(method.input, json));
}

/**
 * A response as canonical JSON, with the keys of maps (whose order means nothing) and of everything else sorted; null
 * if the call is not known or its response is not well-formed.
 */
export function responseText(path: string, bytes: Uint8Array): string | null {
  const method = METHODS.get(path);
  if (method === undefined) {
    return null;
  }
  try {
    const message = fromBinary(method.output, bytes, { readUnknownFields: false });
    return JSON.stringify(withSortedKeys(toJson(method.output, message)));
  } catch {
    // Not a message of this kind: the caller records the bytes.
    return null;
  }
}

/** A message with its prefix. */
export function frameOf(
  bytes: Uint8Array,
  options: { readonly flag?: number; readonly byteSize?: number } = {},
): Uint8Array {
  const prefix = Buffer.alloc(PREFIX_BYTE_SIZE);
  prefix.writeUInt8(options.flag ?? 0);
  prefix.writeUInt32BE(options.byteSize ?? bytes.byteLength, 1);
  return Buffer.concat([prefix, bytes]);
}

/** The messages that a call's data hold, and how many bytes are left over. */
export function framesOf(data: Uint8Array): {
  readonly frames: readonly GrpcFrame[];
  readonly restByteSize: number;
} {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const frames: GrpcFrame[] = [];
  let offset = 0;
  while (bytes.byteLength - offset >= PREFIX_BYTE_SIZE) {
    const end = offset + PREFIX_BYTE_SIZE + bytes.readUInt32BE(offset + 1);
    if (end > bytes.byteLength) {
      break;
    }
    const message = bytes.subarray(offset + PREFIX_BYTE_SIZE, end);
    frames.push({ isCompressed: bytes[offset] === 1, bytes: message });
    offset = end;
  }
  return { frames, restByteSize: bytes.byteLength - offset };
}

function withSortedKeys(value: JsonValue): JsonValue {
  if (Array.isArray(value)) {
    return value.map(withSortedKeys);
  }
  if (value === null || typeof value !== "object") {
    return value;
  }
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, withSortedKeys(item)]));
}
