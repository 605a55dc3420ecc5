import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { Service } from "./service.ts";

const TICK_MS = 1000;

/** What `drainService` works with. */
export interface DrainOptions {
  /** What the log says that it waits for. */
  readonly what: string;
  readonly timeoutSecs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Closes a service: waits for its connections, logs once a second how many there are, and cuts them when the time is
 * over.
 *
 * @returns the seconds that are left for what has to stop next
 * @see Triton server src/http_server.cc `HTTPServer::Stop`, src/grpc/grpc_server.cc `Server::WaitForConnectionsToClose`
 */
export async function drainService(service: Service, options: DrainOptions): Promise<number> {
  const { what, clock, log } = options;
  let remainingSecs = options.timeoutSecs;
  let isClosed = false;
  const closed = service.close().then(() => {
    isClosed = true;
  });
  // A service without running requests closes within a few turns of the event loop: nothing to report then.
  await settledWithin(clock, closed, 0);
  while (!isClosed && remainingSecs > 0) {
    const count = service.connectionCount();
    log.info(`Timeout ${remainingSecs}: Found ${count} ${what}`);
    await settledWithin(clock, closed, TICK_MS);
    remainingSecs -= isClosed ? 0 : 1;
  }
  if (!isClosed) {
    service.destroy();
    await closed;
  }
  return remainingSecs;
}

/** Resolves when the promise settles or the time is over; rejects if the promise does. */
function settledWithin(clock: Clock, promise: Promise<void>, delayMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.setTimer(delayMs, resolve);
    promise.then(() => {
      cancel();
      resolve();
    }, reject);
  });
}
