import assert from "node:assert/strict";
import { test } from "node:test";
import { type NativeCall, NativeThread, type NativeThreadListener } from "./native-thread.ts";
import { absCall, C_LIBRARY_PATH, Gate } from "./testing/native-calls.ts";

const SILENT: NativeThreadListener = { onIdle() {}, onDeath() {} };

function makeCall(thread: NativeThread, call: (done: (result: bigint) => void) => NativeCall) {
  return new Promise<bigint>((resolve) => {
    thread.call(call(resolve));
  });
}

test("calls are made on the thread, one after the other, and their results come back", async () => {
  const thread = await NativeThread.start(C_LIBRARY_PATH, SILENT);
  for (let value = 1; value <= 200; value++) {
    assert.equal(await makeCall(thread, (done) => absCall(value, done)), BigInt(value));
  }
  await thread.stop();
});

test("the event loop goes on while a call blocks, for as long as it does", async () => {
  using gate = new Gate();
  const thread = await NativeThread.start(C_LIBRARY_PATH, SILENT);
  const call = makeCall(thread, (done) => gate.call(done));
  for (let turn = 0; turn < 100; turn++) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    assert.equal(thread.isBusy, true);
  }
  gate.open();
  assert.equal(await call, 1n);
  assert.equal(thread.isBusy, false);
  await thread.stop();
});

test("a call learns how long it took on the thread", async () => {
  const thread = await NativeThread.start(C_LIBRARY_PATH, SILENT);
  const durationNs = await new Promise<number>((resolve) => {
    thread.call(absCall(1, (_, duration) => resolve(duration)));
  });
  assert.ok(durationNs > 0, `${durationNs} ns`);
  await thread.stop();
});

test("the owner hears that the thread is idle before the call hears its result", async () => {
  const events: string[] = [];
  const thread = await NativeThread.start(C_LIBRARY_PATH, {
    onIdle: (idle) => {
      events.push(`idle ${idle.isBusy}`);
    },
    onDeath() {},
  });
  await makeCall(thread, (done) =>
    absCall(3, (result) => {
      events.push(`returned ${result}`);
      done(result);
    }),
  );
  assert.deepEqual(events, ["idle false", "returned 3"]);
  await thread.stop();
});

test("a busy thread takes no second call and cannot be stopped; a stopped one takes none at all", async () => {
  using gate = new Gate();
  const thread = await NativeThread.start(C_LIBRARY_PATH, SILENT);
  const first = makeCall(thread, (done) => gate.call(done));
  assert.throws(() => thread.call(absCall(1, () => {})), /one call at a time/);
  assert.throws(() => thread.stop(), /idle when it is stopped/);
  gate.open();
  await first;
  await thread.stop();
  assert.throws(() => thread.call(absCall(1, () => {})), /stopped native thread/);
  assert.throws(() => thread.stop(), /stopped once/);
});

test("a call behind the running one is made next, and both hear their own results in order", async () => {
  using gate = new Gate();
  const events: string[] = [];
  const thread = await NativeThread.start(C_LIBRARY_PATH, {
    onIdle: () => {
      events.push("idle");
    },
    onDeath() {},
  });
  assert.equal(thread.takesNext, false, "there is nothing to be behind");
  for (let round = 1; round <= 100; round++) {
    const first = makeCall(thread, (done) =>
      gate.call((result) => {
        events.push(`first ${result} ${thread.isBusy}`);
        done(result);
      }),
    );
    assert.equal(thread.takesNext, true);
    const second = new Promise<bigint>((resolve) => {
      thread.callNext(
        absCall(-round, (result) => {
          events.push("second");
          resolve(result);
        }),
      );
    });
    assert.equal(thread.takesNext, false, "one waits at a time");
    assert.throws(() => thread.callNext(absCall(1, () => {})), /one call waits behind/);
    gate.open();
    assert.equal(await first, 1n);
    assert.equal(await second, BigInt(round));
    assert.deepEqual(events.splice(0), ["first 1 true", "idle", "second"]);
  }
  await thread.stop();
});

test("calls go on behind one another without the thread ever being idle", async () => {
  let idleCount = 0;
  const thread = await NativeThread.start(C_LIBRARY_PATH, {
    onIdle: () => {
      idleCount++;
    },
    onDeath() {},
  });
  const results: bigint[] = [];
  await new Promise<void>((resolve) => {
    let value = 0;
    const next = () =>
      absCall(value++, (result) => {
        results.push(result);
        if (value < 1000) {
          thread.callNext(next());
        } else if (results.length === value) {
          resolve();
        }
      });
    thread.call(next());
    thread.callNext(next());
  });
  assert.deepEqual(
    results,
    Array.from({ length: 1000 }, (_, value) => BigInt(value)),
  );
  assert.equal(idleCount, 1);
  await thread.stop();
});

test("a thread that dies loses the call behind the running one too, and takes no other", async () => {
  const events: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const thread = await NativeThread.start(C_LIBRARY_PATH, SILENT);
  thread.call({
    functionAddress: 0n,
    words: new BigUint64Array(0),
    onReturn: () => assert.fail("there is no function at NULL"),
    onLost: () => {
      events.push(`first, takes another: ${thread.takesNext}`);
    },
  });
  thread.callNext(
    absCall(
      1,
      () => assert.fail("it is not reached"),
      () => {
        events.push("second");
        resolve();
      },
    ),
  );
  await promise;
  assert.deepEqual(events, ["first, takes another: false", "second"]);
});

test("a library that cannot be loaded on the thread fails its start", async () => {
  await assert.rejects(
    NativeThread.start("/nonexistent/library.so", SILENT),
    /Failed to load shared library/,
  );
});

test("a thread that dies says so and loses its call", async () => {
  const events: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const thread = await NativeThread.start(C_LIBRARY_PATH, {
    onIdle() {},
    onDeath: (_, error) => {
      events.push(`death: ${error.message}`);
    },
  });
  thread.call({
    functionAddress: 0n,
    words: new BigUint64Array(0),
    onReturn: () => assert.fail("there is no function at NULL"),
    onLost: (error) => {
      events.push(`lost: ${error.message}`);
      resolve();
    },
  });
  await promise;
  assert.equal(events.length, 2);
  assert.match(events[0] ?? "", /^death: a native thread has died: /);
  assert.match(events[1] ?? "", /^lost: a native thread has died: /);
  assert.throws(() => thread.call(absCall(1, () => {})), /stopped native thread/);
});
