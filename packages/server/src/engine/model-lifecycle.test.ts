import assert from "node:assert/strict";
import { test } from "node:test";
import { createModelConfig, StatusCode, TritonError } from "@nereid/protocol";
import { systemClock } from "../base/clock.ts";
import { nullLogger } from "../base/logger.ts";
import type { Instance, InstancePlacement } from "../model/backend.ts";
import type { Batch } from "../model/batch.ts";
import { InferenceRequest, type ResponseSender } from "../model/request.ts";
import { InferenceResponse } from "../model/response.ts";
import { modelSpec } from "../model/testing/model-spec.ts";
import { ModelLifecycle } from "./model-lifecycle.ts";
import { ModelVersion } from "./model-version.ts";
import { VersionStatistics } from "./version-statistics.ts";

const PLACEMENT: InstancePlacement = {
  name: "m_0",
  kind: "CPU",
  deviceId: 0,
  profiles: [],
  isPassive: false,
};

/** Holds its batch until the test lets it go. */
class HeldInstance implements Instance {
  readonly placement: InstancePlacement = PLACEMENT;
  batch: Batch | null = null;
  isClosed = false;

  execute(batch: Batch): void {
    assert.equal(this.isClosed, false, "a closed instance runs nothing");
    this.batch = batch;
  }

  finish(): void {
    const { batch } = this;
    assert.ok(batch);
    this.batch = null;
    batch.computeInputEndNs = batch.computeStartNs;
    batch.computeOutputStartNs = batch.computeStartNs;
    batch.computeEndNs = batch.computeStartNs;
    batch.complete(batch.requests.map(() => InferenceResponse.ok([])));
  }

  cancel(): void {}

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

interface Fake {
  readonly version: ModelVersion;
  readonly instance: HeldInstance;
  isModelClosed: boolean;
}

function createVersion(version: bigint): Fake {
  const spec = modelSpec({
    version,
    versionText: String(version),
    batchSizeMax: 0,
  });
  const instance = new HeldInstance();
  const fake: Fake = {
    instance,
    isModelClosed: false,
    version: new ModelVersion({
      spec,
      config: createModelConfig({ name: "m" }),
      instances: [instance],
      statistics: new VersionStatistics("m", version),
      limits: null,
      cache: null,
      clock: systemClock,
      releaseFiles: () => Promise.resolve(),
      model: {
        createInstance: () => assert.fail("made already"),
        close: () => {
          assert.equal(instance.isClosed, true, "instances close before their model");
          fake.isModelClosed = true;
          return Promise.resolve();
        },
      },
    }),
  };
  return fake;
}

function createLifecycle(retryCount = 0): ModelLifecycle {
  return new ModelLifecycle({ log: nullLogger, loadConcurrency: 2, retryCount });
}

/** Loads fakes for the given versions and gives them back by version. */
async function load(
  lifecycle: ModelLifecycle,
  versions: readonly bigint[],
): Promise<Map<bigint, Fake>> {
  const fakes = new Map(versions.map((version) => [version, createVersion(version)]));
  await lifecycle.load("m", versions, (version) => {
    const fake = fakes.get(version);
    assert.ok(fake);
    return Promise.resolve(fake.version);
  });
  return fakes;
}

function fails(code: StatusCode, message: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof TritonError);
    assert.equal(error.message, message);
    assert.equal(error.code, code);
    return true;
  };
}

class Answers implements ResponseSender {
  readonly requests: InferenceRequest[] = [];
  send(request: InferenceRequest): void {
    this.requests.push(request);
  }
}

function enqueue(version: ModelVersion, answers: Answers): InferenceRequest {
  const request = new InferenceRequest(version.spec, answers, systemClock.nowNs());
  version.enqueue(request);
  return request;
}

test("lookups give the greatest READY version, or say why there is none", async () => {
  const lifecycle = createLifecycle();
  assert.throws(
    () => lifecycle.get("m", null),
    fails(StatusCode.NotFound, "Request for unknown model: 'm' is not found"),
  );
  const fakes = await load(lifecycle, [2n, 10n]);
  assert.equal(lifecycle.get("m", null), fakes.get(10n)?.version);
  assert.equal(lifecycle.get("m", 2n), fakes.get(2n)?.version);
  assert.throws(
    () => lifecycle.get("m", 3n),
    fails(StatusCode.NotFound, "Request for unknown model: 'm' version 3 is not found"),
  );
  lifecycle.unload("m");
  assert.throws(
    () => lifecycle.get("m", 2n),
    fails(StatusCode.Unavailable, "Request for unknown model: 'm' version 2 is not at ready state"),
  );
  await lifecycle.closed();
  assert.throws(
    () => lifecycle.get("m", null),
    fails(StatusCode.NotFound, "Request for unknown model: 'm' has no available versions"),
  );
  assert.deepEqual(
    [...(lifecycle.states("m") ?? [])],
    [
      [2n, { state: "UNAVAILABLE", reason: "unloaded" }],
      [10n, { state: "UNAVAILABLE", reason: "unloaded" }],
    ],
  );
});

