/**
 * Every limit of a connection and of the server. What a client gets when it passes one is said with each; see
 * `wire-error.ts` for the bodies.
 */
export interface WireLimits {
  /** Bytes of request line and header lines together, line ends included. Above: 431, connection closed. */
  readonly headSizeMax: number;
  /** Header lines of one request. Above: 431, connection closed. */
  readonly headerCountMax: number;
  /** Bytes of the request target. Above: 414, connection closed. */
  readonly targetSizeMax: number;
  /** Non-empty chunks of one body. Above: 400 with Triton's text, connection closed. */
  readonly chunkCountMax: number;
  /** Bytes of trailer lines together, line ends included. Above: 431, connection closed. */
  readonly trailerSizeMax: number;
  /** Bytes of an unwanted body that are read and thrown away to keep the connection. Above: the connection is closed. */
  readonly discardSizeMax: number;
  /** Requests of one connection that are not fully answered. Above: the connection is not read until one is. */
  readonly pipelineDepthMax: number;
  /** Body bytes of such requests together; a further request is not parsed while they are above. */
  readonly pipelinedBodySizeMax: number;
  /** Answer bytes that the client has not taken; no further request is parsed while they are above. */
  readonly unsentSizeMax: number;
  /** Connections of the server. Above: a new one is closed at once. */
  readonly connectionCountMax: number;
  /** From the first byte of a head to its end. After: 408, connection closed. */
  readonly headTimeoutMs: number;
  /** Between two pieces of a body that each add up to `bodyProgressSizeMin`. After: 408, connection closed. */
  readonly bodyTimeoutMs: number;
  /** Bytes of body that a client must send in each `bodyTimeoutMs`. */
  readonly bodyProgressSizeMin: number;
  /** During which a client with unsent answer bytes takes none. After: the connection is reset. */
  readonly writeTimeoutMs: number;
  /** For the client to notice that an answer was the last one, while what it still sends is thrown away. */
  readonly lingerTimeoutMs: number;
  /** Without a request. After: the connection is closed. 0: never, as the real server. */
  readonly idleTimeoutMs: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** The limits of a server that was given none. */
export const wireLimitsDefault: WireLimits = {
  headSizeMax: 64 * KIB,
  headerCountMax: 256,
  targetSizeMax: 16 * KIB,
  chunkCountMax: 65536,
  trailerSizeMax: 8 * KIB,
  discardSizeMax: 64 * MIB,
  pipelineDepthMax: 16,
  pipelinedBodySizeMax: MIB,
  unsentSizeMax: MIB,
  connectionCountMax: 100_000,
  headTimeoutMs: 60_000,
  bodyTimeoutMs: 60_000,
  bodyProgressSizeMin: 4 * KIB,
  writeTimeoutMs: 60_000,
  lingerTimeoutMs: 10_000,
  idleTimeoutMs: 0,
};
