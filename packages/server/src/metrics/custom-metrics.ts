import { StatusCode, TritonError } from "@nereid/protocol";
import type {
  CustomMetricFamily,
  CustomMetricScope,
  CustomMetrics,
  MetricKind,
} from "../model/custom-metrics.ts";
import { MetricSeries, SharedMetric } from "./custom-series.ts";
import type { MetricFamily } from "./exposition.ts";

/** Families at once. */
const FAMILY_COUNT_MAX = 1000;

/** Series of one family. */
const SERIES_COUNT_MAX = 10_000;

const METRIC_NAME = /^(?!__)[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;

/** A family that lives while somebody holds it. */
interface SharedFamily {
  readonly name: string;
  readonly description: string;
  readonly kind: MetricKind;
  /** By the text of their labels. */
  readonly series: Map<string, MetricSeries>;
  holderCount: number;
}

/**
 * The metric families that models make for themselves.
 *
 * Families of one name are shared, and so are series with equal labels: each lives while somebody holds it. The real server
 * never lets go of a family; here its name is free again.
 *
 * @see Triton core src/metric_family.cc; prometheus-cpp, whose messages are passed on there
 */
export class CustomMetricRegistry implements CustomMetrics {
  readonly #families = new Map<string, SharedFamily>();
  readonly #builtIn: ReadonlyMap<string, MetricKind>;

  /** @param builtIn the server's own families: a model may add series to one, but not of another kind */
  constructor(builtIn: readonly Pick<MetricFamily, "name" | "type">[]) {
    this.#builtIn = new Map(builtIn.map(({ name, type }) => [name, type]));
  }

  openScope(): CustomMetricScope {
    const families: CustomMetricFamily[] = [];
    return {
      createFamily: ({ name, description, kind }) => {
        const family = new HeldFamily(this.#hold({ name, description, kind }), (shared) => {
          this.#letGo(shared);
        });
        families.push(family);
        return family;
      },
      close: () => {
        for (const family of families.splice(0)) {
          family.release();
        }
      },
    };
  }

  /** The families as they are now, in the order in which they came. */
  families(): readonly MetricFamily[] {
    return [...this.#families.values()].map(({ name, description, kind, series }) => ({
      name,
      help: description,
      type: kind,
      samples: [...series.values()].flatMap((one) => one.samples()),
    }));
  }

  #hold(wanted: Pick<SharedFamily, "name" | "description" | "kind">): SharedFamily {
    const existing = this.#families.get(wanted.name);
    const kind = existing?.kind ?? this.#builtIn.get(wanted.name) ?? wanted.kind;
    if (kind !== wanted.kind) {
      throw invalid("Family name already exists with different type");
    }
    if (existing !== undefined) {
      existing.holderCount++;
      return existing;
    }
    if (!METRIC_NAME.test(wanted.name)) {
      throw invalid("Invalid metric name");
    }
    if (this.#families.size >= FAMILY_COUNT_MAX) {
      throw exhausted(`more than ${FAMILY_COUNT_MAX} metric families`);
    }
    const family = { ...wanted, series: new Map(), holderCount: 1 };
    this.#families.set(wanted.name, family);
    return family;
  }

  #letGo(family: SharedFamily): void {
    family.holderCount--;
    if (family.holderCount === 0) {
      this.#families.delete(family.name);
    }
  }
}

/** One holder's hold on a family, and the metrics that it made through it. */
class HeldFamily implements CustomMetricFamily {
  readonly kind: MetricKind;
  readonly #onRelease: (family: SharedFamily) => void;
  readonly #metrics = new Set<SharedMetric>();
  #family: SharedFamily | null;

  constructor(family: SharedFamily, onRelease: (family: SharedFamily) => void) {
    this.kind = family.kind;
    this.#family = family;
    this.#onRelease = onRelease;
  }

  addMetric(labels: ReadonlyMap<string, string>, buckets: readonly number[] | null): SharedMetric {
    const family = this.#family;
    if (family === null) {
      throw new TritonError(StatusCode.Internal, "the metric family has been released");
    }
    checkBuckets(family.kind, buckets);
    const sorted = [...labels].sort(([left], [right]) => (left < right ? -1 : 1));
    const key = JSON.stringify(sorted);
    let series = family.series.get(key);
    if (series === undefined) {
      checkLabels(family.kind, labels);
      if (family.series.size >= SERIES_COUNT_MAX) {
        throw exhausted(`more than ${SERIES_COUNT_MAX} metrics of family '${family.name}'`);
      }
      series = new MetricSeries(family.kind, Object.fromEntries(sorted), buckets ?? []);
      family.series.set(key, series);
    }
    const metric = new SharedMetric(series, (last) => {
      this.#metrics.delete(metric);
      if (last) {
        family.series.delete(key);
      }
    });
    this.#metrics.add(metric);
    return metric;
  }

  release(): void {
    const family = this.#family;
    if (family === null) {
      return;
    }
    this.#family = null;
    for (const metric of this.#metrics) {
      metric.release();
    }
    this.#onRelease(family);
  }
}

function checkBuckets(kind: MetricKind, buckets: readonly number[] | null): void {
  if (kind !== "histogram") {
    if (buckets !== null) {
      throw invalid(`Unexpected args found in ${kind} Metric constructor.`);
    }
    return;
  }
  if (buckets === null) {
    throw invalid("Bucket boundaries not found in Metric args.");
  }
  const isAscending = buckets.every((bound, index) => {
    const previous = buckets[index - 1];
    return !Number.isNaN(bound) && (previous === undefined || previous < bound);
  });
  if (!isAscending) {
    throw invalid("Bucket Boundaries must be strictly sorted");
  }
}

function checkLabels(kind: MetricKind, labels: ReadonlyMap<string, string>): void {
  for (const name of labels.keys()) {
    if (!LABEL_NAME.test(name) || (kind === "histogram" && name === "le")) {
      throw invalid("Invalid label name");
    }
  }
}

function invalid(message: string): TritonError {
  return new TritonError(StatusCode.InvalidArg, message);
}

function exhausted(message: string): TritonError {
  return new TritonError(StatusCode.Unavailable, message);
}
