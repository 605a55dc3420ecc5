// Tests what becomes of batches that wait for a rate limiter while instances end by themselves.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MortalVersion, type MortalVersionOptions } from "./testing/mortal-version.ts";

function setUp(options: Partial<MortalVersionOptions> = {}) {
  const mortal = new MortalVersion({
    instanceCount: 2,
    scheduling: "none",
    resourceCount: 2,
    ...options,
  });
  const [first, second] = mortal.instances;
  assert.ok(first !== undefined);
  const close = async (): Promise<void> => {
    mortal.version.stop();
    await mortal.version.close();
  };
  const { limiter, answered } = mortal;
  return { mortal, limiter, answered, first, second: second ?? first, close };
}

for (const scheduling of ["none", "dynamic"] as const) {
  test(`an instance that has ended is given nothing until it runs again (${scheduling})`, async () => {
    const { mortal, first, second, answered, close } = setUp({ scheduling });
    const ids = ["a", "b", "c", "d"];
    for (const id of ids) {
      mortal.send(id);
    }
    first.die();
    const lost = [...answered];
    assert.equal(lost.length, 1, "what it ran has failed");
    for (let count = 0; count < ids.length && second.batch !== null; count++) {
      second.finish();
    }
    assert.equal(answered.length, ids.length, "the other one has run the rest");
    mortal.send("e");
    mortal.send("f");
    assert.equal(first.batch, null);
    first.restart(true);
    assert.ok(first.batch !== null && second.batch !== null, "it has its part again");
    first.finish();
    second.finish();
    assert.deepEqual(
      answered.toSorted(),
      [...lost, "a", "b", "c", "d", "e", "f"].filter((id) => !lost.includes(`${id}!`)).toSorted(),
    );
    await close();
  });
}

test("an instance that has ended idle is given nothing, nor one that ends while its batch waits for resources", async () => {
  const { mortal, limiter, first, second, answered, close } = setUp({ resourceCount: 1 });
  const other = mortal.register();
  const started: string[] = [];
  limiter?.stage(other, () => started.push("other"));
  first.die();
  mortal.send("a");
  assert.deepEqual(first.given, []);
  second.die();
  limiter?.release(other);
  limiter?.startNext();
  assert.deepEqual([...first.given, ...second.given], [], "its turn has come, and it has ended");
  limiter?.stage(other, () => started.push("other again"));
  assert.deepEqual(started, ["other", "other again"], "it holds no resources");
  limiter?.release(other);
  first.restart(true);
  assert.deepEqual(first.given, ["a running"]);
  first.finish();
  second.restart(true);
  assert.deepEqual(answered, ["a"]);
  limiter?.unregister(other);
  await close();
});

test("a batch that waits for an instance may be cancelled", async () => {
  const { mortal, first, answered, close } = setUp({ instanceCount: 1 });
  first.die();
  const [leaving] = ["a", "b"].map((id) => mortal.send(id));
  leaving?.cancel();
  assert.deepEqual(answered, ["a!"]);
  first.restart(true);
  assert.deepEqual(first.given, ["b running"]);
  first.finish();
  await close();
});

test("a turn that is asked for and comes when its instance has ended passes to another one", async () => {
  const { mortal, limiter, first, second, answered, close } = setUp({
    scheduling: "dynamic",
    resourceCount: 1,
  });
  const other = mortal.register();
  limiter?.stage(other, () => {});
  mortal.send("a");
  first.die();
  second.die();
  second.restart(true);
  mortal.send("b");
  limiter?.release(other);
  limiter?.startNext();
  second.finish();
  second.finish();
  assert.deepEqual(first.given, []);
  assert.deepEqual(second.given, ["a running", "b running"]);
  assert.deepEqual(answered, ["a", "b"]);
  limiter?.unregister(other);
  await close();
});

for (const resourceCount of [2, null]) {
  const what = resourceCount === null ? "alone" : "with a rate limiter";
  test(`an instance that cannot be started draws no requests to itself while another one runs, ${what}`, async () => {
    const { mortal, first, second, answered, close } = setUp({ resourceCount });
    for (const id of ["a", "b", "c", "d"]) {
      mortal.send(id);
    }
    first.die();
    first.restart(false);
    first.restart(false);
    for (let count = 0; count < 3; count++) {
      second.finish();
    }
    assert.equal(answered.filter((id) => id.endsWith("!")).length, 1, "only what it ran is lost");
    first.restart(true);
    mortal.send("e");
    mortal.send("f");
    first.finish();
    second.finish();
    assert.equal(answered.length, 6);
    await close();
  });

  test(`where no instance can be started nothing waits, and one that is started later serves, ${what}`, async () => {
    const { mortal, first, second, answered, close } = setUp({ resourceCount });
    for (const id of ["a", "b", "c", "d"]) {
      mortal.send(id);
    }
    first.die();
    second.die();
    first.restart(false);
    assert.equal(answered.length, 2, "the other one may yet be");
    second.restart(false);
    assert.deepEqual(answered.toSorted(), ["a!", "b!", "c!", "d!"]);
    mortal.send("e");
    assert.equal(answered.at(-1), "e!");
    second.restart(true);
    const count = answered.length;
    for (let index = 0; index < 3; index++) {
      mortal.send(`f${index}`);
      if (second.batch !== null) {
        second.finish();
      }
    }
    assert.equal(answered.length, count + 3);
    assert.ok(
      answered.slice(count + 1).every((id) => !id.endsWith("!")),
      "it serves",
    );
    await close();
  });
}

test("sequences wait for their own instance, and fail once it cannot be started, though another one runs", async () => {
  const { mortal, first, second, answered, close } = setUp({ scheduling: "sequence" });
  first.die();
  const sendAll = (ids: readonly string[]): void => {
    for (const id of ids) {
      mortal.send(id);
      mortal.turn();
      if (second.batch !== null) {
        second.finish();
      }
    }
  };
  sendAll(["a", "b", "c", "d"]);
  assert.equal(first.given.length, 0);
  assert.ok(answered.length > 0 && answered.length < 4, "some are the other one's");
  first.restart(false);
  mortal.turn();
  if (second.batch !== null) {
    second.finish();
  }
  assert.ok(first.given.length > 0);
  for (const id of ["a", "b", "c", "d"]) {
    const isFirsts = first.given.includes(`${id} broken`);
    assert.ok(answered.includes(isFirsts ? `${id}!` : id), `${id} of ${answered.join(" ")}`);
  }
  await close();
});
