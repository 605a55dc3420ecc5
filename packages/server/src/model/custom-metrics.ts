/** What a metric family counts; a histogram's metrics have buckets. */
export type MetricKind = "counter" | "gauge" | "histogram";

/**
 * One series of a family. Series with equal labels are one, whoever asked for them.
 *
 * @see Triton core src/metric_family.cc, whose texts the errors have
 */
export interface CustomMetric {
  readonly kind: MetricKind;
  /** @throws {TritonError} Unsupported for a histogram, Internal after `release` */
  value(): number;
  /** @throws {TritonError} InvalidArg for a counter and a negative number, Unsupported for a histogram */
  increment(amount: number): void;
  /** @throws {TritonError} Unsupported unless it is a gauge */
  set(value: number): void;
  /** @throws {TritonError} Unsupported unless it is a histogram */
  observe(value: number): void;
  /** Gives the series up, which ends when nobody else has it. Idempotent. */
  release(): void;
}

/** A metric family. Families of equal name are one, with the description that came first. */
export interface CustomMetricFamily {
  readonly kind: MetricKind;
  /**
   * @param buckets upper bounds, ascending, for a histogram; null for others
   * @throws {TritonError} InvalidArg for labels or buckets that cannot be, Unavailable beyond a limit
   */
  addMetric(labels: ReadonlyMap<string, string>, buckets: readonly number[] | null): CustomMetric;
  /** Gives the family up, and with it every metric made through this object. Idempotent. */
  release(): void;
}

/** The families of one owner (an instance of a model), which go with it. */
export interface CustomMetricScope {
  /** @throws {TritonError} InvalidArg for a name that cannot be or is another kind's, Unavailable beyond a limit */
  createFamily(definition: {
    readonly name: string;
    readonly description: string;
    readonly kind: MetricKind;
  }): CustomMetricFamily;
  /** Gives up everything made through this object. Idempotent. */
  close(): void;
}

/** The server's custom metrics, as backends see them. */
export interface CustomMetrics {
  openScope(): CustomMetricScope;
}
