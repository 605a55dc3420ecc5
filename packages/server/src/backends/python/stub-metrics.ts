import { StatusCode, TritonError } from "@nereid/protocol";
import type {
  CustomMetric,
  CustomMetricFamily,
  CustomMetricScope,
  MetricKind,
} from "../../model/custom-metrics.ts";
import type { JsonObject } from "./json-frame.ts";
import { PayloadFields } from "./payload-fields.ts";

const KINDS: ReadonlyMap<string, MetricKind> = new Map([
  ["COUNTER", "counter"],
  ["GAUGE", "gauge"],
  ["HISTOGRAM", "histogram"],
]);

/** Families and metrics that one stub may have at a time. */
const OBJECT_COUNT_MAX = 100_000;

/** The metrics that the code of one stub has made, by the numbers that it knows them by. They go with the stub. */
export class StubMetrics {
  readonly #scope: CustomMetricScope;
  readonly #families = new Map<number, CustomMetricFamily>();
  readonly #metrics = new Map<number, CustomMetric>();
  #lastId = 0;

  constructor(scope: CustomMetricScope) {
    this.#scope = scope;
  }

  /**
   * Answers a call; null if its method is none of these.
   *
   * @throws {TritonError} the reason that the model is given
   */
  call(method: string, payload: JsonObject): JsonObject | null {
    const fields = new PayloadFields(payload);
    switch (method) {
      case "metric_family_create":
        return { family: this.#createFamily(fields) };
      case "metric_create":
        return { metric: this.#createMetric(fields) };
      case "metric_increment":
        this.#metric(fields).increment(fields.number("value"));
        return {};
      case "metric_set":
        this.#metric(fields).set(fields.number("value"));
        return {};
      case "metric_observe":
        this.#metric(fields).observe(fields.number("value"));
        return {};
      case "metric_value":
        return { value: this.#metric(fields).value() };
      default:
        return null;
    }
  }

  /** Acts on a notification; false if it is none of these. */
  notify(method: string, payload: JsonObject): boolean {
    const fields = new PayloadFields(payload);
    if (method === "metric_delete") {
      const id = fields.number("metric");
      this.#metrics.get(id)?.release();
      this.#metrics.delete(id);
      return true;
    }
    if (method === "metric_family_delete") {
      const id = fields.number("family");
      this.#families.get(id)?.release();
      this.#families.delete(id);
      return true;
    }
    return false;
  }

  /** Gives everything up. */
  close(): void {
    this.#scope.close();
    this.#families.clear();
    this.#metrics.clear();
  }

  #createFamily(fields: PayloadFields): number {
    const kind = KINDS.get(fields.text("kind"));
    if (kind === undefined) {
      throw new TritonError(StatusCode.InvalidArg, "Unknown metric kind");
    }
    const name = fields.text("name");
    const description = fields.text("description");
    const id = this.#nextId();
    this.#families.set(id, this.#scope.createFamily({ name, description, kind }));
    return id;
  }

  #createMetric(fields: PayloadFields): number {
    const family = this.#families.get(fields.number("family"));
    if (family === undefined) {
      throw new TritonError(StatusCode.Internal, "there is no such metric family");
    }
    const id = this.#nextId();
    const { labels, buckets } = fields.payload;
    this.#metrics.set(id, family.addMetric(labelsFrom(labels), bucketsFrom(buckets)));
    return id;
  }

  #metric(fields: PayloadFields): CustomMetric {
    const metric = this.#metrics.get(fields.number("metric"));
    if (metric === undefined) {
      throw new TritonError(StatusCode.Internal, "there is no such metric");
    }
    return metric;
  }

  #nextId(): number {
    if (this.#families.size + this.#metrics.size >= OBJECT_COUNT_MAX) {
      throw new TritonError(
        StatusCode.Unavailable,
        `a model instance has at most ${OBJECT_COUNT_MAX} metrics and families`,
      );
    }
    return ++this.#lastId;
  }
}

function labelsFrom(labels: unknown): ReadonlyMap<string, string> {
  if (typeof labels !== "object" || labels === null) {
    return new Map();
  }
  return new Map(Object.entries(labels).map(([name, value]) => [name, String(value)]));
}

function bucketsFrom(buckets: unknown): readonly number[] | null {
  return Array.isArray(buckets) ? buckets.map(Number) : null;
}
