import type { MessagePort } from "node:worker_threads";
import type { Datatype } from "@nereid/protocol";
import type { ModelArguments } from "../api/model.ts";

/** What a worker needs to know of an output. */
export interface OutputDefinition {
  readonly name: string;
  readonly datatype: Datatype;
  /** With the batch dimension; -1 for any size. */
  readonly shape: readonly number[];
}

/** What a worker is told when it starts. */
export interface WorkerStart {
  /** `complete`: only asks the model to complete its configuration. */
  readonly purpose: "serve" | "complete";
  readonly inbound: SharedArrayBuffer;
  readonly outbound: SharedArrayBuffer;
  readonly ownBuffers: MessagePort;
  readonly otherBuffers: MessagePort;
  /** One int32: the number of the batch that the worker began last. */
  readonly begun: SharedArrayBuffer;
  readonly modelPath: string;
  readonly args: ModelArguments;
  readonly isDecoupled: boolean;
  readonly isBatching: boolean;
  readonly outputs: readonly OutputDefinition[];
}

/** Wakes the other side's end of the rings. */
export const BELL = 0;

/** What a worker posts beside its records. */
export type WorkerMessage =
  | typeof BELL
  /** `config`: what the model made of the configuration, or null if it leaves it as it is. */
  | {
      readonly type: "started";
      readonly hasReadiness: boolean;
      readonly config: string | null;
      /** What to add to times of the worker's clock for those of a clock that all threads share. */
      readonly clockOffsetNs: number;
    }
  | { readonly type: "failed"; readonly message: string; readonly stack: string };
