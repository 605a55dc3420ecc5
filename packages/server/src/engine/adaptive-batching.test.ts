import assert from "node:assert/strict";
import { test } from "node:test";
import { type Logger, nullLogger } from "../base/logger.ts";
import { Batch } from "../model/batch.ts";
import { InferenceRequest } from "../model/request.ts";
import { InferenceResponse } from "../model/response.ts";
import { onBatchEnd } from "../model/testing/batch-listener.ts";
import { modelSpec } from "../model/testing/model-spec.ts";
import type { BatchLimits } from "../scheduling/latency-controller.ts";
import { AdaptiveBatching } from "./adaptive-batching.ts";

const MS = 1_000_000;

const MODEL = modelSpec({
  version: 3n,
  versionText: "3",
});

class Probe {
  readonly limits: BatchLimits[] = [];
  readonly lines: string[] = [];
  readonly adaptive: AdaptiveBatching;
  #nowNs = MS;

  constructor(targetUs: number) {
    const log: Logger = {
      ...nullLogger,
      info: (message) => this.lines.push(`info: ${message}`),
      warning: (message) => this.lines.push(`warning: ${message}`),
    };
    this.adaptive = new AdaptiveBatching({
      model: MODEL,
      targetUs,
      instanceCount: 1,
      setLimits: ({ batchSizeMax, queueDelayNs }) =>
        this.limits.push({ batchSizeMax, queueDelayNs }),
      log,
    });
  }

  /** Runs batches one after the other, whose requests wait for as long as the delay, one a millisecond, and for the run. */
  run(batchCount: number, { runNs = 2 * MS, hasFailed = false } = {}): void {
    for (let count = 0; count < batchCount; count++) {
      const rows = Math.min(8, 1 + Math.round(this.adaptive.choice.queueDelayNs / MS));
      const startNs = this.#nowNs + this.adaptive.choice.queueDelayNs;
      const requests = Array.from({ length: rows }, () => {
        const request = new InferenceRequest(MODEL, { send() {} }, this.#nowNs);
        request.queueStartNs = this.#nowNs;
        return request;
      });
      const batch = new Batch(requests, onBatchEnd());
      batch.computeStartNs = startNs;
      batch.hasFailed = hasFailed;
      this.#nowNs = startNs + runNs;
      const responses = requests.map(() => InferenceResponse.ok([]));
      this.adaptive.onRunComplete(batch, responses, this.#nowNs);
    }
  }
}

test("what is chosen is passed on when it changes, and logged once it has settled", () => {
  const probe = new Probe(10_000);
  assert.deepEqual(probe.limits, [{ batchSizeMax: 8, queueDelayNs: 0 }]);
  probe.run(2000);
  assert.ok(probe.limits.length > 1 && probe.limits.length < 8, `${probe.limits.length} changes`);
  const last = probe.limits.at(-1);
  assert.ok(last !== undefined && last.queueDelayNs > 3 * MS && last.queueDelayNs < 8 * MS);
  assert.equal(probe.lines.length, 1, probe.lines.join("\n"));
  assert.match(
    probe.lines[0] ?? "",
    /^info: model 'm' version 3: batches of up to 8 rows and a queue delay of \d+ us for the latency target of 10000 us \(p99 \d+ us\)$/,
  );
});

test("a target that cannot be met is a warning, once, and good news when it can again", () => {
  const probe = new Probe(1000);
  probe.run(6000);
  probe.run(20_000, { runNs: MS / 4 });
  assert.match(
    probe.lines[0] ?? "",
    /^warning: model 'm' version 3: the latency target of 1000 us cannot be met \(p99 20\d\d us\): batches of up to 8 rows without a queue delay$/,
  );
  assert.match(probe.lines[1] ?? "", /^info: model 'm' version 3: batches of up to/);
  assert.equal(probe.adaptive.choice.isReachable, true);
});

test("failed batches teach nothing", () => {
  const probe = new Probe(10_000);
  probe.run(3000, { hasFailed: true, runNs: 50 * MS });
  assert.equal(probe.adaptive.choice.latencyNs, 0);
  assert.equal(probe.limits.length, 1);
});
