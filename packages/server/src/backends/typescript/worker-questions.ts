import { StatusCode, TritonError, tritonErrorFrom } from "@nereid/protocol";
import type { Logger } from "../../base/logger.ts";
import type {
  CustomMetric,
  CustomMetricFamily,
  CustomMetricScope,
  CustomMetrics,
} from "../../model/custom-metrics.ts";
import type { ModelHost } from "../../model/model-host.ts";
import type { ContentReader } from "./wire/content-reader.ts";
import type { NumberedAnswer, NumberedQuestion, Question, Remark } from "./wire/json-messages.ts";
import { ServerRecord } from "./wire/records.ts";
import type { ThreadLink } from "./wire/thread-link.ts";

/** What the questions of a worker need. */
export interface WorkerQuestionsOptions {
  readonly host: ModelHost;
  readonly metrics: CustomMetrics;
  readonly log: Logger;
  readonly link: ThreadLink;
}

/** Answers what a worker's model asks of the server, and takes what it tells. Its metrics go with the worker. */
export class WorkerQuestions {
  readonly #options: WorkerQuestionsOptions;
  readonly #families: CustomMetricFamily[] = [];
  readonly #metrics: CustomMetric[] = [];
  #scope: CustomMetricScope | null = null;

  constructor(options: WorkerQuestionsOptions) {
    this.#options = options;
  }

  onAsk(reader: ContentReader): void {
    const { id, question } = JSON.parse(reader.text()) as NumberedQuestion; // as HostClient writes it
    this.#answer(question).then(
      (value) => this.#send({ id, value }),
      (reason: unknown) => {
        const { code, message } = tritonErrorFrom(reason);
        this.#send({ id, error: { code, message } });
      },
    );
  }

  onTell(reader: ContentReader): void {
    const remark = JSON.parse(reader.text()) as Remark; // as HostClient writes it
    if (remark.tell === "metric") {
      // Checked by the worker; a metric that is gone counts no more.
      this.#metrics[remark.metric]?.[remark.change](Number(remark.amount));
      return;
    }
    const { log } = this.#options;
    if (remark.level === "verbose") {
      log.verbose(1, remark.message);
    } else {
      log[remark.level](remark.message);
    }
  }

  /** Ends the worker's metrics. */
  close(): void {
    this.#scope?.close();
    this.#metrics.length = 0;
  }

  async #answer(question: Question): Promise<number | boolean> {
    const { host } = this.#options;
    switch (question.ask) {
      case "isModelReady":
        return host.isModelReady(question.name, parseVersion(question.version));
      case "loadModel": {
        const files = new Map(
          question.files.map(([path, bytes]) => [path, Buffer.from(bytes, "base64")]),
        );
        await host.loadModel(question.name, { config: question.config, files });
        return true;
      }
      case "unloadModel":
        await host.unloadModel(question.name, { unloadDependents: question.unloadDependents });
        return true;
      case "createFamily":
        this.#scope ??= this.#options.metrics.openScope();
        return this.#families.push(this.#scope.createFamily(question.definition)) - 1;
      case "addMetric": {
        const labels = new Map(question.labels);
        const metric = this.#families[question.family]?.addMetric(labels, question.buckets);
        if (metric === undefined) {
          throw new TritonError(StatusCode.Internal, "the metric family is not known");
        }
        return this.#metrics.push(metric) - 1;
      }
      case "metricValue":
        return this.#metrics[question.metric]?.value() ?? 0;
    }
  }

  #send(answer: NumberedAnswer): void {
    this.#options.link.begin().text(JSON.stringify(answer));
    this.#options.link.send(ServerRecord.Answer);
  }
}

/** @throws {TritonError} InvalidArg for what is no version */
function parseVersion(text: string | null): bigint | null {
  if (text === null) {
    return null;
  }
  if (!/^[1-9][0-9]*$/.test(text)) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `failed to get model version from specified version string '${text}', version should be an integral value > 0`,
    );
  }
  return BigInt(text);
}
