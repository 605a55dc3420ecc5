import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import {
  createModelConfig,
  ModelInstanceGroup_Kind as Kind,
  type ModelConfig,
  type ModelInstanceGroup,
  modelConfigToJson,
} from "@nereid/protocol";
import { nullLogger } from "../base/logger.ts";
import {
  type GpuAvailability,
  instancePlacements,
  resolveInstanceGroups,
} from "./instance-groups.ts";
import { readModelConfig } from "./read-model-config.ts";
import { MemoryModelFiles } from "./testing/memory-model-files.ts";

const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, "golden", "configs.json"), "utf8"),
) as {
  readonly source: string;
  readonly cases: readonly { readonly pbtxt: string; readonly json: string }[];
};

const NO_GPUS: GpuAvailability = { isSupported: true, gpus: [], computeCapabilityMin: 6 };
const TWO_GPUS: GpuAvailability = { isSupported: true, gpus: [0, 1], computeCapabilityMin: 7.5 };
const CPU_ONLY: GpuAvailability = { isSupported: false, gpus: [], computeCapabilityMin: 6 };

type GroupInit = Partial<Pick<ModelInstanceGroup, "name" | "kind" | "count" | "gpus" | "profile">>;

function configWith(groups: readonly GroupInit[], backend = "identity"): ModelConfig {
  return createModelConfig({ name: "m", backend, instanceGroup: [...groups] });
}

function groupsOf(config: ModelConfig): readonly ModelInstanceGroup[] {
  return config.instanceGroup;
}

function resolveOne(
  group: GroupInit,
  gpus: GpuAvailability,
  preferred: readonly GroupInit[] = [],
): Partial<ModelInstanceGroup> {
  const preferredGroups = groupsOf(configWith(preferred));
  const [resolved] = groupsOf(resolveInstanceGroups(configWith([group]), gpus, preferredGroups));
  assert.ok(resolved !== undefined);
  const { name, kind, count, gpus: devices } = resolved;
  return { name, kind, count, gpus: devices };
}

describe(`recorded from ${recorded.source}`, () => {
  for (const [index, { pbtxt, json }] of recorded.cases.entries()) {
    test(`configuration ${index} is shown byte for byte`, async () => {
      const files = new MemoryModelFiles({ "config.pbtxt": pbtxt, "1/": "" });
      const { config } = await readModelConfig({
        name: "m",
        files,
        configName: "",
        override: null,
        isAutoCompleteEnabled: true,
        log: nullLogger,
      });
      assert.equal(modelConfigToJson(resolveInstanceGroups(config, NO_GPUS, [])), json);
    });
  }
});

test("a model without groups gets one under its own name, with two CPU instances where that pays", () => {
  for (const [backend, count] of [
    ["identity", 1],
    ["onnxruntime", 2],
    ["tensorflow", 2],
  ] as const) {
    const [group] = groupsOf(resolveInstanceGroups(configWith([], backend), NO_GPUS, []));
    assert.equal(group?.name, "m");
    assert.equal(group.count, count);
  }
});

test("the configuration given is not changed", () => {
  const config = configWith([{}]);
  resolveInstanceGroups(config, TWO_GPUS, []);
  assert.deepEqual(config, configWith([{}]));
});

test("kinds and devices follow the GPUs that are there", () => {
  const name = "m_0";
  assert.deepEqual(resolveOne({}, TWO_GPUS), { name, kind: Kind.GPU, count: 1, gpus: [0, 1] });
  assert.deepEqual(resolveOne({ gpus: [1] }, TWO_GPUS), {
    name,
    kind: Kind.GPU,
    count: 1,
    gpus: [1],
  });
  assert.deepEqual(resolveOne({}, NO_GPUS), { name, kind: Kind.CPU, count: 1, gpus: [] });
  assert.deepEqual(resolveOne({ kind: Kind.GPU, count: 3 }, TWO_GPUS), {
    name,
    kind: Kind.GPU,
    count: 3,
    gpus: [0, 1],
  });
});

test("a backend's preferences fill what the configuration leaves open", () => {
  const model = [{ kind: Kind.MODEL, count: 4 }];
  const [group] = groupsOf(
    resolveInstanceGroups(configWith([]), NO_GPUS, groupsOf(configWith(model))),
  );
  assert.deepEqual([group?.kind, group?.count], [Kind.MODEL, 4]);
  const cpu = [
    { kind: Kind.GPU, count: 9 },
    { kind: Kind.CPU, count: 5 },
  ];
  assert.equal(resolveOne({}, NO_GPUS, cpu).count, 5);
  assert.equal(resolveOne({ count: 1 }, NO_GPUS, cpu).count, 1);
  const gpu = [{ kind: Kind.GPU, count: 2, gpus: [1, 7] }];
  assert.deepEqual(resolveOne({ kind: Kind.GPU }, TWO_GPUS, gpu).gpus, [1]);
});

test("groups that cannot be had are refused", () => {
  const cases: readonly (readonly [GroupInit, GpuAvailability, string, string?])[] = [
    [{ kind: Kind.GPU }, CPU_ONLY, "has kind KIND_GPU but server does not support GPUs"],
    [{ kind: Kind.GPU }, NO_GPUS, "has kind KIND_GPU but no GPUs are available"],
    [
      { kind: Kind.GPU, gpus: [0, 5] },
      TWO_GPUS,
      "specifies invalid or unsupported gpu id 5. GPUs with at least the minimum required CUDA compute " +
        "compatibility of 7.500000 are: 0, 1",
    ],
    [
      { kind: Kind.MODEL, gpus: [0] },
      TWO_GPUS,
      "has kind KIND_MODEL but specifies one or more GPUs",
    ],
    [{ gpus: [5] }, TWO_GPUS, "has kind KIND_CPU but specifies one or more GPUs"],
    [
      { profile: ["0"] },
      NO_GPUS,
      "and platform specifies profile field which is only supported for TensorRT models",
    ],
    [
      { profile: ["1", "-1"] },
      NO_GPUS,
      "and platform tensorrt_plan specifies invalid profile -1. The field should contain the string " +
        "representation of a non-negative integer.",
      "tensorrt_plan",
    ],
  ];
  for (const [group, gpus, problem, platform = ""] of cases) {
    const config = configWith([group]);
    config.platform = platform;
    assert.throws(() => resolveInstanceGroups(config, gpus, []), {
      name: "TritonError",
      message: `instance group m_0 of model m ${problem}`,
    });
  }
  for (const [profile, message] of [
    ["", "profile name must not be empty"],
    ["x", "unable to parse 'x': stoi"],
  ] as const) {
    const config = configWith([{ profile: [profile] }]);
    config.platform = "tensorrt_plan";
    assert.throws(() => resolveInstanceGroups(config, NO_GPUS, []), { message });
  }
});

test("instances are placed count by count, on each device of a count", () => {
  const config = configWith([
    { name: "a", kind: Kind.GPU, count: 2, gpus: [0, 1] },
    { name: "b", kind: Kind.CPU, count: 1 },
  ]);
  const places = instancePlacements(resolveInstanceGroups(config, TWO_GPUS, []));
  assert.deepEqual(
    places.map(({ name, kind, deviceId }) => `${name} ${kind} ${deviceId}`),
    ["a_0 GPU 0", "a_0 GPU 1", "a_1 GPU 0", "a_1 GPU 1", "b_0 CPU 0"],
  );
});
