import { StatusCode, TritonError } from "@nereid/protocol";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { ModelLifecycle } from "./model-lifecycle.ts";
import type { RepositoryControl } from "./repository-control.ts";

const TICK_MS = 1000;

/** What a shutdown works with. */
export interface ShutdownOptions {
  readonly lifecycle: ModelLifecycle;
  readonly control: RepositoryControl;
  readonly clock: Clock;
  readonly log: Logger;
  readonly timeoutSecs: number;
}

/**
 * Ends every model: no new requests, the accepted ones answered, then everything unloaded, what was still being loaded
 * included. Once a second it logs what it still waits for; it does not wait for a full second when there is nothing to
 * wait for.
 *
 * @throws {TritonError} Internal when the time is over first
 * @see Triton core src/server.cc, InferenceServer::Stop
 */
export async function drainAndUnload(options: ShutdownOptions): Promise<void> {
  const { control, lifecycle, log } = options;
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
  log.info("All models are stopped, unloading models");
  for (;;) {
    // Again after each wait: a load that was under way may have brought a model into service.
    control.unloadAll();
    const { closingCount } = lifecycle;
    const { operationCount } = control;
    log.info(
      `Timeout ${remainingSecs}: Found ${closingCount} live models and ${operationCount} in-flight non-inference requests`,
    );
    if (closingCount === 0 && operationCount === 0) {
      return;
    }
    await tick(control.settled().then(() => lifecycle.closed()));
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
