import type { GrpcCall } from "./grpc-exchange.ts";
import {
  httpRequest,
  type InferOptions,
  inferRequest,
  type RequestOptions,
} from "./http-request.ts";
import type { Look } from "./look.ts";
import type { ModelSource } from "./model-repository.ts";
import type { Observation } from "./observation.ts";

/** Sends a request and observes the answer. */
export interface RequestStep extends Look {
  readonly kind: "request";
  readonly bytes: Uint8Array;
  readonly port: "http" | "metrics";
  /** Ends the sending side behind the request. */
  readonly isEnded?: boolean;
  /** Which answer is observed, where several requests go out together; 0 unless stated. */
  readonly answerIndex?: number;
  /** Waits this long for an answer that may never come. */
  readonly timeoutMs?: number;
  /** Repeats the request until the answer is so, and observes that one; fails after some seconds. */
  readonly until?: (observation: Observation) => boolean;
  /**
   * Sent a moment after the step before, without waiting for that one's answer. A row of such steps is answered before the
   * next step of another kind.
   */
  readonly isConcurrent?: boolean;
  /** Answered before the next step, while the row of concurrent steps before it is still on its way. */
  readonly isMeanwhile?: boolean;
  /** Whether the answer's place among those of its row is observed. */
  readonly isOrderObserved?: boolean;
  /** What the request was made of, where it is well-formed HTTP: the same may be asked over gRPC. */
  readonly source?: RequestSource;
}

/** A request by its parts. */
export interface RequestSource {
  readonly path: string;
  readonly options: RequestOptions;
  /** Of an inference request, the JSON part and what follows it. */
  readonly inference: { readonly json: string; readonly binary: readonly Uint8Array[] } | null;
}

/** Makes a gRPC call and observes what comes back. The calls of a case share a connection while it lives. */
export interface GrpcStep extends Look, GrpcCall {
  readonly kind: "grpc";
  /** Repeats the call until the answer is so, and observes that one; fails after some seconds. */
  readonly until?: (observation: Observation) => boolean;
  /** As a request's: sent a moment after the step before, without waiting for its end. On the case's connection, too. */
  readonly isConcurrent?: boolean;
  /** The call needs the connection of the one before it: a new one in its place is observed as `closed`. */
  readonly isOnSameConnection?: boolean;
}

/** Changes the model repository; observes nothing. */
export interface ChangeStep {
  readonly kind: "change";
  readonly change: (repositoryDirectory: string) => void;
  /** While the row of concurrent steps before it is still on its way. */
  readonly isMeanwhile?: boolean;
}

/** What an await step can see. */
export interface Surroundings {
  readonly repositoryDirectory: string;
  /** Of the row of concurrent steps that is on its way. */
  readonly answeredCount: number;
}

/**
 * Waits, while the row of concurrent steps before it is still on its way, until something is so in the model repository or of
 * the row; fails after some seconds. Observes nothing.
 */
export interface AwaitStep {
  readonly kind: "await";
  readonly isSo: (surroundings: Surroundings) => boolean;
}

/** Starts a server of its own with these flags only, and observes its exit code and what it has printed. */
export interface StartStep extends Look {
  readonly kind: "start";
  /** `<repository>` stands for the suite's repository, `<http-port>` and its like for free ports. */
  readonly flags: readonly string[];
  /** What is recorded: one stream, or both together. */
  readonly stream: "stdout" | "stderr" | "output";
  /**
   * Stops the server with this signal once it answers and has said that its metrics, too, are served; without it the server is
   * expected to end by itself.
   */
  readonly signal?: "SIGTERM" | "SIGINT";
}

/** Observes lines that the server has logged since the case began; waits until there is one. */
export interface LogStep extends Look {
  readonly kind: "log";
  /** Its first group is what is recorded of each line that matches; equal ones once. */
  readonly pattern: RegExp;
}

/** What a case does, one thing after the other. */
export type Step = RequestStep | GrpcStep | ChangeStep | AwaitStep | StartStep | LogStep;

/** What shows something of the server: each has its observation. */
export type ObservedStep = Exclude<Step, ChangeStep | AwaitStep>;

/** One thing to check. */
export interface Case {
  readonly name: string;
  readonly steps: readonly Step[];
  /** The real server does not survive it (or never answers): it is not asked, and the differences say what is right. */
  readonly isDeadlyForPeer?: boolean;
}

