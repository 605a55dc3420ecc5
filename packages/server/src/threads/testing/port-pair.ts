import { type Clock, systemClock } from "../../base/clock.ts";
import { createRingMemory } from "../ring.ts";
import { RingPort, type RingPortOptions } from "../ring-port.ts";

/** Bytes of records in either ring: few, so that it is full soon. */
const CAPACITY = 1024;
/** Turns and bells after which two ports that do not come to rest are given up. */
const STEPS_MAX = 1_000_000;

/** What a pair may be made with. */
export interface PortPairOptions {
  readonly clock?: Clock;
  readonly leftWaitingBytesMax?: number;
  /** Asked of the right side. */
  readonly rightDozeMs?: () => number;
  readonly rightWork?: () => boolean;
  readonly rightIsIdle?: () => boolean;
}

/** One port whose event loop is the test's: turns and bells wait until they are given. */
export class PortSide {
  readonly port: RingPort;
  readonly received: number[] = [];
  readonly failures: unknown[] = [];
  bellCount = 0;
  roomCount = 0;
  onRecord: (value: number) => unknown = () => {};
  /** What the event loop has to do. */
  readonly pending: (() => void)[] = [];

  constructor(
    inbound: SharedArrayBuffer,
    outbound: SharedArrayBuffer,
    ringBell: () => void,
    clock: Clock,
    options: Pick<RingPortOptions, "waitingBytesMax" | "dozeMs" | "work" | "isIdle">,
  ) {
    this.port = new RingPort({
      inbound,
      outbound,
      clock,
      schedule: (callback) => this.pending.push(callback),
      ringBell: () => {
        this.bellCount++;
        ringBell();
      },
      onRecord: (position) => {
        const value = this.port.inWords[position >> 2] ?? -1;
        this.received.push(value);
        this.onRecord(value);
      },
      onRoom: () => {
        this.roomCount++;
      },
      onFailure: (error) => this.failures.push(error),
      ...options,
    });
  }

  /** Sends a record of one number, padded with `padding` bytes. */
  send(value: number, how: "at once" | "lazily" | "quietly" = "at once", padding = 0): void {
    const position = this.port.begin(4 + padding);
    this.port.words[position >> 2] = value;
    switch (how) {
      case "at once":
        this.port.end();
        break;
      case "lazily":
        this.port.endLazily();
        break;
      case "quietly":
        this.port.endQuietly();
    }
  }

  /** Does what is first in the event loop; returns whether there was anything. */
  step(): boolean {
    const next = this.pending.shift();
    next?.();
    return next !== undefined;
  }
}

/** Two ports with two rings between them, in one thread. */
export class PortPair {
  readonly left: PortSide;
  readonly right: PortSide;

  constructor(options: PortPairOptions = {}) {
    const { clock = systemClock, leftWaitingBytesMax, rightDozeMs } = options;
    const { rightWork, rightIsIdle } = options;
    const toRight = createRingMemory(CAPACITY);
    const toLeft = createRingMemory(CAPACITY);
    const waitingBytesMax = Number.POSITIVE_INFINITY;
    this.left = new PortSide(toLeft, toRight, () => ring(this.right), clock, {
      waitingBytesMax: leftWaitingBytesMax ?? waitingBytesMax,
    });
    this.right = new PortSide(toRight, toLeft, () => ring(this.left), clock, {
      waitingBytesMax,
      dozeMs: rightDozeMs ?? (() => 0),
      work: rightWork ?? (() => false),
      isIdle: rightIsIdle ?? (() => false),
    });
  }

  /** Gives both sides, or one, their turns until nothing is left to do. */
  settle(only: "left" | "both" = "both"): void {
    for (let count = 0; count < STEPS_MAX; count++) {
      const hasStepped = this.left.step();
      if (!(only === "both" && this.right.step()) && !hasStepped) {
        return;
      }
    }
    throw new Error("the ports do not come to rest");
  }
}

function ring(side: PortSide): void {
  side.pending.push(() => side.port.onBell());
}
