import { runtime } from "./runtime.ts";

/** What a family counts. */
export interface MetricFamilyDefinition {
  readonly name: string;
  readonly description: string;
  readonly kind: "counter" | "gauge" | "histogram";
}

/**
 * One series on the server's metrics page. Changes are on the page when the answers that follow them have been sent.
 *
 * @throws {TritonError} from a change that its kind does not take
 */
export interface Metric {
  /** A counter by no less than 0, a gauge by any number. */
  increment(amount: number): void;
  /** A gauge. */
  set(value: number): void;
  /** A histogram. */
  observe(value: number): void;
  /** Rejects for a histogram. */
  value(): Promise<number>;
}

/** A metric family. Families of equal name are one, throughout the server; they go with the instance. */
export interface MetricFamily {
  readonly definition: MetricFamilyDefinition;
  /** @param buckets upper bounds, ascending: for a histogram, and for it only */
  metric(labels?: Readonly<Record<string, string>>, buckets?: readonly number[]): Promise<Metric>;
}

/** Makes, or shares, a family. Rejects with a `TritonError` for a name that cannot be or is another kind's. */
export function createMetricFamily(definition: MetricFamilyDefinition): Promise<MetricFamily> {
  return runtime().createMetricFamily(definition);
}
