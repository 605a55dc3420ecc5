import type { OptionsDraft } from "./options-draft.ts";

/** The headings of the usage text, in its order. */
export const FLAG_GROUPS = [
  "",
  "Server",
  "Logging",
  "Model Repository",
  "HTTP",
  "GRPC",
  "Sagemaker",
  "Vertex",
  "Metrics",
  "Tracing",
  "Backend",
  "Repository Agent",
  "Response Cache",
  "Rate Limiter",
  "Memory/Device Management",
  "Shared Memory",
  "DEPRECATED",
] as const;
/** A heading of the usage text; "" is above the first. */
export type FlagGroup = (typeof FLAG_GROUPS)[number];

/**
 * What comes of a flag:
 * - `supported`: it does what it does in tritonserver;
 * - `dormant`: it belongs to a feature that is off unless the flag `switch` turns it on, and has no effect until then;
 * - `refused`: it needs `feature`, which is still to come. `accepted` says in words which values are fine all the same,
 *   because they mean off or the default; `isRefused` decides, once the whole command line has been read.
 */
export type FlagStatus =
  | { readonly kind: "supported" }
  | { readonly kind: "dormant"; readonly switch: string }
  | {
      readonly kind: "refused";
      readonly feature: string;
      readonly accepted: string;
      readonly isRefused: (value: string, draft: OptionsDraft) => boolean;
    };

/** One flag of the command line: the single source of its parsing, its help and its documentation. */
export interface FlagSpec {
  readonly name: string;
  readonly group: FlagGroup;
  /** The kind of value as the usage text shows it: `boolean`, `integer`, …; empty for a flag without one. */
  readonly argument: string;
  /** What holds without the flag, as shown in the documentation; empty: nothing. */
  readonly defaultText: string;
  readonly help: string;
  /** Whether every occurrence counts; otherwise the last one wins. */
  readonly isRepeatable: boolean;
  readonly status: FlagStatus;
  /** What to use instead, for a deprecated flag. */
  readonly replacement: string | null;
  /** The flag that this one is another name of. */
  readonly aliasOf: string | null;
  /** Whether tritonserver does not have it. */
  readonly isExtension: boolean;
  /** Reads one value into the draft. @throws {ParseError} with tritonserver's text for a value it refuses */
  readonly apply: (draft: OptionsDraft, value: string) => void;
}

/** The status of a flag that works. */
export const SUPPORTED: FlagStatus = { kind: "supported" };

/** The parts of a flag that most flags do not have. */
type Defaulted = "isRepeatable" | "status" | "replacement" | "aliasOf" | "isExtension";

/** Completes a flag with the usual: supported, given once, in tritonserver too, neither deprecated nor an alias. */
export function flag(
  spec: Omit<FlagSpec, Defaulted> & Partial<Pick<FlagSpec, Defaulted>>,
): FlagSpec {
  return {
    isRepeatable: false,
    status: SUPPORTED,
    replacement: null,
    aliasOf: null,
    isExtension: false,
    ...spec,
  };
}
