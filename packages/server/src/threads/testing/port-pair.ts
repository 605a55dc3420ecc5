import { type Clock, systemClock } from "../../base/clock.ts";
import { createRingMemory } from "../ring.ts";
import { RingPort } from "../ring-port.ts";

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
    waitingBytesMax: number,
    dozeMs: () => number = () => 0,
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
      waitingBytesMax,
      dozeMs,
    });
  }

  /** Sends a record of one number, padded with `padding` bytes. */
  send(value: number, isLazy = false, padding = 0): void {
    const position = this.port.begin(4 + padding);
    this.port.words[position >> 2] = value;
    if (isLazy) {
      this.port.endLazily();
    } else {
      this.port.end();
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

  constructor({ clock = systemClock, leftWaitingBytesMax, rightDozeMs }: PortPairOptions = {}) {
    const toRight = createRingMemory(CAPACITY);
    const toLeft = createRingMemory(CAPACITY);
    const limit = leftWaitingBytesMax ?? Number.POSITIVE_INFINITY;
    this.left = new PortSide(toLeft, toRight, () => ring(this.right), clock, limit);
    const right = { limit: Number.POSITIVE_INFINITY };
    this.right = new PortSide(
      toRight,
      toLeft,
      () => ring(this.left),
      clock,
      right.limit,
      rightDozeMs,
    );
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
