/** The longest delay that a timer takes, in milliseconds. */
const FOREVER_MS = 2 ** 31 - 1;

/**
 * Keeps the event loop, and with it the process, alive until the returned function is called: for a server that waits
 * for a signal, since neither a signal handler nor a `Clock` timer does that.
 */
export function keepAlive(): () => void {
  const timer = setInterval(() => {}, FOREVER_MS);
  return () => {
    clearInterval(timer);
  };
}
