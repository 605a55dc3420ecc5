import type { MetricFamilyDefinition } from "../api/metric-family.ts";
import type { LogLevel } from "../api/runtime.ts";

/** What a worker asks, as JSON. Bytes are in base64, versions in decimal. */
export type Question =
  | { readonly ask: "isModelReady"; readonly name: string; readonly version: string | null }
  | {
      readonly ask: "loadModel";
      readonly name: string;
      readonly config: string | null;
      readonly files: readonly (readonly [path: string, base64: string])[];
    }
  | { readonly ask: "unloadModel"; readonly name: string; readonly unloadDependents: boolean }
  /** Answered with the family's number. */
  | { readonly ask: "createFamily"; readonly definition: MetricFamilyDefinition }
  /** Answered with the metric's number. */
  | {
      readonly ask: "addMetric";
      readonly family: number;
      readonly labels: readonly (readonly [string, string])[];
      readonly buckets: readonly number[] | null;
    }
  | { readonly ask: "metricValue"; readonly metric: number };

/** A question and the number under which it is answered. */
export interface NumberedQuestion {
  readonly id: number;
  readonly question: Question;
}

/** The answer to a question: a value, or an error. */
export interface NumberedAnswer {
  readonly id: number;
  readonly value?: number | boolean;
  readonly error?: { readonly code: number; readonly message: string };
}

/** What a worker tells without waiting. Numbers that JSON has no words for travel as text. */
export type Remark =
  | { readonly tell: "log"; readonly level: LogLevel; readonly message: string }
  | {
      readonly tell: "metric";
      readonly metric: number;
      readonly change: "increment" | "set" | "observe";
      readonly amount: string;
    };
