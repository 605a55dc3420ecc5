/**
 * How long a silent client is trusted, and how often a client may ask whether we are there.
 *
 * Durations are milliseconds; those of a connection are kept to within a tenth, or a second if that is less.
 *
 * @see Triton server, --grpc-keepalive-time and its siblings; gRPC's doc/keepalive.md
 */
export interface KeepalivePolicy {
  /** After which silence the client is sent a PING. */
  readonly timeMs: number;
  /** During which it must send anything after that. After: the connection is closed. */
  readonly timeoutMs: number;
  /** Whether connections without streams are pinged too, and clients may ping on them as often as with streams. */
  readonly permitsWithoutCalls: boolean;
  /** Pings that we send without having sent data or headers in between; 0 sets no limit. */
  readonly pingsWithoutDataMax: number;
  /** Between two pings of a client while we send it neither data nor headers. Sooner is a strike. */
  readonly recvPingIntervalWithoutDataMsMin: number;
  /** Strikes after which the next one ends the connection: GOAWAY ENHANCE_YOUR_CALM "too_many_pings". 0: never. */
  readonly pingStrikesMax: number;
  /** Age at which a connection is drained (GOAWAY "max_age"), a tenth more or less; 0: never. */
  readonly connectionAgeMsMax: number;
  /** During which its streams may finish after that. After: it is closed. 0: they have all the time they need. */
  readonly connectionAgeGraceMs: number;
}

/** Triton's defaults. */
export const keepalivePolicyDefault: KeepalivePolicy = {
  timeMs: 7_200_000,
  timeoutMs: 20_000,
  permitsWithoutCalls: false,
  pingsWithoutDataMax: 2,
  recvPingIntervalWithoutDataMsMin: 300_000,
  pingStrikesMax: 2,
  connectionAgeMsMax: 0,
  connectionAgeGraceMs: 0,
};
