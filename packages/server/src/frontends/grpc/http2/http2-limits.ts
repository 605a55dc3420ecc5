/** Every limit of a connection and of the server. What a client gets when it passes one is said with each. */
export interface Http2Limits {
  /** Streams of one connection that are not over. Above: REFUSED_STREAM. */
  readonly concurrentStreamsMax: number;
  /** Size of a head by RFC 9113, section 6.5.2 (32 more than name and value a field). Above: `Http2Refusals.headTooLarge`. */
  readonly headerListSizeMax: number;
  /** Fields of one head. Above: `Http2Refusals.headTooLarge`. */
  readonly headerCountMax: number;
  /** Bytes of one encoded head over all its frames. Above: GOAWAY ENHANCE_YOUR_CALM. */
  readonly headerBlockSizeMax: number;
  /** CONTINUATION frames of one head. Above: GOAWAY ENHANCE_YOUR_CALM. */
  readonly continuationCountMax: number;
  /** Largest frame that clients may send. Above: GOAWAY FRAME_SIZE_ERROR. */
  readonly frameSizeMax: number;
  /** Bytes of data that a client may send on one stream before it hears of us. */
  readonly streamWindowSize: number;
  /** Bytes of unfinished messages of one connection. A message that would pass it is reported with fault "memory". */
  readonly unfinishedSizeMax: number;
  /** Bytes of one stream's answer that wait; `write` returns false above. */
  readonly streamBacklogSizeMax: number;
  /** Bytes of a connection's answers that wait for windows. Above: new streams get REFUSED_STREAM. */
  readonly waitingSizeMax: number;
  /** Bytes on their way to a client that the kernel has not taken. Above: the client is not read from. */
  readonly unsentSizeMax: number;
  /** Frames in a row that carry nothing (no request, no data, nothing that lets us send). Above: ENHANCE_YOUR_CALM. */
  readonly uselessFrameCountMax: number;
  /** Streams that a client may reset at once before they are answered, and per second. Above: ENHANCE_YOUR_CALM. */
  readonly resetBurstMax: number;
  readonly resetsPerSecondMax: number;
  /** SETTINGS frames at once, and per second. Above: ENHANCE_YOUR_CALM. */
  readonly settingsBurstMax: number;
  readonly settingsPerSecondMax: number;
  /**
   * DATA frames below 256 bytes that a client's windows force on us, at once and per second, beyond those that larger ones
   * make good for. Above: ENHANCE_YOUR_CALM.
   */
  readonly starvedFrameBurstMax: number;
  readonly starvedFramesPerSecondMax: number;
  /** Connections of the server. Above: a new one is closed at once. */
  readonly connectionCountMax: number;
  /** For TLS, the preface and the first SETTINGS. After: the connection is closed. */
  readonly handshakeTimeoutMs: number;
  /** From the first byte of a head to its last. After: the connection is closed. */
  readonly headTimeoutMs: number;
  /** During which nothing comes of a message that has begun. After: the stream is reset with CANCEL. */
  readonly messageTimeoutMs: number;
  /** During which a client takes none of the bytes on their way to it. After: the connection is reset. */
  readonly writeTimeoutMs: number;
  /** During which a client's windows let nothing of a waiting answer pass. After: the stream is reset with CANCEL. */
  readonly windowTimeoutMs: number;
  /** For the client to notice that the connection has failed, or is being drained, while what it sends is thrown away. */
  readonly lingerTimeoutMs: number;
  /** Without a stream. After: GOAWAY NO_ERROR and closed. 0: never, as the real server. */
  readonly idleTimeoutMs: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** The limits of a server that was given none. */
export const http2LimitsDefault: Http2Limits = {
  concurrentStreamsMax: 1024,
  headerListSizeMax: 16 * KIB,
  headerCountMax: 256,
  headerBlockSizeMax: 64 * KIB,
  continuationCountMax: 16,
  frameSizeMax: 4 * MIB,
  streamWindowSize: 4 * MIB,
  unfinishedSizeMax: 8 * 1024 * MIB,
  streamBacklogSizeMax: 64 * KIB,
  waitingSizeMax: 256 * MIB,
  unsentSizeMax: MIB,
  uselessFrameCountMax: 10_000,
  resetBurstMax: 1000,
  resetsPerSecondMax: 200,
  settingsBurstMax: 100,
  settingsPerSecondMax: 10,
  starvedFrameBurstMax: 1000,
  starvedFramesPerSecondMax: 100,
  connectionCountMax: 100_000,
  handshakeTimeoutMs: 120_000,
  headTimeoutMs: 60_000,
  messageTimeoutMs: 60_000,
  writeTimeoutMs: 60_000,
  windowTimeoutMs: 300_000,
  lingerTimeoutMs: 10_000,
  idleTimeoutMs: 0,
};
