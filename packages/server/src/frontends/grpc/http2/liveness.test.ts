import assert from "node:assert/strict";
import { test } from "node:test";
import { keepalivePolicyDefault } from "./keepalive-policy.ts";
import { Liveness, LivenessAction } from "./liveness.ts";

const { None, Ping, GiveUp } = LivenessAction;
const POLICY = { ...keepalivePolicyDefault, timeMs: 1000, timeoutMs: 100 };

test("a silent client is asked, and given up if it stays silent", () => {
  const liveness = new Liveness(POLICY, 0, 1);
  assert.deepEqual(
    [999, 1000, 1050, 1099, 1100].map((nowMs) => liveness.check(nowMs, 0, true)),
    [None, Ping, None, None, GiveUp],
  );
});

test("whatever comes is an answer", () => {
  const liveness = new Liveness(POLICY, 0, 1);
  assert.equal(liveness.check(1000, 0, true), Ping);
  liveness.received(1050);
  assert.equal(liveness.check(1200, 0, true), None);
  assert.equal(liveness.check(2050, 0, true), Ping);
});

test("a client without streams is not asked, unless that is permitted", () => {
  assert.equal(new Liveness(POLICY, 0, 1).check(5000, 0, false), None);
  const permitting = { ...POLICY, permitsWithoutCalls: true };
  assert.equal(new Liveness(permitting, 0, 1).check(5000, 0, false), Ping);
});

test("no more pings are sent than are allowed without data", () => {
  const liveness = new Liveness({ ...POLICY, pingsWithoutDataMax: 2 }, 0, 1);
  const actions: LivenessAction[] = [];
  for (let nowMs = 1000; nowMs <= 4000; nowMs += 1000) {
    actions.push(liveness.check(nowMs, 0, true));
    liveness.received(nowMs);
  }
  assert.deepEqual(actions, [Ping, Ping, None, None]);
  liveness.sent();
  assert.equal(liveness.check(5000, 0, true), Ping);
  const unlimited = new Liveness({ ...POLICY, pingsWithoutDataMax: 0 }, 0, 1);
  for (let nowMs = 1000; nowMs <= 9000; nowMs += 1000) {
    assert.equal(unlimited.check(nowMs, 0, true), Ping);
    unlimited.received(nowMs);
  }
});

test("pings of a client are strikes if they come too soon, and one strike more than allowed is too many", () => {
  const policy = { ...POLICY, recvPingIntervalWithoutDataMsMin: 300, pingStrikesMax: 2 };
  const liveness = new Liveness(policy, 0, 1);
  assert.deepEqual(
    [0, 300, 500, 799, 1098].map((nowMs) => liveness.pingCame(nowMs, true)),
    [true, true, true, true, false],
  );
});

test("what we send makes good for strikes", () => {
  const policy = { ...POLICY, recvPingIntervalWithoutDataMsMin: 300, pingStrikesMax: 1 };
  const liveness = new Liveness(policy, 0, 1);
  for (let nowMs = 0; nowMs < 1000; nowMs += 10) {
    assert.ok(liveness.pingCame(nowMs, true));
    assert.ok(liveness.pingCame(nowMs, true));
    liveness.sent();
  }
});

test("without streams a client may ping every two hours, or as often as with them if permitted", () => {
  const policy = { ...POLICY, recvPingIntervalWithoutDataMsMin: 300, pingStrikesMax: 1 };
  const strict = new Liveness(policy, 0, 1);
  assert.deepEqual(
    [0, 1000, 2000].map((nowMs) => strict.pingCame(nowMs, false)),
    [true, true, false],
  );
  const permitting = new Liveness({ ...policy, permitsWithoutCalls: true }, 0, 1);
  assert.deepEqual(
    [0, 1000, 2000].map((nowMs) => permitting.pingCame(nowMs, false)),
    [true, true, true],
  );
});

test("no number of strikes is too many if none is set", () => {
  const liveness = new Liveness({ ...POLICY, pingStrikesMax: 0 }, 0, 1);
  for (let count = 0; count < 100; count++) {
    assert.ok(liveness.pingCame(0, true));
  }
});

test("ages lie within a tenth of what is set, and differ", () => {
  const ages = Array.from(
    { length: 100 },
    (_, serial) =>
      new Liveness({ ...POLICY, connectionAgeMsMax: 1000 }, 500, serial).drainAtMs - 500,
  );
  assert.ok(ages.every((age) => age >= 900 && age <= 1100));
  assert.equal(new Set(ages).size, 100);
  assert.ok(new Liveness(POLICY, 0, 1).drainAtMs > 1e15);
});
