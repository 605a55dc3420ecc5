import { FLAG_GROUPS, type FlagGroup, type FlagSpec } from "./flag-spec.ts";
import { CLOUD_FLAGS } from "./flags-cloud.ts";
import { GRPC_FLAGS } from "./flags-grpc.ts";
import { HTTP_FLAGS, METRICS_FLAGS } from "./flags-http.ts";
import { EXECUTION_FLAGS, MEMORY_FLAGS } from "./flags-runtime.ts";
import { REPOSITORY_FLAGS, SERVER_FLAGS } from "./flags-server.ts";
import { DEPRECATED_FLAGS, TRACE_FLAGS } from "./flags-trace.ts";

/** Every flag, in the order of the usage text, which is also the order in which ambiguous prefixes are explained. */
export const FLAG_TABLE: readonly FlagSpec[] = [
  ...SERVER_FLAGS,
  ...REPOSITORY_FLAGS,
  ...HTTP_FLAGS,
  ...GRPC_FLAGS,
  ...CLOUD_FLAGS,
  ...METRICS_FLAGS,
  ...TRACE_FLAGS,
  ...EXECUTION_FLAGS,
  ...MEMORY_FLAGS,
  ...DEPRECATED_FLAGS,
];

/** A group of the usage text with its flags. */
export interface GroupedFlags {
  readonly group: FlagGroup;
  readonly flags: readonly FlagSpec[];
}

/** The table by group, in the order of the groups. */
export function groupedFlags(): readonly GroupedFlags[] {
  return FLAG_GROUPS.map((group) => ({
    group,
    flags: FLAG_TABLE.filter((spec) => spec.group === group),
  }));
}
