import { StatusCode, TritonError } from "@nereid/protocol";
import type { CustomMetric, MetricKind } from "../model/custom-metrics.ts";
import type { Sample } from "./exposition.ts";

/** What the C API calls the kinds; its messages do. */
const KIND_NAMES = {
  counter: "TRITONSERVER_METRIC_KIND_COUNTER",
  gauge: "TRITONSERVER_METRIC_KIND_GAUGE",
  histogram: "TRITONSERVER_METRIC_KIND_HISTOGRAM",
} as const;

/** The numbers of one series, whoever holds it. */
export class MetricSeries {
  readonly kind: MetricKind;
  readonly #labels: Readonly<Record<string, string>>;
  /** A histogram's upper bounds, ascending. */
  readonly #bounds: readonly number[];
  /** A histogram's observations by bucket; the last is of those above every bound. */
  readonly #counts: number[];
  /** The value, or a histogram's sum. */
  value = 0;
  holderCount = 0;

  constructor(
    kind: MetricKind,
    labels: Readonly<Record<string, string>>,
    bounds: readonly number[],
  ) {
    this.kind = kind;
    this.#labels = labels;
    this.#bounds = [...bounds];
    this.#counts = kind === "histogram" ? new Array<number>(bounds.length + 1).fill(0) : [];
  }

  /** Counts into the first bucket whose bound is not less. What is no number is below every bound. */
  observe(value: number): void {
    const index = this.#bounds.findIndex((bound) => !(bound < value));
    const bucket = index < 0 ? this.#bounds.length : index;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.value += value;
  }

  /** Its lines on the metrics page. */
  samples(): readonly Sample[] {
    const labels = this.#labels;
    if (this.kind !== "histogram") {
      return [{ labels, value: this.value }];
    }
    let cumulative = 0;
    const buckets = this.#counts.map((count, index): Sample => {
      cumulative += count;
      const bound = this.#bounds[index] ?? Number.POSITIVE_INFINITY;
      return { suffix: "_bucket", labels, bound, value: cumulative };
    });
    // A last bound that is infinite already says what the bucket above it would.
    const isClosed = this.#bounds.at(-1) === Number.POSITIVE_INFINITY;
    return [
      { suffix: "_count", labels, value: cumulative },
      { suffix: "_sum", labels, value: this.value },
      ...(isClosed ? buckets.slice(0, -1) : buckets),
    ];
  }
}

/** One holder's hold on a series. */
export class SharedMetric implements CustomMetric {
  readonly kind: MetricKind;
  readonly #onRelease: (isLast: boolean) => void;
  #series: MetricSeries | null;

  /** @param onRelease called once; `isLast` says that nobody else holds the series */
  constructor(series: MetricSeries, onRelease: (isLast: boolean) => void) {
    this.kind = series.kind;
    this.#series = series;
    this.#onRelease = onRelease;
    series.holderCount++;
  }

  value(): number {
    const series = this.#held("get");
    this.#refuse("Value", "histogram");
    return series.value;
  }

  increment(amount: number): void {
    const series = this.#held("increment");
    this.#refuse("Increment", "histogram");
    if (this.kind === "counter" && amount < 0) {
      throw new TritonError(
        StatusCode.InvalidArg,
        `${KIND_NAMES.counter} can only be incremented monotonically by non-negative values.`,
      );
    }
    series.value += amount;
  }

  set(value: number): void {
    const series = this.#held("set");
    this.#refuse("Set", "counter", "histogram");
    series.value = value;
  }

  observe(value: number): void {
    const series = this.#held("set");
    this.#refuse("Observe", "counter", "gauge");
    series.observe(value);
  }

  release(): void {
    const series = this.#series;
    if (series === null) {
      return;
    }
    this.#series = null;
    series.holderCount--;
    this.#onRelease(series.holderCount === 0);
  }

  #held(verb: string): MetricSeries {
    if (this.#series === null) {
      throw new TritonError(
        StatusCode.Internal,
        `Could not ${verb} metric value. Metric has been invalidated.`,
      );
    }
    return this.#series;
  }

  #refuse(operation: string, ...kinds: readonly MetricKind[]): void {
    if (kinds.includes(this.kind)) {
      throw new TritonError(
        StatusCode.Unsupported,
        `${KIND_NAMES[this.kind]} does not support ${operation}`,
      );
    }
  }
}
