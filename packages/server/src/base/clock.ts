/** Time, injected wherever it matters so that tests and simulations own it. */
export interface Clock {
  /** Monotonic nanoseconds since an arbitrary start. A double: exact to 1 ns for the first 104 days, to 4 ns for years. */
  nowNs(): number;
  /** Wall-clock milliseconds since the Unix epoch. */
  epochMs(): number;
  /** Calls back once after `delayMs`; the returned function cancels it. Does not keep the process alive. */
  setTimer(delayMs: number, callback: () => void): () => void;
}

/** The process's own clock. */
export const systemClock: Clock = {
  nowNs: () => performance.now() * 1e6,
  epochMs: () => Date.now(),
  setTimer(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  },
};
