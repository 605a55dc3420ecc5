import assert from "node:assert/strict";
import { test } from "node:test";
import { RestartListeners } from "./restart-listeners.ts";

test("who waits is told once, in the order of waiting", () => {
  const listeners = new RestartListeners();
  const told: string[] = [];
  listeners.tell();
  listeners.add(() => told.push("first"));
  listeners.add(() => told.push("second"));
  listeners.tell();
  listeners.tell();
  assert.deepEqual(told, ["first", "second"]);
});

test("who is told and waits again waits for the next attempt, also if that ends meanwhile", () => {
  const listeners = new RestartListeners();
  const told: string[] = [];
  listeners.add(() => {
    told.push("first");
    listeners.add(() => told.push("again"));
  });
  listeners.add(() => told.push("second"));
  listeners.tell();
  assert.deepEqual(told, ["first", "second"]);
  listeners.add(() => {
    listeners.add(() => told.push("inner"));
    listeners.tell();
    told.push("outer");
  });
  listeners.tell();
  assert.deepEqual(told, ["first", "second", "again", "inner", "outer"]);
});
