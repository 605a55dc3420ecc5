/** The largest whole number whose leading zeros are counted in one instruction. */
const INT32_MAX = 0x7f_ff_ff_ff;

/**
 * Whether runs of a certain input size are to be made on the event loop (inline) or on a native thread, which costs the
 * two threads 6 to 50 µs of hand-off.
 *
 * One state a size class (a power of two of input bytes), since a model's time grows with its input:
 * ```
 *   thread ── half of a window of runs are cheap ──► inline
 *   thread ◄── runs over the bound, or most of a window not cheap ── inline                (the next window is longer)
 * ```
 * A run may be over the bound only because the kernel gave the core to somebody else in the middle of it, which on a busy
 * machine happens all the time and says nothing about the model. So such a run makes the class suspect: its next runs are
 * measured in processor time too, and one that is over the bound by that sends it back. If there is none, the class is
 * trusted for a while, since asking the kernel for the processor time may cost more than a run.
 * A model that waits in its runs without using the processor is not cheap in most of them, which is noticed anyway.
 */
export class ExecutionPace {
  readonly #classes: SizeClassPace[] = [];
  readonly #enterNs: number;

  /** @param instanceCount those that run: several could run at the same time on threads, one after the other inline */
  constructor(instanceCount: number) {
    this.#enterNs = instanceCount === 1 ? INLINE_ENTER_NS : SHARED_INLINE_ENTER_NS;
  }

  /** Whether the next run with this many input bytes is to be made on the event loop. */
  isInline(inputByteSize: number): boolean {
    return this.#classOf(inputByteSize).isInline;
  }

  /** Whether the next run on the event loop is to be measured in processor time as well. */
  isSuspect(inputByteSize: number): boolean {
    return this.#classOf(inputByteSize).isSuspect;
  }

  /**
   * After a run on the event loop.
   *
   * @param cpuNs the thread's processor time for it if `isSuspect` asked for that, otherwise null
   */
  onInlineRun(inputByteSize: number, durationNs: number, cpuNs: number | null): void {
    this.#classOf(inputByteSize).onInlineRun(durationNs, cpuNs);
  }

  /** After a run on a native thread; the duration is that of the run alone. */
  onThreadRun(inputByteSize: number, durationNs: number): void {
    this.#classOf(inputByteSize).onThreadRun(durationNs);
  }

  #classOf(inputByteSize: number): SizeClassPace {
    const index = bitCount(inputByteSize);
    let pace = this.#classes[index];
    if (pace === undefined) {
      pace = new SizeClassPace(this.#enterNs);
      this.#classes[index] = pace;
    }
    return pace;
  }
}

/**
 * A run on a thread this short is cheap: handing it over costs as much, or more than half as much on a machine where the
 * threads share a core.
 */
export const INLINE_ENTER_NS = 50_000;

/** The same of a model with several instances, which lose what they would do at the same time. */
export const SHARED_INLINE_ENTER_NS = 20_000;

/** A run on the event loop so many times longer than cheap is no longer cheap: a class stays put. */
export const INLINE_LEAVE_FACTOR = 2;

/** How long one run may block the event loop: longer ones send their class back to the threads. */
export const INLINE_RUN_NS_MAX = 500_000;

/** How long the event loop may be blocked by one run after the other without a turn of its own. */
export const INLINE_TURN_NS_MAX = 1_000_000;

/** Runs on a thread that are looked at before a class may become inline; doubled each time that it was sent back. */
export const WINDOW_RUN_COUNT_MIN = 8;
export const WINDOW_RUN_COUNT_MAX = 65_536;

/** Runs that are measured in processor time after one that was over the bound. */
export const SUSPECT_RUN_COUNT = 256;

/** Runs after these, whatever they take, until one that is over the bound makes the class suspect again. */
export const TRUSTED_RUN_COUNT = 4096;

/** A run this many times over the bound lengthens the window as much as that many times too long a run. */
const EXCESS_FACTOR = 10;

/** Inline runs that are judged together. */
const INLINE_WINDOW_RUN_COUNT = 16;

/** After this many inline runs without being sent back, a class has its short window again. */
const CALM_RUN_COUNT = 4096;

class SizeClassPace {
  isInline = false;
  #runCount = 0;
  /** On a thread: cheap runs of the window. Inline: costly ones. */
  #exceptionCount = 0;
  #calmRunCount = 0;
  #windowRunCount = WINDOW_RUN_COUNT_MIN;
  /** Runs until the class may become suspect: first those that are measured in processor time, then the trusted ones. */
  #suspicion = 0;
  readonly #enterNs: number;

  constructor(enterNs: number) {
    this.#enterNs = enterNs;
  }

  get isSuspect(): boolean {
    return this.#suspicion > TRUSTED_RUN_COUNT;
  }

  onThreadRun(durationNs: number): void {
    if (this.isInline) {
      // It was there for another reason: the event loop was due a turn, or the class has changed in the meantime.
      return;
    }
    this.#runCount++;
    if (durationNs <= this.#enterNs) {
      this.#exceptionCount++;
    }
    if (this.#runCount >= this.#windowRunCount) {
      this.#change(this.#exceptionCount * 2 >= this.#runCount);
    }
  }

  onInlineRun(durationNs: number, cpuNs: number | null): void {
    if (this.#suspicion > 0) {
      this.#suspicion--;
    }
    if (durationNs > INLINE_RUN_NS_MAX && this.#isOverrun(cpuNs)) {
      this.#sendBack(durationNs > EXCESS_FACTOR * INLINE_RUN_NS_MAX ? 64 : 2);
      return;
    }
    this.#runCount++;
    if (durationNs > INLINE_LEAVE_FACTOR * this.#enterNs) {
      this.#exceptionCount++;
    }
    if (this.#runCount < INLINE_WINDOW_RUN_COUNT) {
      return;
    }
    if (this.#exceptionCount * 2 > this.#runCount) {
      this.#sendBack(2);
      return;
    }
    this.#calmRunCount += this.#runCount;
    if (this.#calmRunCount >= CALM_RUN_COUNT) {
      this.#windowRunCount = WINDOW_RUN_COUNT_MIN;
    }
    this.#change(true);
  }

  /** Takes note of a run that was over the bound, and says whether it was the model's own doing. */
  #isOverrun(cpuNs: number | null): boolean {
    if (this.#suspicion === 0) {
      this.#suspicion = SUSPECT_RUN_COUNT + TRUSTED_RUN_COUNT;
    }
    return cpuNs !== null && cpuNs > INLINE_RUN_NS_MAX;
  }

  #sendBack(factor: number): void {
    this.#windowRunCount = Math.min(this.#windowRunCount * factor, WINDOW_RUN_COUNT_MAX);
    this.#calmRunCount = 0;
    this.#change(false);
  }

  #change(isInline: boolean): void {
    this.isInline = isInline;
    this.#runCount = 0;
    this.#exceptionCount = 0;
  }
}

/** Binary digits of a whole number. */
function bitCount(value: number): number {
  return value <= INT32_MAX ? 32 - Math.clz32(value) : Math.floor(Math.log2(value)) + 1;
}
