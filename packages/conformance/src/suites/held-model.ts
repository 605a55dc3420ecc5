import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelSource } from "../model-repository.ts";
import { type AwaitStep, awaited, type ChangeStep, change } from "../suite.ts";
import { pythonConfig } from "./python-models.ts";

/** A run that is held tells so with the first file in its model's directory, and goes on when the second is there. */
const HELD = "held";
const RELEASED = "released";

/** Nobody waits for longer than this: a case that fails must not keep a server from ending. */
const HELD_SECONDS_MAX = 60;

const PYTHON = `import os
import time

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.directory = args["model_repository"]

    def execute(self, requests):
        counts = [pb_utils.get_input_tensor_by_name(request, "COUNT").as_numpy() for request in requests]
        rows = sum(len(count) for count in counts)
        if max(count.max() for count in counts) > 0:
            self.hold()
        return [
            pb_utils.InferenceResponse([pb_utils.Tensor("BATCH", np.full((len(count), 1), rows, np.int64))])
            for count in counts
        ]

    def hold(self):
        held, released = (os.path.join(self.directory, name) for name in ("${HELD}", "${RELEASED}"))
        open(held, "w").close()
        deadline = time.monotonic() + ${HELD_SECONDS_MAX}
        while not os.path.exists(released) and time.monotonic() < deadline:
            time.sleep(0.005)
        os.remove(held)
        os.remove(released)
`;

const TYPESCRIPT = `import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type InferenceRequest, type Model, type ModelArguments, Tensor } from "@nereid/server/model";

export default class implements Model {
  #directory = "";

  initialize(args: ModelArguments) {
    this.#directory = args.modelDirectory;
  }

  async execute(requests: readonly InferenceRequest[]) {
    const counts = requests.map((request) => request.input("COUNT").asInt64());
    const rows = counts.reduce((sum, count) => sum + count.length, 0);
    if (counts.some((count) => count.some((value) => value > 0n))) {
      await this.#hold();
    }
    return counts.map((count) => ({
      outputs: [new Tensor("BATCH", "INT64", [count.length, 1], count.map(() => BigInt(rows)))],
    }));
  }

  async #hold() {
    const held = join(this.#directory, "${HELD}");
    const released = join(this.#directory, "${RELEASED}");
    writeFileSync(held, "");
    const deadline = performance.now() + ${HELD_SECONDS_MAX} * 1000;
    while (!existsSync(released) && performance.now() < deadline) {
      await setTimeout(5);
    }
    rmSync(held);
    rmSync(released);
  }
}
`;

/** The same model for both servers. */
export interface HeldModel {
  readonly model: ModelSource;
  /** In its place for ours, which so needs no Python. */
  readonly standIn: ModelSource;
}

/** How a held model is configured. */
export interface HeldModelOptions {
  readonly maxBatchSize: number;
  /** One instance unless it says otherwise. */
  readonly instanceGroup?: string;
  /** Further lines. */
  readonly more?: string;
}

/**
 * A model whose runs take exactly as long as a case wants, however busy the machine is. INPUT0 FP32 [-1] and COUNT INT64 [1] →
 * BATCH INT64 [1], the rows of the run. A run with a COUNT above 0 is held until it is released; of several instances one at a
 * time may be.
 */
export function heldModel(name: string, options: HeldModelOptions): HeldModel {
  const config = pythonConfig({
    ...options,
    inputs: [
      ["INPUT0", "FP32", [-1]],
      ["COUNT", "INT64", [1]],
    ],
    outputs: [["BATCH", "INT64", [1]]],
  });
  const typescript = config.replace(`backend: "python"`, `backend: "typescript"`);
  return {
    model: { name, files: { "config.pbtxt": config, "1/model.py": PYTHON } },
    standIn: { name, files: { "config.pbtxt": typescript, "1/model.ts": TYPESCRIPT } },
  };
}

/** Waits until a run of the model is held. */
export function untilHeld(model: string): AwaitStep {
  return awaited(({ repositoryDirectory }) => existsSync(join(repositoryDirectory, model, HELD)));
}

/** Lets the held run go on. */
export function release(model: string): ChangeStep {
  const step = change((repository) => writeFileSync(join(repository, model, RELEASED), ""));
  return { ...step, isMeanwhile: true };
}
