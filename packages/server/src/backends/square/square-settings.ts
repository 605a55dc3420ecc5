import type { ModelConfig } from "@nereid/protocol";

/** The largest value that a parameter may have: it is a C int there. */
const VALUE_MAX = 2 ** 31 - 1;

/** How a square model pretends to compute, from the parameters of its configuration. */
export interface SquareSettings {
  readonly inferDelayNs: number;
  readonly outputDelayNs: number;
  /** How long it takes to stop a request whose client has gone. */
  readonly cancelDelayNs: number;
  /** So many answers before the empty ones fail. */
  readonly failCount: number;
  /** So many answers at the end are not sent. */
  readonly emptyCount: number;
}

/** The kind of the answer with this number out of `count`: successes come first, then failures, then empty ones. */
export function answerKind(
  settings: SquareSettings,
  index: number,
  count: number,
): "success" | "failure" | "empty" {
  const left = count - index;
  if (left <= settings.emptyCount) {
    return "empty";
  }
  return left <= settings.emptyCount + settings.failCount ? "failure" : "success";
}

/** What is no number counts as 0, as in Triton's square backend. */
export function squareSettings({ parameters }: ModelConfig): SquareSettings {
  const numberOf = (key: string): number => {
    const text = Object.hasOwn(parameters, key) ? (parameters[key]?.stringValue ?? "") : "";
    const value = /^[0-9]+$/.test(text) ? Number(text) : 0;
    return value <= VALUE_MAX ? value : 0;
  };
  return {
    inferDelayNs: numberOf("CUSTOM_INFER_DELAY_NS"),
    outputDelayNs: numberOf("CUSTOM_OUTPUT_DELAY_NS"),
    cancelDelayNs: numberOf("CUSTOM_CANCEL_DELAY_NS"),
    failCount: numberOf("CUSTOM_FAIL_COUNT"),
    emptyCount: numberOf("CUSTOM_EMPTY_COUNT"),
  };
}
