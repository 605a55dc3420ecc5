import { StatusCode, TritonError } from "@nereid/protocol";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { Instance } from "../model/backend.ts";
import { Batch } from "../model/batch.ts";
import type { ModelSpec } from "../model/model-spec.ts";
import type { ResponseSender } from "../model/request.ts";
import type { VersionStatistics } from "./version-statistics.ts";
import type { WarmUpSample } from "./warm-up-samples.ts";

/** What a warm-up works with. */
export interface WarmUpOptions {
  readonly spec: ModelSpec;
  readonly samples: readonly WarmUpSample[];
  /** Counts the runs like a client's, as in the real server. */
  readonly statistics: VersionStatistics;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Nobody waits for the answers one by one: they are read with their batch. */
const NO_SENDER: ResponseSender = {
  send: () => {},
};

/**
 * Runs every sample on one instance, before its model is ready. No scheduler and no rate limiter is asked.
 *
 * @throws {TritonError} InvalidArg naming the sample and what was wrong with each of its requests
 * @see Triton core src/backend_model_instance.cc `TritonModelInstance::WarmUp`
 */
export async function warmUpInstance(instance: Instance, options: WarmUpOptions): Promise<void> {
  const { spec, samples, log } = options;
  for (const sample of samples) {
    for (let iteration = 1; iteration <= sample.runCount; iteration++) {
      log.verbose(
        1,
        `model '${spec.name}' instance ${instance.placement.name} is running warmup sample '${sample.name}' for iteration ${iteration}`,
      );
      await runSample(instance, sample, options);
    }
  }
}

async function runSample(
  instance: Instance,
  sample: WarmUpSample,
  { clock, statistics }: WarmUpOptions,
): Promise<void> {
  const requests = sample.createRequests(NO_SENDER, clock.nowNs());
  const failures = requests.map((): TritonError | null => null);
  const batch = await new Promise<Batch>((resolve) => {
    const running = new Batch(requests, {
      onBatchResponse: (open, index, response, isFinal) => {
        failures[index] ??= response?.error ?? null;
        response?.release();
        if (isFinal && open.isComplete && !open.isOpen) {
          resolve(open);
        }
      },
      onBatchComplete: (complete, outcomes) => {
        for (const [index, outcome] of outcomes.entries()) {
          failures[index] ??= outcome?.error ?? null;
          outcome?.release();
        }
        if (!complete.isOpen) {
          resolve(complete);
        }
      },
    });
    for (const request of requests) {
      request.state = "executing";
    }
    running.computeStartNs = clock.nowNs();
    instance.execute(running);
  });
  const endNs = clock.nowNs();
  let errors = "";
  for (const [index, request] of requests.entries()) {
    const error = failures[index] ?? null;
    if (error === null) {
      statistics.recordSuccess(request, batch, endNs);
    } else {
      errors += `${error.message}; `;
    }
  }
  if (errors !== "") {
    throw new TritonError(
      StatusCode.InvalidArg,
      `failed to run warmup sample '${sample.name}': ${errors}`,
    );
  }
  statistics.recordExecution(batch, clock.epochMs());
}
