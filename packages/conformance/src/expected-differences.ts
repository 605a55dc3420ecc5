import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Observation } from "./observation.ts";

/** Why our answer may differ from the recorded one. */
export const DIFFERENCE_KINDS = ["version", "crash", "improvement", "unsupported"] as const;

/** One of `DIFFERENCE_KINDS`. */
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number];

/** A case whose answer differs on purpose. */
export interface ExpectedDifference {
  /** `suite/case`; or `suite` for one whose flags are refused, with `exit <code>` and part of the output as `expect`. */
  readonly case: string;
  /** Index of the answer within the case; null for all of its answers. */
  readonly step: number | null;
  readonly kind: DifferenceKind;
  readonly reason: string;
  /** The place that says what is right; required for `version`. */
  readonly source: string | null;
  /** The right answer: these fields replace the recorded ones (null removes a field). */
  readonly expect: Readonly<Partial<Record<keyof Observation, unknown>>>;
}

const PATH = join(import.meta.dirname, "..", "expected-differences.yaml");

/** Reads expected-differences.yaml. @throws {Error} naming the entry that is not well-formed */
export function readExpectedDifferences(path: string = PATH): readonly ExpectedDifference[] {
  return parseExpectedDifferences(readFileSync(path, "utf8"));
}

/** The entries of the file's text. @throws {Error} naming the entry that is not well-formed */
export function parseExpectedDifferences(text: string): readonly ExpectedDifference[] {
  const document: unknown = parse(text) ?? [];
  if (!Array.isArray(document)) {
    throw new Error("expected-differences: a list is expected");
  }
  return document.map((entry: unknown, index) => parseEntry(entry, index));
}

/** What our server must answer: the recorded observation with the difference's fields in place of its own. */
export function expectedObservation(
  recorded: Observation | undefined,
  difference: ExpectedDifference,
): Observation {
  const merged: Record<string, unknown> = { ...recorded };
  for (const [field, value] of Object.entries(difference.expect)) {
    if (value === null) {
      delete merged[field];
    } else {
      merged[field] = value;
    }
  }
  if (merged["status"] === undefined) {
    throw new Error(`${difference.case}: no answer was recorded and 'expect' gives no status`);
  }
  // The fields are those of Observation: parseEntry checked the names, and the status is there.
  return merged as unknown as Observation;
}

const EXPECT_FIELDS: ReadonlySet<string> = new Set([
  "status",
  "headers",
  "text",
  "base64",
  "tail",
  "messages",
]);

function parseEntry(entry: unknown, index: number): ExpectedDifference {
  const fail = (what: string): never => {
    throw new Error(`expected-differences: entry ${index + 1}: ${what}`);
  };
  if (entry === null || typeof entry !== "object") {
    return fail("not a mapping");
  }
  // A mapping of the YAML file: its values are checked one by one.
  const fields = entry as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(fields)) {
    if (!["case", "step", "kind", "reason", "source", "expect"].includes(name)) {
      fail(`unknown field '${name}'`);
    }
  }
  const { case: caseName, step, reason, source, expect } = fields;
  const kind = DIFFERENCE_KINDS.find((known) => known === fields["kind"]);
  if (typeof caseName !== "string" || typeof reason !== "string" || kind === undefined) {
    return fail("'case', 'kind' and 'reason' are required");
  }
  if (expect === null || typeof expect !== "object" || Object.keys(expect).length === 0) {
    return fail(`${caseName}: 'expect' says what is right`);
  }
  for (const name of Object.keys(expect)) {
    if (!EXPECT_FIELDS.has(name)) {
      fail(`${caseName}: unknown field '${name}' in 'expect'`);
    }
  }
  if (kind === "version" && typeof source !== "string") {
    return fail(`${caseName}: a version difference needs its 'source'`);
  }
  return {
    case: caseName,
    step: typeof step === "number" ? step : null,
    kind,
    reason,
    source: typeof source === "string" ? source : null,
    expect,
  };
}
