import type { Mask } from "../look.ts";
import {
  type Case,
  infer,
  meanwhile,
  type RequestStep,
  type Step,
  send,
  testCase,
  together,
  untilAnswered,
} from "../suite.ts";
import { release, untilHeld } from "./held-model.ts";

/** Some of these wait for one another, on machines that may have other things to do. */
const TIMEOUT_MS = 30_000;

/** Times differ from run to run; that they are there, and zero where nothing ran, does not. */
const TIMES: readonly Mask[] = [
  [/"ns":[1-9]\d*/g, '"ns":1'],
  [/"last_inference":[1-9]\d*/g, '"last_inference":1'],
];

/** A request to a model that says how many rows its run had. */
export interface AskOptions {
  readonly rows?: number;
  readonly width?: number;
  /** Its run is held until it is released. */
  readonly isHeld?: boolean;
  readonly id?: string;
  readonly parameters?: Readonly<Record<string, number | string>>;
}

/** A request to a model that answers with the rows of its run. */
export function ask(model: string, options: AskOptions = {}): RequestStep {
  const { rows = 1, width = 1, isHeld = false, id, parameters } = options;
  const step = infer(model, {
    ...(id === undefined ? {} : { id }),
    ...(parameters === undefined ? {} : { parameters }),
    inputs: [
      {
        name: "INPUT0",
        datatype: "FP32",
        shape: [rows, width],
        data: new Array<number>(rows * width).fill(1),
      },
      {
        name: "COUNT",
        datatype: "INT64",
        shape: [rows, 1],
        data: new Array<number>(rows).fill(isHeld ? 1 : 0),
      },
    ],
    outputs: [{ name: "BATCH" }],
  });
  return { ...step, timeoutMs: TIMEOUT_MS };
}

/** The statistics once so many successes are counted: the real server counts when it has answered. */
export function stats(model: string, successCount: number): RequestStep {
  const text = `"success":{"count":${successCount},`;
  return {
    ...send(`/v2/models/${model}/stats`, { masks: TIMES }),
    until: (observation) => observation.text?.includes(text) === true,
  };
}

/** One family of a model's metrics. */
export function metric(model: string, family: string): RequestStep {
  const others = new RegExp(`^(?!${family}\\{[^\\n]*model="${model}").*\\n?`, "gm");
  return { ...send("/metrics", { masks: [[others, ""]], anyLineOrder: true }), port: "metrics" };
}

/** A model's only value of a family once it is so, while requests are on their way. */
export function untilMetric(model: string, family: string, value: number): RequestStep {
  const text = `} ${value}`;
  return {
    ...meanwhile(metric(model, family)),
    until: (observation) => observation.text?.endsWith(text) === true,
  };
}

/** How many of a model's requests wait. */
export const PENDING = "nv_inference_pending_request_count";

/** A request that is sent while a run is held. */
export interface QueuedRequest extends AskOptions {
  /** It does not wait until the run is released, but is answered before. */
  readonly isAnsweredAtOnce?: boolean;
}

type Row = Pick<RequestStep, "isOrderObserved">;

/** Sends requests while a run is held: each is known to wait, or has its answer, before the next is sent. */
export function queued(
  model: string,
  requests: readonly QueuedRequest[],
  row: Row = {},
): readonly Step[] {
  let waitingCount = 0;
  let answeredCount = 0;
  return requests.flatMap(({ isAnsweredAtOnce = false, ...request }) => [
    ...together([ask(model, request)], row),
    isAnsweredAtOnce ? untilAnswered(++answeredCount) : untilMetric(model, PENDING, ++waitingCount),
  ]);
}

/** Holds an instance of the model while the other steps are taken. */
export function whileHeld(model: string, ...steps: readonly Step[]): readonly Step[] {
  return [...together([ask(model, { isHeld: true })]), untilHeld(model), ...steps, release(model)];
}

/** Requests that come while the model's only instance is held, and run when it is released. */
export function heldCase(name: string, model: string, ...requests: readonly QueuedRequest[]): Case {
  return testCase(name, ...whileHeld(model, ...queued(model, requests)));
}

/**
 * The same where each request runs alone, observed in the order of the answers, which is that of the runs: each run is held,
 * and released when the answers of those before it have come.
 */
export function orderCase(
  name: string,
  model: string,
  ...requests: readonly QueuedRequest[]
): Case {
  const row: Row = { isOrderObserved: true };
  const held = requests.map((request) => ({ ...request, isHeld: true }));
  const earlyCount = requests.filter(({ isAnsweredAtOnce }) => isAnsweredAtOnce === true).length;
  const runs = Array.from({ length: requests.length - earlyCount }, (_, index) => [
    release(model),
    untilAnswered(earlyCount + index + 1),
    untilHeld(model),
  ]);
  return testCase(
    name,
    ...together([ask(model, { isHeld: true })], row),
    untilHeld(model),
    ...queued(model, held, row),
    ...runs.flat(),
    release(model),
  );
}
