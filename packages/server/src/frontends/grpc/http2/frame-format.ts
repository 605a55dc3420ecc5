/**
 * The types of frames that HTTP/2 defines; others are ignored.
 *
 * @see RFC 9113, section 6
 */
export const FrameType = {
  Data: 0x0,
  Headers: 0x1,
  Priority: 0x2,
  RstStream: 0x3,
  Settings: 0x4,
  PushPromise: 0x5,
  Ping: 0x6,
  GoAway: 0x7,
  WindowUpdate: 0x8,
  Continuation: 0x9,
} as const;

/** Bits of a frame's flags. What a bit means depends on the type. */
export const FrameFlag = {
  EndStream: 0x1,
  Ack: 0x1,
  EndHeaders: 0x4,
  Padded: 0x8,
  Priority: 0x20,
} as const;

/** The identifiers of the settings that HTTP/2 defines; others are ignored. */
export const SettingId = {
  HeaderTableSize: 0x1,
  EnablePush: 0x2,
  MaxConcurrentStreams: 0x3,
  InitialWindowSize: 0x4,
  MaxFrameSize: 0x5,
  MaxHeaderListSize: 0x6,
} as const;

/** What a client sends before anything else. */
export const CLIENT_PREFACE: Buffer = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

/** Bytes of the head of a frame: length (24 bits), type, flags, stream. */
export const FRAME_HEAD_SIZE = 9;
/** Bytes of one setting: identifier (16 bits), value (32 bits). */
export const SETTING_SIZE = 6;
export const PING_SIZE = 8;
export const RST_STREAM_SIZE = 4;
export const WINDOW_UPDATE_SIZE = 4;
export const PRIORITY_SIZE = 5;
/** Bytes of GOAWAY without debug data. */
export const GOAWAY_SIZE_MIN = 8;
/** The frame size that each side may send before it knows better. */
export const FRAME_SIZE_DEFAULT = 16384;
export const FRAME_SIZE_LIMIT = 0xffffff;
/** The windows' size before any settings. */
export const WINDOW_SIZE_DEFAULT = 65535;
export const WINDOW_SIZE_MAX = 0x7fffffff;
export const STREAM_ID_MAX = 0x7fffffff;

/** The head of a frame, as its type and length say nothing about each other yet. */
export interface FrameHead {
  /** Bytes of the payload. */
  readonly length: number;
  readonly type: number;
  readonly flags: number;
  /** Without the reserved bit. */
  readonly streamId: number;
}

/** The unsigned number of 32 bits at a position. */
export function readUint32(bytes: Uint8Array, position: number): number {
  return (
    (bytes[position] ?? 0) * 0x1000000 +
    (((bytes[position + 1] ?? 0) << 16) |
      ((bytes[position + 2] ?? 0) << 8) |
      (bytes[position + 3] ?? 0))
  );
}

/** Writes a number of 32 bits and returns the position after it. */
export function writeUint32(bytes: Uint8Array, position: number, value: number): number {
  bytes[position] = value >>> 24;
  bytes[position + 1] = value >>> 16;
  bytes[position + 2] = value >>> 8;
  bytes[position + 3] = value;
  return position + 4;
}

/** Writes the head of a frame and returns the position after it. Takes numbers rather than an object: one a frame. */
export function writeFrameHead(
  bytes: Uint8Array,
  position: number,
  length: number,
  type: number,
  flags: number,
  streamId: number,
): number {
  bytes[position] = length >>> 16;
  bytes[position + 1] = length >>> 8;
  bytes[position + 2] = length;
  bytes[position + 3] = type;
  bytes[position + 4] = flags;
  return writeUint32(bytes, position + 5, streamId);
}