/** Cases that share one start of the server. */
export interface Suite {
  /** As the folder of Triton's server/qa that asks similar things. */
  readonly name: string;
  readonly about: string;
  readonly models: readonly ModelSource[];
  /**
   * What our server has in place of the models of the same names: where the real one needs a script for what we bring along
   * as a backend.
   */
  readonly standIns?: readonly ModelSource[];
  /** tritonserver's flags, besides the repository (whose path `<repository>` stands for) and the ports. */
  readonly flags: readonly string[];
  readonly cases: readonly Case[];
  /** Flags that the recorded version does not have: only our server gets them. */
  readonly newerFlags?: readonly string[];
  /** Its models are Python's: our server is told which interpreter runs them. */
  readonly needsPython?: boolean;
  /** No server is started for the suite: its cases start their own. */
  readonly hasNoServer?: boolean;
}

/** The steps of a case that are observed, in the order of their observations. */
export function observedSteps(item: Case): readonly ObservedStep[] {
  return item.steps.filter((step) => step.kind !== "change" && step.kind !== "await");
}

/** A case of one or more steps. */
export function testCase(name: string, ...steps: readonly Step[]): Case {
  return { name, steps };
}

/** A step that sends `path` to the HTTP port. */
export function send(path: string, options: RequestOptions & Look = {}): RequestStep {
  const { method, headers, body, ...look } = options;
  const request: RequestOptions = {
    ...(method === undefined ? {} : { method }),
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined ? {} : { body }),
  };
  const source = { path, options: request, inference: null };
  return { kind: "request", port: "http", bytes: httpRequest(path, request), source, ...look };
}

/** A step that posts an inference request. */
export function infer(
  model: string,
  json: string | object,
  options: InferOptions & Look = {},
): RequestStep {
  const { version, headers, binary, ...look } = options;
  const request: InferOptions = {
    ...(version === undefined ? {} : { version }),
    ...(headers === undefined ? {} : { headers }),
    ...(binary === undefined ? {} : { binary }),
  };
  const source = {
    path: `/v2/models/${model}${version === undefined ? "" : `/versions/${version}`}/infer`,
    options: headers === undefined ? {} : { headers },
    inference: {
      json: typeof json === "string" ? json : JSON.stringify(json),
      binary: binary ?? [],
    },
  };
  const bytes = inferRequest(model, json, request);
  return { kind: "request", port: "http", bytes, source, ...look };
}

/** Calls that are made one after the other without waiting for their ends. */
export function callsTogether(...steps: readonly GrpcStep[]): readonly GrpcStep[] {
  return steps.map((step) => ({ ...step, isConcurrent: true }));
}

/** Steps that are sent one after the other without waiting for answers. */
export function together(
  steps: readonly RequestStep[],
  options: Pick<RequestStep, "isOrderObserved"> = {},
): readonly RequestStep[] {
  return steps.map((step) => ({ ...step, isConcurrent: true, ...options }));
}

/** A step that sends bytes as they are. */
export function sendRaw(
  bytes: string | Uint8Array,
  options: Look & Pick<RequestStep, "isEnded" | "timeoutMs" | "answerIndex"> = {},
): RequestStep {
  return { kind: "request", port: "http", bytes: Buffer.from(bytes), ...options };
}

/** A step that changes the model repository. */
export function change(how: (repositoryDirectory: string) => void): ChangeStep {
  return { kind: "change", change: how };
}

/** A step that waits for something while the row before it goes on. */
export function awaited(isSo: (surroundings: Surroundings) => boolean): AwaitStep {
  return { kind: "await", isSo };
}

/** A step that waits for the answers to so many requests of the row before it. */
export function untilAnswered(count: number): AwaitStep {
  return awaited(({ answeredCount }) => answeredCount >= count);
}

/** The request again, to be answered while the row before it goes on. */
export function meanwhile(step: RequestStep): RequestStep {
  return { ...step, isMeanwhile: true };
}

/** A step that looks for a message in the log; the pattern's first group is what is recorded. */
export function logged(pattern: RegExp, look: Look = {}): LogStep {
  return { kind: "log", pattern, ...look };
}
