import {
  FRAME_HEAD_SIZE,
  FrameFlag,
  FrameType,
  readUint32,
  writeFrameHead,
} from "../frame-format.ts";
import { encodeHeaderBlock, type HeaderField } from "../header-block.ts";

/** One frame as it was read. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

/** The bytes of a frame. */
export function frame(
  type: number,
  flags: number,
  streamId: number,
  payload: Uint8Array | readonly number[] = [],
): Buffer {
  const content = Buffer.from(payload);
  const bytes = Buffer.alloc(FRAME_HEAD_SIZE);
  writeFrameHead(bytes, 0, content.byteLength, type, flags, streamId);
  return Buffer.concat([bytes, content]);
}

/** The whole frames at the beginning of `bytes`, and how many bytes they are. */
export function readFrames(bytes: Buffer): { frames: Frame[]; size: number } {
  const frames: Frame[] = [];
  let position = 0;
  while (bytes.byteLength - position >= FRAME_HEAD_SIZE) {
    const end = position + FRAME_HEAD_SIZE + bytes.readUIntBE(position, 3);
    if (end > bytes.byteLength) {
      break;
    }
    frames.push({
      type: bytes[position + 3] ?? 0,
      flags: bytes[position + 4] ?? 0,
      streamId: readUint32(bytes, position + 5),
      payload: bytes.subarray(position + FRAME_HEAD_SIZE, end),
    });
    position = end;
  }
  return { frames, size: position };
}

/** A number in four bytes. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A SETTINGS frame. */
export function settings(...pairs: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = pairs.map(([id, value]) =>
    Buffer.concat([Buffer.of(id >> 8, id), uint32(value)]),
  );
  return frame(FrameType.Settings, 0, 0, Buffer.concat(payload));
}

export const REQUEST_FIELDS: readonly HeaderField[] = [
  [":method", "POST"],
  [":scheme", "http"],
  [":path", "/service/method"],
  [":authority", "test"],
];

/** HEADERS of a request, with `extra` fields after the usual ones. */
export function request(
  streamId: number,
  endsStream = false,
  extra: readonly HeaderField[] = [],
): Buffer {
  const flags = FrameFlag.EndHeaders | (endsStream ? FrameFlag.EndStream : 0);
  const block = encodeHeaderBlock([...REQUEST_FIELDS, ...extra]);
  return frame(FrameType.Headers, flags, streamId, block);
}

/** A DATA frame. */
export function data(streamId: number, payload: Uint8Array, endsStream = false): Buffer {
  return frame(FrameType.Data, endsStream ? FrameFlag.EndStream : 0, streamId, payload);
}

/** A DATA frame with padding. */
export function paddedData(
  streamId: number,
  payload: Uint8Array,
  padding: number,
  endsStream = false,
): Buffer {
  const flags = FrameFlag.Padded | (endsStream ? FrameFlag.EndStream : 0);
  const content = Buffer.concat([Buffer.of(padding), payload, Buffer.alloc(padding)]);
  return frame(FrameType.Data, flags, streamId, content);
}

/** A message with its prefix. */
export function message(content: Uint8Array | string, flags = 0): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.of(flags), uint32(bytes.byteLength), bytes]);
}

/** WINDOW_UPDATE. */
export function windowUpdate(streamId: number, increment: number): Buffer {
  return frame(FrameType.WindowUpdate, 0, streamId, uint32(increment));
}

/** RST_STREAM. */
export function reset(streamId: number, code: number): Buffer {
  return frame(FrameType.RstStream, 0, streamId, uint32(code));
}
