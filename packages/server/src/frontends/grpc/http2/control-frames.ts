import type { Http2ErrorCode } from "./error-code.ts";
import {
  FRAME_HEAD_SIZE,
  FrameFlag,
  FrameType,
  PING_SIZE,
  SETTING_SIZE,
  SettingId,
  WINDOW_SIZE_DEFAULT,
  WINDOW_SIZE_MAX,
  writeFrameHead,
  writeUint32,
} from "./frame-format.ts";
import type { FrameOutput } from "./frame-output.ts";
import type { Http2Limits } from "./http2-limits.ts";

const KEEPALIVE_PAYLOAD = Buffer.from("nereid-k", "latin1");
const DRAIN_PAYLOAD = Buffer.from("nereid-d", "latin1");

/** Puts the settings that we begin with into the output, and enlarges the connection's window to the full. */
export function putGreeting(output: FrameOutput, limits: Http2Limits): void {
  const settings: readonly (readonly [id: number, value: number])[] = [
    [SettingId.MaxConcurrentStreams, limits.concurrentStreamsMax],
    [SettingId.InitialWindowSize, limits.streamWindowSize],
    [SettingId.MaxFrameSize, limits.frameSizeMax],
    [SettingId.MaxHeaderListSize, limits.headerListSizeMax],
  ];
  const size = settings.length * SETTING_SIZE;
  let position = output.reserve(FRAME_HEAD_SIZE + size);
  position = writeFrameHead(output.bytes, position, size, FrameType.Settings, 0, 0);
  for (const [id, value] of settings) {
    output.bytes[position] = id >>> 8;
    output.bytes[position + 1] = id;
    position = writeUint32(output.bytes, position + 2, value);
  }
  putNumber(output, FrameType.WindowUpdate, 0, WINDOW_SIZE_MAX - WINDOW_SIZE_DEFAULT);
}

/** Puts a frame with a payload of one number into the output: WINDOW_UPDATE or RST_STREAM. */
export function putNumber(
  output: FrameOutput,
  type: number,
  streamId: number,
  value: number,
): void {
  let position = output.reserve(FRAME_HEAD_SIZE + 4);
  position = writeFrameHead(output.bytes, position, 4, type, 0, streamId);
  writeUint32(output.bytes, position, value);
}

/** Says that the client's settings hold. */
export function putSettingsAck(output: FrameOutput): void {
  const position = output.reserve(FRAME_HEAD_SIZE);
  writeFrameHead(output.bytes, position, 0, FrameType.Settings, FrameFlag.Ack, 0);
}

/** Asks whether the client is still there. */
export function putKeepalivePing(output: FrameOutput): void {
  putPing(output, 0, KEEPALIVE_PAYLOAD, 0);
}

/** Asks the client to say that it has read everything up to here. */
export function putDrainPing(output: FrameOutput): void {
  putPing(output, 0, DRAIN_PAYLOAD, 0);
}

/** Whether the payload at a position is that of `putDrainPing`. */
export function isDrainPing(bytes: Buffer, start: number): boolean {
  return DRAIN_PAYLOAD.compare(bytes, start, start + PING_SIZE) === 0;
}

/** Tells the client that we are there, with what it sent. */
export function putPingAck(output: FrameOutput, bytes: Uint8Array, start: number): void {
  putPing(output, FrameFlag.Ack, bytes, start);
}

function putPing(output: FrameOutput, flags: number, payload: Uint8Array, start: number): void {
  let position = output.reserve(FRAME_HEAD_SIZE + PING_SIZE);
  position = writeFrameHead(output.bytes, position, PING_SIZE, FrameType.Ping, flags, 0);
  output.bytes.set(payload.subarray(start, start + PING_SIZE), position);
}

/** Says which stream was the last one that is taken care of, and why. */
export function putGoAway(
  output: FrameOutput,
  lastStreamId: number,
  code: Http2ErrorCode,
  reason: string,
): void {
  const size = 8 + reason.length;
  let position = output.reserve(FRAME_HEAD_SIZE + size);
  position = writeFrameHead(output.bytes, position, size, FrameType.GoAway, 0, 0);
  position = writeUint32(output.bytes, position, lastStreamId);
  position = writeUint32(output.bytes, position, code);
  output.bytes.write(reason, position, "latin1");
}
