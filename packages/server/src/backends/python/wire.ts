import { DATATYPES, type Datatype } from "@nereid/protocol";

/** Kinds of frames. See python/PROTOCOL.md, which says what everything here means. */
export const FrameKind = {
  AutoComplete: 1,
  Initialize: 2,
  Execute: 3,
  Finalize: 4,
  IsReady: 5,
  Result: 16,
  ExecuteDone: 17,
  Response: 18,
  Call: 19,
  Notify: 20,
  Reply: 32,
} as const;

/** A flag of Execute: the batch before it may still be running. */
export const AHEAD = 1;

/** Flags of ExecuteDone. */
export const FAILED = 1;
export const SKIPPED = 2;

/** Flags of Response and Reply. */
export const FINAL = 1;
/** A flag of Response. */
export const HAS_RESPONSE = 2;

/** Kinds of outcomes. */
export const OutcomeKind = { None: 0, Response: 1, Rescheduled: 2 } as const;

/** The code of an outcome without an error. */
export const NO_ERROR = 255;

/** The output count of a request for every output of the configuration. */
export const ALL_OUTPUTS = 65_535;

/** Where a tensor's contents are. */
export const Storage = { Inline: 0, Arena: 1 } as const;

/** Bytes of a frame's head, of a tensor descriptor's, of a request's and of an outcome's. */
export const HEAD_BYTES = 16;
export const DESCRIPTOR_BYTES = 24;
export const REQUEST_BYTES = 56;
export const OUTCOME_BYTES = 16;

/** Inline contents begin at multiples of it. */
export const INLINE_ALIGNMENT = 16;

/** The longest frame that is accepted. A stub whose frame is longer is broken. */
export const FRAME_BYTES_MAX: number = 256 << 20;

/** A frame's head. */
export interface FrameHead {
  readonly kind: number;
  readonly flags: number;
  readonly count: number;
  readonly id: number;
  readonly textByteSize: number;
}

/** Reads a frame's head; the frame is known to have one. */
export function readHead(frame: Buffer): FrameHead {
  return {
    kind: frame.readUInt8(4),
    flags: frame.readUInt8(5),
    count: frame.readUInt16LE(6),
    id: frame.readUInt32LE(8),
    textByteSize: frame.readUInt32LE(12),
  };
}

const NUMBERS: ReadonlyMap<Datatype, number> = new Map(
  DATATYPES.map((datatype, index) => [datatype, index + 1]),
);

/** A datatype's number on the wire. */
export function datatypeNumber(datatype: Datatype): number {
  return NUMBERS.get(datatype) ?? 0;
}

/** The datatype of a number; undefined if there is none. */
export function datatypeOfNumber(number: number): Datatype | undefined {
  return DATATYPES[number - 1];
}

/** `position`, rounded up to a multiple of a power of two. */
export function alignUp(position: number, alignment: number): number {
  return (position + alignment - 1) & -alignment;
}
