import { RequestedOutput } from "./decoded-infer-request.ts";
import {
  invalidError,
  requireBinaryData,
  requireClassCount,
  requireText,
  sharedMemoryOf,
} from "./request-checks.ts";
import { ABSENT, type OutputScan } from "./tensor-scan.ts";

/**
 * The name of a requested output, once it is known that its parameters do not contradict each other.
 *
 * @throws {TritonError} Internal or InvalidArg with the real server's text
 * @see Triton server src/http_server.cc, ParseJsonTritonIO
 * @internal
 */
export function decodeOutputName(scan: OutputScan): string {
  checkConflicts(scan);
  return requireText("name", { isGiven: scan.hasName, text: scan.name });
}

/**
 * The output with the form in which it is wanted.
 *
 * @throws {TritonError} Internal with the real server's text
 * @internal
 */
export function decodeOutputForm(name: string, { parameters }: OutputScan): RequestedOutput {
  const classCount = requireClassCount(parameters);
  const sharedMemory = sharedMemoryOf(parameters);
  return sharedMemory === null
    ? new RequestedOutput(name, requireBinaryData(parameters, "parse"), classCount, null)
    : new RequestedOutput(name, false, 0, sharedMemory);
}

/** @see Triton server src/http_server.cc, ValidateOutputParameter */
function checkConflicts({ parameters }: OutputScan): void {
  if (!parameters.hasRegion) {
    return;
  }
  if (parameters.classification !== ABSENT) {
    throw invalidError("Output can't set both 'shared_memory_region' and 'classification'");
  }
  if (requireBinaryData(parameters, "set")) {
    throw invalidError("Output can't set both 'shared_memory_region' and 'binary_data'");
  }
}
