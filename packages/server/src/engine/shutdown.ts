import { StatusCode, TritonError } from "@nereid/protocol";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { ModelLifecycle } from "./model-lifecycle.ts";

const TICK_MS = 1000;

/** What a shutdown works with. */
export interface ShutdownOptions {
  readonly lifecycle: ModelLifecycle;
  /** Takes every model out of service. */
  readonly unloadAll: () => void;
  readonly clock: Clock;
  readonly log: Logger;
  readonly timeoutSecs: number;
}

/**
 * Ends every model: no new requests, the accepted ones answered, then everything unloaded. Once a second it logs what it
 * still waits for; it does not wait for a full second when there is nothing to wait for.
 *
 * @throws {TritonError} Internal when the time is over first
 * @see Triton core src/server.cc, InferenceServer::Stop
 */
export async function drainAndUnload(options: ShutdownOptions): Promise<void> {
  const { lifecycle, log, unloadAll } = options;
  log.info("Waiting for in-flight requests to complete.");
  lifecycle.stopAll();
  let remainingSecs = options.timeoutSecs;
  const tick = async (until: Promise<void>): Promise<void> => {
    if (remainingSecs <= 0) {
      throw new TritonError(StatusCode.Internal, "Exit timeout expired. Exiting immediately.");
    }
    const isDone = await settlesWithin(options.clock, until, TICK_MS);
    remainingSecs -= isDone ? 0 : 1;
  };
  for (;;) {
    const inflight = lifecycle.inflight();
    log.info(
      `Timeout ${remainingSecs}: Found ${inflight.length} model versions that have in-flight inferences`,
    );
    for (const { name, version, count } of inflight) {
      log.info(`Model '${name}' (version ${version}) has ${count} in-flight inferences`);
    }
    if (inflight.length === 0) {
      break;
    }
    await tick(lifecycle.idle());
  }
  unloadAll();
  log.info("All models are stopped, unloading models");
  for (;;) {
    const { closingCount } = lifecycle;
    log.info(
      `Timeout ${remainingSecs}: Found ${closingCount} live models and 0 in-flight non-inference requests`,
    );
    if (closingCount === 0) {
      return;
    }
    await tick(lifecycle.closed());
  }
}

/** Whether the promise settled before the time was over. */
function settlesWithin(clock: Clock, promise: Promise<void>, delayMs: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const cancel = clock.setTimer(delayMs, () => {
      resolve(false);
    });
    promise.then(() => {
      cancel();
      resolve(true);
    }, reject);
  });
}
