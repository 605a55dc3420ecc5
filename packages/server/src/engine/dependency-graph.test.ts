import assert from "node:assert/strict";
import { test } from "node:test";
import { createModelConfig, type ModelConfig } from "@nereid/protocol";
import { DependencyGraph } from "./dependency-graph.ts";

function model(name: string, ...needs: readonly string[]): ModelConfig {
  return createModelConfig({
    name,
    ...(needs.length === 0
      ? {}
      : {
          schedulingChoice: {
            case: "ensembleScheduling",
            value: { step: needs.map((modelName) => ({ modelName, modelVersion: -1n })) },
          },
        }),
  });
}

function graph(...models: readonly ModelConfig[]): DependencyGraph {
  const made = new DependencyGraph();
  for (const config of models) {
    made.put(config, false);
  }
  return made;
}

test("whoever needs a model is found, through others, too, and in circles", () => {
  const made = graph(
    model("x"),
    model("e1", "x"),
    model("e2", "e1"),
    model("o"),
    model("c", "d"),
    model("d", "c"),
  );
  assert.deepEqual(made.withDependents(["x"]), ["e1", "e2", "x"]);
  assert.deepEqual(made.withDependents(["c", "o"]), ["c", "d", "o"]);
  assert.deepEqual(made.withDependents(["not here"]), ["not here"]);
});

test("an ensemble with missing models is invalid until they come", () => {
  const made = graph(model("e", "x", "y"));
  made.judge(["e"]);
  assert.equal(
    made.get("e")?.invalidity?.message,
    "ensemble e contains models that are not available or ambiguous: x",
  );
  made.put(model("x"), true);
  made.put(model("y"), true);
  made.judge(["e"]);
  assert.equal(made.get("e")?.invalidity, null);
});

test("every ensemble of a circle is invalid; what needs one is not part of it", () => {
  const made = graph(
    model("a", "b"),
    model("b", "c"),
    model("c", "a"),
    model("self", "self"),
    model("user", "a"),
  );
  made.judge(["a", "b", "c", "self", "user"]);
  const text = (name: string) => made.get(name)?.invalidity?.message ?? null;
  const prefix = "circular dependency between ensembles:";
  assert.equal(text("c"), `${prefix} c -> ... -> b -> c`);
  assert.equal(text("self"), `${prefix} self -> ... -> self -> self`);
  assert.match(text("a") ?? "", /^circular/);
  assert.match(text("b") ?? "", /^circular/);
  assert.equal(text("user"), null);
});

test("a cascading removal takes what nobody else needs and nobody asked for", () => {
  const models = [model("x"), model("y"), model("z"), model("e", "x", "y", "z"), model("o", "y")];
  assert.deepEqual(graph(...models).remove("e", false), ["e"]);
  const made = graph(...models);
  made.put(model("z"), true);
  assert.deepEqual(made.removable("e", true), ["e", "x"]);
  assert.notEqual(made.get("x"), null, "looking takes nothing out");
  assert.deepEqual(made.remove("e", true), ["e", "x"]);
  assert.equal(made.get("x"), null);
});

test("a model that somebody asked for stays so when it is polled again for an ensemble", () => {
  const made = graph();
  made.put(model("x"), true);
  assert.equal(made.put(model("x"), false).isExplicit, true);
});
