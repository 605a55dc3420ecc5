import type { InferenceRequest } from "../../model/request.ts";

/** Whether a request wants an output: one that names none wants all. */
export function isOutputRequested(request: InferenceRequest, name: string): boolean {
  const { requestedOutputs } = request;
  return (
    requestedOutputs === null || requestedOutputs.length === 0 || requestedOutputs.includes(name)
  );
}

/** The outputs that at least one request of a batch wants; null for all. */
export function requestedOutputsOf(
  requests: readonly InferenceRequest[],
): readonly string[] | null {
  const [first] = requests;
  if (first !== undefined && requests.length === 1) {
    const { requestedOutputs } = first;
    return requestedOutputs?.length === 0 ? null : requestedOutputs;
  }
  const names = new Set<string>();
  for (const { requestedOutputs } of requests) {
    if (requestedOutputs === null || requestedOutputs.length === 0) {
      return null;
    }
    for (const name of requestedOutputs) {
      names.add(name);
    }
  }
  return [...names].sort();
}
