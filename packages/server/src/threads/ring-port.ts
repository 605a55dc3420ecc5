import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import { RingQueue } from "../base/ring-queue.ts";
import { RECORD_ALIGNMENT, RECORD_HEAD_SIZE, RingReader, RingWriter } from "./ring.ts";
import {
  DOZES_PER_TURN_MAX,
  IDLE_TURNS_MAX,
  LAZY_DELAY_MS,
  RECORDS_PER_TURN_MAX,
  WAITING_COUNT_MAX,
  WORK_PER_TURN_MAX,
} from "./ring-limits.ts";

/** What a port works with. */
export interface RingPortOptions {
  /** The ring that the other side writes. */
  readonly inbound: SharedArrayBuffer;
  /** The ring that the other side reads. */
  readonly outbound: SharedArrayBuffer;
  readonly clock: Clock;
  /** Calls back in the next turn of the event loop: `setImmediate`. */
  readonly schedule: (callback: () => void) => void;
  /** Wakes the other side, whose port's `onBell` is called. */
  readonly ringBell: () => void;
  /** Takes the content of one record; reads it through `inWords` and `inBytes` before it returns. */
  readonly onRecord: (position: number, size: number) => void;
  /** The outbound ring has taken all records that had to wait for room. */
  readonly onRoom: () => void;
  /** What `onRecord` threw, or a record that cannot be: the port is closed, since nothing after it can be trusted. */
  readonly onFailure: (error: unknown) => void;
  /** Bytes of records that wait for room above which no further record is read. One of two sides has a limit at most. */
  readonly waitingBytesMax: number;
  /** Turns of the event loop without a record after which this side goes to sleep; `IDLE_TURNS_MAX` unless given. */
  readonly idleTurnsMax?: number;
  /**
   * How many milliseconds the thread may block for the next record before it waits for a bell, which costs both sides much
   * more; asked each time. Only for threads that have nothing else to do; none unless given.
   */
  readonly dozeMs?: () => number;
  /** Whether nothing is waited for, so that this side may go to sleep without looking once more; asked each turn. */
  readonly isIdle?: () => boolean;
  /** Does a piece of what the records have asked for; returns whether there is more. New records are read before each. */
  readonly work?: () => boolean;
}

/**
 * One side's end of the two rings between two threads. It knows nothing of what the records say.
 *
 * After a record or a bell the port looks again for a few turns of the event loop and only then goes to sleep: so a busy
 * pair of threads needs few bells, and an idle one no processor.
 *
 * Records that find no room wait here, in order; neither side ever blocks. A side with `waitingBytesMax` stops reading
 * meanwhile, so that the other one's ring fills and holds it back; the other one reads on, or both would wait for ever.
 */
export class RingPort {
  /** The views for reading the record that `onRecord` was given. */
  readonly inWords: Int32Array;
  readonly inBytes: Buffer;
  /** The views for writing the record that `begin` began. */
  words: Int32Array;
  bytes: Buffer;
  readonly #options: RingPortOptions;
  readonly #reader: RingReader;
  readonly #writer: RingWriter;
  readonly #waiting = new RingQueue<Buffer>(WAITING_COUNT_MAX);
  #waitingBytes = 0;
  #mustWait = false;
  #isBegun = false;
  #isBellDue = false;
  #isLooking = false;
  #isClosed = false;
  #idleTurns = 0;
  #cancelLazy: (() => void) | null = null;

  constructor(options: RingPortOptions) {
    this.#options = options;
    this.#reader = new RingReader(options.inbound);
    this.#writer = new RingWriter(options.outbound);
    this.inWords = this.#reader.words;
    this.inBytes = this.#reader.bytes;
    this.words = this.#writer.words;
    this.bytes = this.#writer.bytes;
    if (!this.#reader.sleep()) {
      this.expect();
    }
  }

  /** Whether records wait for room. */
  get isFull(): boolean {
    return this.#waiting.size > 0;
  }

