/**
 * Why a stream or a connection ends.
 *
 * @see RFC 9113, section 7
 */
export const Http2ErrorCode = {
  NoError: 0x0,
  ProtocolError: 0x1,
  InternalError: 0x2,
  FlowControlError: 0x3,
  SettingsTimeout: 0x4,
  StreamClosed: 0x5,
  FrameSizeError: 0x6,
  RefusedStream: 0x7,
  Cancel: 0x8,
  CompressionError: 0x9,
  ConnectError: 0xa,
  EnhanceYourCalm: 0xb,
  InadequateSecurity: 0xc,
  Http11Required: 0xd,
} as const;

/** One of the codes; a client may also send a number that is none of them. */
export type Http2ErrorCode = (typeof Http2ErrorCode)[keyof typeof Http2ErrorCode];
