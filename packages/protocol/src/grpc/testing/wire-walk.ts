import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { WireType } from "../wire-format.ts";

/**
 * What protobuf's rules say of some bytes as a message of a type, worked out from its descriptor, slowly and by itself:
 * `malformed`; `well-formed`; or `disputed`, which the real server's parser takes and others may not, or read otherwise: a
 * known field of another wire type than its own (to be skipped as if it were unknown), or a tag with surplus bits (to be
 * dropped).
 */
export type WireVerdict = "malformed" | "well-formed" | "disputed";

const DEPTH_MAX = 100;

class Malformed extends Error {}

export function walkMessage(schema: DescMessage, bytes: Uint8Array): WireVerdict {
  const walk = new Walk(bytes);
  try {
    walk.message(schema, bytes.byteLength, 0);
  } catch (error) {
    if (error instanceof Malformed) {
      return "malformed";
    }
    throw error;
  }
  return walk.isDisputed ? "disputed" : "well-formed";
}

class Walk {
  isDisputed = false;
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  message(schema: DescMessage, end: number, depth: number): void {
    while (this.#position < end) {
      const { field, wireType } = this.#tag(end);
      this.#value(
        schema.fields.find(({ number }) => number === field),
        { field, wireType, end, depth },
      );
    }
  }

  #value(
    desc: DescField | undefined,
    at: { field: number; wireType: number; end: number; depth: number },
  ): void {
    const { wireType, end, depth } = at;
    const isList = desc?.fieldKind === "list";
    const scalar = desc?.fieldKind === "scalar" || isList ? (desc.scalar ?? null) : null;
    const own = scalar === null ? WireType.Bytes : wireTypeOf(scalar);
    if (desc !== undefined && wireType !== own && !(isList && wireType === WireType.Bytes)) {
      this.isDisputed = true;
      this.#skip(at);
    } else if (desc === undefined || wireType !== WireType.Bytes) {
      this.#skip(at);
    } else {
      const innerEnd = this.#size(end);
      if (scalar !== null && own !== WireType.Bytes) {
        while (this.#position < innerEnd) {
          this.#skip({ ...at, wireType: own, end: innerEnd });
        }
      } else if (desc.fieldKind === "map") {
        this.#entry(desc, innerEnd, depth + 1);
      } else if (desc.message !== undefined) {
        this.message(desc.message, innerEnd, depth + 1);
      } else {
        this.#text(scalar, innerEnd);
      }
    }
  }

  #entry(desc: DescField & { fieldKind: "map" }, end: number, depth: number): void {
    while (this.#position < end) {
      const { field, wireType } = this.#tag(end);
      if ((field === 1 || field === 2) && wireType !== WireType.Bytes) {
        this.isDisputed = true;
      }
      if (field === 1 && wireType === WireType.Bytes) {
        this.#text(desc.mapKey, this.#size(end));
      } else if (field === 2 && wireType === WireType.Bytes && desc.message !== undefined) {
        this.message(desc.message, this.#size(end), depth + 1);
      } else {
        this.#skip({ field, wireType, end, depth });
      }
    }
  }

  #text(scalar: ScalarType | null, end: number): void {
    const bytes = this.#bytes.subarray(this.#position, end);
    if (scalar === ScalarType.STRING && !Buffer.from(Buffer.from(bytes).toString()).equals(bytes)) {
      throw new Malformed();
    }
    this.#position = end;
  }

  #tag(end: number): { field: number; wireType: number } {
    const varint = this.#varint(end, 5);
    const tag = Number(BigInt.asUintN(32, varint));
    this.isDisputed ||= varint > 0xffff_ffffn;
    if (tag < 8) {
      throw new Malformed();
    }
    return { field: Math.floor(tag / 8), wireType: tag % 8 };
  }

  /** Where that which follows ends. */
  #size(end: number): number {
    const size = this.#varint(end, 5);
    if (size > BigInt(end - this.#position)) {
      throw new Malformed();
    }
    return this.#position + Number(size);
  }

  #varint(end: number, sizeMax: number): bigint {
    let value = 0n;
    for (let index = 0n; index < sizeMax; index++) {
      if (this.#position >= end) {
        break;
      }
      const byte = this.#bytes[this.#position++]!;
      value |= BigInt(byte & 0x7f) << (7n * index);
      if (byte < 0x80) {
        return value;
      }
    }
    throw new Malformed();
  }

  #skip(at: { field: number; wireType: number; end: number; depth: number }): void {
    const { field, wireType, end, depth } = at;
    if (wireType === WireType.Varint) {
      this.#varint(end, 10);
    } else if (wireType === WireType.Bytes) {
      this.#position = this.#size(end);
    } else if (wireType === WireType.Fixed32 || wireType === WireType.Fixed64) {
      this.#position += wireType === WireType.Fixed32 ? 4 : 8;
    } else if (wireType !== WireType.GroupStart || !this.#group(field, end, depth + 1)) {
      throw new Malformed();
    }
    if (this.#position > end) {
      throw new Malformed();
    }
  }

  #group(field: number, end: number, depth: number): boolean {
    if (depth > DEPTH_MAX) {
      return false;
    }
    for (;;) {
      const inner = this.#tag(end);
      if (inner.wireType === WireType.GroupEnd) {
        return inner.field === field;
      }
      this.#skip({ ...inner, end, depth });
    }
  }
}

function wireTypeOf(scalar: ScalarType): number {
  switch (scalar) {
    case ScalarType.DOUBLE:
      return WireType.Fixed64;
    case ScalarType.FLOAT:
      return WireType.Fixed32;
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return WireType.Bytes;
    default:
      return WireType.Varint;
  }
}