test("new before old: while a reload runs the old version serves, and it answers what it accepted", async () => {
  const lifecycle = createLifecycle();
  const old = (await load(lifecycle, [1n])).get(1n);
  assert.ok(old);
  const answers = new Answers();
  const accepted = [enqueue(old.version, answers), enqueue(old.version, answers)];
  const fresh = createVersion(1n);
  let finishLoad: () => void = () => {};
  const reload = lifecycle.load("m", [1n], async () => {
    await new Promise<void>((resolve) => {
      finishLoad = resolve;
    });
    return fresh.version;
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(lifecycle.get("m", 1n), old.version);
  finishLoad();
  await reload;
  assert.equal(lifecycle.get("m", 1n), fresh.version);
  assert.equal(old.isModelClosed, false, "the old version still has requests");
  assert.deepEqual(lifecycle.inflight(), [{ name: "m", version: 1n, count: 2 }]);
  old.instance.finish();
  old.instance.finish();
  await lifecycle.closed();
  assert.equal(old.isModelClosed, true);
  assert.deepEqual(answers.requests, accepted);
});

test("a failed reload keeps what served, and drops the versions that did load", async () => {
  const lifecycle = createLifecycle();
  const old = (await load(lifecycle, [1n])).get(1n);
  assert.ok(old);
  const second = createVersion(2n);
  await assert.rejects(
    lifecycle.load("m", [1n, 2n], (version) =>
      version === 2n
        ? Promise.resolve(second.version)
        : Promise.reject(new TritonError(StatusCode.Internal, "broken")),
    ),
    fails(StatusCode.InvalidArg, "version 1 is at UNAVAILABLE state: Internal: broken;"),
  );
  assert.equal(lifecycle.get("m", null), old.version);
  await lifecycle.closed();
  assert.equal(second.isModelClosed, true);
  assert.deepEqual(
    [...(lifecycle.states("m") ?? [])],
    [
      [1n, { state: "READY", reason: "" }],
      [2n, { state: "UNAVAILABLE", reason: "unloaded" }],
    ],
  );
});

test("a first load that fails shows its reason", async () => {
  const lifecycle = createLifecycle();
  await assert.rejects(
    lifecycle.load("m", [1n, 3n], (version) =>
      Promise.reject(new TritonError(StatusCode.InvalidArg, `bad ${version}`)),
    ),
    fails(
      StatusCode.InvalidArg,
      "version 1 is at UNAVAILABLE state: Invalid argument: bad 1;" +
        "version 3 is at UNAVAILABLE state: Invalid argument: bad 3;",
    ),
  );
  assert.deepEqual(lifecycle.states("m")?.get(3n), {
    state: "UNAVAILABLE",
    reason: "Invalid argument: bad 3",
  });
});

test("a version that the policy no longer names is unloaded once the new ones serve", async () => {
  const lifecycle = createLifecycle();
  const first = (await load(lifecycle, [1n, 2n])).get(1n);
  await load(lifecycle, [2n, 3n]);
  await lifecycle.closed();
  assert.equal(first?.isModelClosed, true);
  assert.deepEqual(
    lifecycle.ready("m").map(({ spec }) => spec.version),
    [2n, 3n],
  );
});

test("retries are made, and only as many as asked for", async () => {
  const lifecycle = createLifecycle(2);
  let attempts = 0;
  await lifecycle.load("m", [1n], (version) => {
    attempts++;
    return attempts < 3
      ? Promise.reject(new Error("not yet"))
      : Promise.resolve(createVersion(version).version);
  });
  assert.equal(attempts, 3);
  attempts = 0;
  await assert.rejects(
    lifecycle.load("n", [1n], () => {
      attempts++;
      return Promise.reject(new Error("never"));
    }),
  );
  assert.equal(attempts, 3);
});

test("no version is an error, and the model is known from then on", async () => {
  const lifecycle = createLifecycle();
  await assert.rejects(
    lifecycle.load("m", [], () => assert.fail("nothing to load")),
    fails(
      StatusCode.InvalidArg,
      "at least one version must be available under the version policy of model 'm'",
    ),
  );
  assert.equal(lifecycle.states("m")?.size, 0);
});

test("a stopped version refuses requests and answers the accepted ones", async () => {
  const { version, instance } = createVersion(1n);
  const answers = new Answers();
  const running = enqueue(version, answers);
  const waiting = enqueue(version, answers);
  version.stop();
  const late = new InferenceRequest(version.spec, answers, 0);
  assert.throws(
    () => version.enqueue(late),
    fails(
      StatusCode.Unavailable,
      "[request id: <id_unknown>] Server is stopping, scheduler for model has stopped accepting new inference requests",
    ),
  );
  const closed = version.close();
  instance.finish();
  instance.finish();
  await closed;
  assert.deepEqual(answers.requests, [running, waiting]);
  assert.equal(version.statistics.success.count, 2);
});

test("a request cancelled while it waits is answered and counted as cancelled", () => {
  const { version, instance } = createVersion(1n);
  const answers = new Answers();
  const running = enqueue(version, answers);
  const waiting = enqueue(version, answers);
  waiting.cancel();
  assert.deepEqual(answers.requests, [waiting]);
  instance.finish();
  assert.deepEqual(answers.requests, [waiting, running]);
  assert.equal(version.statistics.failuresByReason.CANCELED, 1);
  assert.equal(version.statistics.pendingCount, 0);
  assert.equal(version.inflightCount, 0);
});
