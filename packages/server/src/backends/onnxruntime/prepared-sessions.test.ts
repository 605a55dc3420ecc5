import assert from "node:assert/strict";
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { identityModel } from "@nereid/onnx-writer";
import { type Clock, systemClock } from "../../base/clock.ts";
import type { OrtSession } from "../../ffi/ort/ort-session.ts";
import { OrtFixture, PLAIN_SETTINGS } from "../../ffi/ort/testing/ort-fixture.ts";
import { PreparedSessions, preparedSessionKey } from "./prepared-sessions.ts";

const fixture = new OrtFixture();
after(() => fixture[Symbol.asyncDispose]());

/** A clock whose timers the test fires. */
class Timers {
  readonly pending = new Set<() => void>();

  readonly clock: Clock = {
    ...systemClock,
    setTimer: (_, callback) => {
      this.pending.add(callback);
      return () => {
        this.pending.delete(callback);
      };
    },
  };
}

function createSessions(timers: Timers) {
  const released: OrtSession[] = [];
  const sessions = new PreparedSessions(timers.clock, async (session) => {
    released.push(session);
    await fixture.release(session);
  });
  return { sessions, released };
}

function load(): Promise<OrtSession> {
  return fixture.load(identityModel({ elementType: "FLOAT", dims: [1] }));
}

test("a kept session is taken once, and then the taker's", async () => {
  const timers = new Timers();
  const { sessions, released } = createSessions(timers);
  const session = await load();
  await sessions.keep("key", session);
  assert.equal(sessions.take("other"), null);
  assert.equal(sessions.take("key"), session);
  assert.equal(sessions.take("key"), null);
  assert.equal(timers.pending.size, 0);
  await sessions.close();
  assert.deepEqual(released, []);
  await fixture.release(session);
});

test("a session that nobody takes is released: in time, for a newer one, or in the end", async () => {
  const timers = new Timers();
  const { sessions, released } = createSessions(timers);
  const [late, older, newer] = [await load(), await load(), await load()];
  await sessions.keep("late", late);
  for (const fire of timers.pending) {
    fire();
  }
  assert.deepEqual(released, [late]);
  assert.equal(sessions.take("late"), null);
  await sessions.keep("key", older);
  await sessions.keep("key", newer);
  assert.deepEqual(released, [late, older]);
  await sessions.close();
  assert.deepEqual(released, [late, older, newer]);
});

test("another file, a changed one or other settings have another key", async () => {
  const directory = mkdtempSync(join(tmpdir(), "prepared-"));
  after(() => rmSync(directory, { recursive: true }));
  const [path, other] = [join(directory, "a"), join(directory, "b")];
  writeFileSync(path, "x");
  writeFileSync(other, "x");
  const key = await preparedSessionKey(path, PLAIN_SETTINGS);
  assert.equal(await preparedSessionKey(path, { ...PLAIN_SETTINGS }), key);
  const settings = { ...PLAIN_SETTINGS, configEntries: new Map([["a", "b"]]) };
  assert.notEqual(await preparedSessionKey(other, PLAIN_SETTINGS), key);
  assert.notEqual(await preparedSessionKey(path, settings), key);
  utimesSync(path, 1, 1);
  assert.notEqual(await preparedSessionKey(path, PLAIN_SETTINGS), key);
});
