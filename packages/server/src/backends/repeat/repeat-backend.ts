import type { ModelConfig } from "@nereid/protocol";
import { AlarmClock } from "../../base/alarm-clock.ts";
import type {
  Backend,
  BackendOptions,
  Instance,
  InstancePlacement,
  Model,
  ModelContext,
} from "../../model/backend.ts";
import type { PacedRequestsOptions } from "../paced-requests.ts";
import { checkRepeatConfig } from "./check-repeat-config.ts";
import { RepeatInstance } from "./repeat-instance.ts";

/**
 * The backend `repeat`: for trying decoupled models. IN, DELAY and WAIT go in, and every element of IN comes back as OUT, with
 * its index as IDX, in an answer of its own.
 *
 * @see https://github.com/triton-inference-server/repeat_backend
 */
export class RepeatBackend implements Backend {
  readonly name = "repeat";
  readonly libraryPath = "built in";
  readonly #options: PacedRequestsOptions;

  constructor({ clock }: Pick<BackendOptions, "clock">) {
    this.#options = { clock, alarmClock: new AlarmClock({ clock, wait: null }) };
  }

  autoComplete(): Promise<ModelConfig | null> {
    return Promise.resolve(null);
  }

  /** Rejects with InvalidArg if the configuration is not a repeat model's. */
  async createModel({ config }: ModelContext): Promise<Model> {
    checkRepeatConfig(config);
    return new RepeatModel(this.#options);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

class RepeatModel implements Model {
  readonly #options: PacedRequestsOptions;

  constructor(options: PacedRequestsOptions) {
    this.#options = options;
  }

  createInstance(placement: InstancePlacement): Promise<Instance> {
    return Promise.resolve(new RepeatInstance(placement, this.#options));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
