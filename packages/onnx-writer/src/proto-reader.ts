import { chunksOfParts, type StreamedBytes } from "./proto-writer.ts";

/** A message's fields by number: varints as bigint, fixed32 as number, length-delimited ones as bytes. */
export type ProtoFields = ReadonlyMap<number, readonly (bigint | number | Uint8Array)[]>;

/** Reads one message, for the tests of this package: an independent look at what the writer wrote. */
export function readProto(bytes: Uint8Array): ProtoFields {
  const fields = new Map<number, (bigint | number | Uint8Array)[]>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = view.getUint8(offset++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        return value;
      }
    }
  };
  while (offset < bytes.byteLength) {
    const tag = Number(varint());
    const values = fields.get(tag >> 3) ?? [];
    fields.set(tag >> 3, values);
    const wireType = tag & 7;
    if (wireType === 0) {
      values.push(varint());
    } else if (wireType === 5) {
      values.push(view.getFloat32(offset, true));
      offset += 4;
    } else if (wireType === 2) {
      const length = Number(varint());
      if (offset + length > bytes.byteLength) {
        throw new Error(`field ${tag >> 3} ends after the message`);
      }
      values.push(bytes.subarray(offset, offset + length));
      offset += length;
    } else {
      throw new Error(`wire type ${wireType}`);
    }
  }
  return fields;
}

/** A repeated message field, read. */
export function messages(fields: ProtoFields, field: number): readonly ProtoFields[] {
  return (fields.get(field) ?? []).map((value) => readProto(asBytes(value)));
}

/** A repeated string field. */
export function texts(fields: ProtoFields, field: number): readonly string[] {
  return (fields.get(field) ?? []).map((value) => new TextDecoder().decode(asBytes(value)));
}

/** Everything that was written, in one array. */
export function concatParts(parts: readonly (Uint8Array | StreamedBytes)[]): Uint8Array {
  return Buffer.concat([...chunksOfParts(parts)].map((chunk) => Uint8Array.from(chunk)));
}

function asBytes(value: bigint | number | Uint8Array): Uint8Array {
  if (!(value instanceof Uint8Array)) {
    throw new Error("not a length-delimited field");
  }
  return value;
}
