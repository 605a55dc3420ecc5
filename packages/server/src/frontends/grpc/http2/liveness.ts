import type { KeepalivePolicy } from "./keepalive-policy.ts";

/** Between two pings of a client that has no stream, unless the policy permits more. */
const IDLE_PING_INTERVAL_MS_MIN = 2 * 3600 * 1000;
/** By how much ages differ from what the policy says, so that connections made together do not end together. */
const AGE_JITTER = 0.1;
/** Consecutive multiples of it are spread evenly over 0 … 1. */
const GOLDEN_RATIO_FRACTION = 0.618_033_988_749_895;
/** Longer than any connection lives. */
const NEVER_MS = Number.MAX_SAFE_INTEGER;

/** What is to be done about a connection. */
export const LivenessAction = {
  None: 0,
  /** The client is to be sent a PING. */
  Ping: 1,
  /** The client has been silent for too long after one. */
  GiveUp: 2,
} as const;

/** One of the actions. */
export type LivenessAction = (typeof LivenessAction)[keyof typeof LivenessAction];

/**
 * Watches one connection by the keepalive policy. Times are given to it, in milliseconds of one clock; what it answers is
 * for the connection to carry out.
 *
 * @see gRPC's proposals A8 (client side keepalive) and A9 (server side connection management)
 */
export class Liveness {
  /** When the connection is to be drained. */
  readonly drainAtMs: number;
  readonly #policy: KeepalivePolicy;
  #receivedAtMs: number;
  /** When the ping was sent that nothing has come after; -1 if there is none. */
  #pingSentAtMs = -1;
  #pingsWithoutData = 0;
  /** When the client's last PING came that no data of ours has followed. */
  #clientPingAtMs = Number.NEGATIVE_INFINITY;
  #strikes = 0;

  /** @param serial of the connection; spreads the ages */
  constructor(policy: KeepalivePolicy, nowMs: number, serial: number) {
    this.#policy = policy;
    this.#receivedAtMs = nowMs;
    const spread = 2 * ((serial * GOLDEN_RATIO_FRACTION) % 1) - 1;
    const age = policy.connectionAgeMsMax * (1 + AGE_JITTER * spread);
    this.drainAtMs = policy.connectionAgeMsMax === 0 ? NEVER_MS : nowMs + age;
  }

  /** Anything has come from the client. */
  received(nowMs: number): void {
    this.#receivedAtMs = nowMs;
    this.#pingSentAtMs = -1;
  }

  /** Data or a head has been sent to the client: it may ping, and so may we. */
  sent(): void {
    this.#strikes = 0;
    this.#clientPingAtMs = Number.NEGATIVE_INFINITY;
    this.#pingsWithoutData = 0;
  }

  /** The client has sent a PING. Returns whether it may. */
  pingCame(nowMs: number, hasStreams: boolean): boolean {
    const { recvPingIntervalWithoutDataMsMin, permitsWithoutCalls, pingStrikesMax } = this.#policy;
    const intervalMs =
      hasStreams || permitsWithoutCalls
        ? recvPingIntervalWithoutDataMsMin
        : IDLE_PING_INTERVAL_MS_MIN;
    const isTooEarly = nowMs - this.#clientPingAtMs < intervalMs;
    this.#clientPingAtMs = nowMs;
    if (isTooEarly) {
      this.#strikes++;
    }
    return this.#strikes <= pingStrikesMax || pingStrikesMax === 0;
  }

  /** Says what is to be done. `toleranceMs` is how much too early the given times may lie. */
  check(nowMs: number, toleranceMs: number, hasStreams: boolean): LivenessAction {
    const { timeMs, timeoutMs, permitsWithoutCalls, pingsWithoutDataMax } = this.#policy;
    if (this.#pingSentAtMs >= 0) {
      const isOverdue = nowMs - this.#pingSentAtMs - toleranceMs >= timeoutMs;
      return isOverdue ? LivenessAction.GiveUp : LivenessAction.None;
    }
    if (nowMs - this.#receivedAtMs < timeMs || !(hasStreams || permitsWithoutCalls)) {
      return LivenessAction.None;
    }
    if (pingsWithoutDataMax > 0 && this.#pingsWithoutData >= pingsWithoutDataMax) {
      return LivenessAction.None;
    }
    this.#pingsWithoutData++;
    this.#pingSentAtMs = nowMs;
    return LivenessAction.Ping;
  }
}