  /**
   * Begins a record, which the caller writes through `words` and `bytes` and then ends.
   *
   * @param contentSize bytes of the record; at most half a ring
   * @returns the position of the content in `bytes`, a multiple of 4
   */
  begin(contentSize: number): number {
    assert(!this.#isBegun, "a record is ended before the next one begins");
    this.#isBegun = true;
    const size = RECORD_HEAD_SIZE + contentSize;
    const position = this.isFull ? -1 : this.#reserve(size);
    this.#mustWait = position < 0;
    if (position >= 0) {
      return position + RECORD_HEAD_SIZE;
    }
    const memory = new ArrayBuffer((size + RECORD_ALIGNMENT - 1) & -RECORD_ALIGNMENT);
    this.bytes = Buffer.from(memory);
    this.words = new Int32Array(memory);
    return RECORD_HEAD_SIZE;
  }

  /** Gives the record to the other side and wakes it if it sleeps. */
  end(): void {
    if (this.#finish()) {
      this.#ringIfAsleep();
    }
  }

  /** Gives the record to the other side and leaves waking it to `ring`, which is to follow soon. */
  endQuietly(): void {
    if (this.#finish()) {
      this.#isBellDue = true;
    }
  }

  /** Wakes the other side if it sleeps and has been given something. */
  ring(): void {
    if (this.#isBellDue) {
      this.#isBellDue = false;
      this.#ringIfAsleep();
    }
  }

  /** Reads and works at once, outside the turns of the event loop. */
  poll(): void {
    if (!this.#isClosed && !this.isFull) {
      this.#readAndWork();
    }
  }

  /** Gives the record to the other side, which may take its time to read it. */
  endLazily(): void {
    if (this.#finish() && this.#cancelLazy === null && this.#writer.isReaderAsleep) {
      this.#cancelLazy = this.#options.clock.setTimer(LAZY_DELAY_MS, () => {
        this.#cancelLazy = null;
        if (!this.#writer.isEmpty) {
          this.#ringIfAsleep();
        }
      });
    }
  }

  /** The other side has rung. */
  onBell(): void {
    if (this.#wake()) {
      this.#turn();
    }
  }

  /** Looks for records in the next turns of the event loop, since an answer is likely to come soon. */
  expect(): void {
    if (this.#wake()) {
      this.#options.schedule(this.#turn);
    }
  }

  /** Reads what is left of a side that has ended, and closes. */
  finish(): void {
    while (!this.#isClosed && this.#read() > 0) {}
    this.close();
  }

  /** Reads and rings no more; what is written goes nowhere. */
  close(): void {
    this.#isClosed = true;
    this.#cancelLazy?.();
    this.#cancelLazy = null;
    while (this.#waiting.shift() !== undefined) {}
    this.#waitingBytes = 0;
  }

  /** Ends sleeping; returns whether the caller makes the first turn. */
  #wake(): boolean {
    this.#idleTurns = 0;
    if (this.#isLooking || this.#isClosed) {
      return false;
    }
    this.#isLooking = true;
    this.#reader.wake();
    return true;
  }

  #ringIfAsleep(): void {
    if (!this.#isClosed && this.#writer.takeBell() && !this.#writer.wakeDozing()) {
      this.#options.ringBell();
    }
  }

  /** Returns whether the record is in the ring. */
  #finish(): boolean {
    assert(this.#isBegun, "a record is begun before it is ended");
    this.#isBegun = false;
    if (!this.#mustWait) {
      this.#writer.publish();
      return true;
    }
    if (!this.#isClosed) {
      this.#waiting.push(this.bytes);
      this.#waitingBytes += this.bytes.byteLength;
    }
    this.bytes = this.#writer.bytes;
    this.words = this.#writer.words;
    return false;
  }

  #reserve(size: number): number {
    const position = this.#writer.reserve(size);
    if (position >= 0) {
      return position;
    }
    this.#writer.awaitRoom();
    return this.#writer.reserve(size);
  }

  /** Moves records that wait into the ring, as many as have room. */
  #flush(): void {
    for (let record = this.#waiting.peek(); record !== undefined; record = this.#waiting.peek()) {
      const position = this.#reserve(record.byteLength);
      if (position < 0) {
        return;
      }
      record.copy(this.#writer.bytes, position + RECORD_HEAD_SIZE, RECORD_HEAD_SIZE);
      this.#writer.publish();
      this.#waiting.shift();
      this.#waitingBytes -= record.byteLength;
      this.#ringIfAsleep();
    }
    this.#options.onRoom();
  }

  /** Reads some records; returns how many. */
  #read(): number {
    try {
      return this.#reader.read(RECORDS_PER_TURN_MAX, this.#visit);
    } catch (error) {
      this.close();
      this.#options.onFailure(error);
      return 0;
    }
  }

  readonly #visit = (position: number, size: number): void => {
    this.#options.onRecord(position + RECORD_HEAD_SIZE, size - RECORD_HEAD_SIZE);
  };

  readonly #turn = (): void => {
    if (this.#isClosed) {
      return;
    }
    if (this.isFull) {
      this.#flush();
    }
    this.ring();
    const isHeldBack = this.#waitingBytes > this.#options.waitingBytesMax;
    if (!isHeldBack && this.#readAndWork() > 0) {
      this.#idleTurns = 0;
    } else {
      this.#idleTurns++;
    }
    if (this.#isClosed) {
      return;
    }
    if (!isHeldBack && this.#doze()) {
      this.#isLooking = false;
      return;
    }
    // Who is held back is woken by the room bell, and would find records to read at once until then.
    if (this.#mayRest() && (isHeldBack || this.#reader.sleep())) {
      this.#isLooking = false;
    } else {
      this.#options.schedule(this.#turn);
    }
  };

  #mayRest(): boolean {
    const { idleTurnsMax = IDLE_TURNS_MAX, isIdle } = this.#options;
    return this.#idleTurns > idleTurnsMax || isIdle?.() === true;
  }

  /** Reads, and works until nothing is left to do. Returns the number of records. */
  #readAndWork(): number {
    let count = this.#readWithRoomBell();
    const { work } = this.#options;
    if (work === undefined) {
      return count;
    }
    for (let pieces = 0; pieces < WORK_PER_TURN_MAX && !this.#isClosed && work(); pieces++) {
      count += this.#readWithRoomBell();
    }
    this.ring();
    return count;
  }

  #readWithRoomBell(): number {
    const count = this.#read();
    if (count > 0 && !this.#isClosed && this.#reader.takeRoomBell()) {
      this.#options.ringBell();
    }
    return count;
  }

  /** Blocks for further records, and reads them, as long as it may and some come. Returns whether this side sleeps now. */
  #doze(): boolean {
    for (let count = 0; count < DOZES_PER_TURN_MAX && !this.#isClosed; count++) {
      const dozeMs = this.isFull ? 0 : (this.#options.dozeMs?.() ?? 0);
      if (dozeMs === 0) {
        return false;
      }
      if (this.#reader.sleep() && !this.#reader.doze(dozeMs)) {
        return true;
      }
      if (this.#readAndWork() > 0) {
        this.#idleTurns = 0;
      }
    }
    return false;
  }
}
