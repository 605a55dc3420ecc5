import { digestOfCase } from "../golden-file.ts";
import { type CallOptions, call } from "../grpc-step.ts";
import type { Look, Mask } from "../look.ts";
import type { Case, GrpcStep, RequestStep, Step, Suite } from "../suite.ts";
import { callTwin } from "./call-twin.ts";

/** What the masks of HTTP's JSON leave over in the JSON of messages. */
const MASKS: readonly Mask[] = [
  // The comma behind the last entry that a mask of the index left.
  [/,\](?=\}$)/, "]"],
  // The same wording that is masked where it is part of JSON.
  [/onnx runtime error \d+: Load model from [\s\S]*(?=;\n)/, "<runtime error>"],
  // Counters and times are strings here.
  [/"ns":"[1-9]\d*"/g, '"ns":"1"'],
  [/"lastInference":"[1-9]\d*"/g, '"lastInference":"1"'],
];

/**
 * A suite that asks over gRPC what another asks over HTTP, for the cases where that can be asked: the server's faults
 * and texts do not depend on the protocol.
 */
export function overGrpc(
  suite: Suite,
  options: { readonly flags?: readonly string[] } = {},
): Suite {
  return {
    name: suite.name.replace(/^L0_/, "L0_grpc_"),
    about: `over gRPC: ${suite.about}`,
    models: suite.models,
    flags: options.flags ?? suite.flags,
    cases: withoutRepeated(suite.cases.map(caseTwin).filter((item) => item !== null)),
  };
}

/** What differs over HTTP only, by its framing, is the same question here: it is asked once. */
function withoutRepeated(cases: readonly Case[]): readonly Case[] {
  const firstNames = new Map<string, string>();
  return cases.filter((item) => {
    const digest = digestOfCase(item);
    const first = firstNames.get(digest);
    firstNames.set(digest, first ?? item.name);
    return first === undefined || item.steps.some(({ kind }) => kind === "change");
  });
}

function caseTwin(item: Case): Case | null {
  const steps: Step[] = [];
  for (const step of item.steps) {
    const isHttp = step.kind === "request" && step.port === "http";
    const twin = isHttp ? stepTwin(step) : step;
    if (twin === null) {
      return null;
    }
    steps.push(twin);
  }
  const isSpoken = steps.some(({ kind }) => kind === "grpc");
  return isSpoken ? { ...item, steps } : null;
}

function stepTwin(step: RequestStep): GrpcStep | null {
  const isPlain = step.source !== undefined && step.port === "http" && step.tolerance === undefined;
  const twin = isPlain && step.source !== undefined ? callTwin(step.source) : null;
  if (twin === null) {
    return null;
  }
  const look: Look = {
    ...(step.masks === undefined ? {} : { masks: [...step.masks, ...MASKS] }),
    ...(step.anyOrder === undefined ? {} : { anyOrder: step.anyOrder }),
  };
  const options: CallOptions = {
    ...look,
    headers: twin.metadata,
    ...(step.until === undefined ? {} : { until: step.until }),
  };
  try {
    return call(twin.method, twin.request, options);
  } catch {
    // A value that the message's field cannot hold.
    return null;
  }
}
