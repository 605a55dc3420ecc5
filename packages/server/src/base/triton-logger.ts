import { basename } from "node:path";
import { getCallSites } from "node:util";
import type { Clock } from "./clock.ts";
import { escapeLogMessage, formatLogHead, type LogLevel } from "./log-line.ts";
import type { LogSettings } from "./log-settings.ts";
import type { LogSink } from "./log-sink.ts";
import { MicrosecondClock } from "./log-time.ts";
import type { Logger } from "./logger.ts";

/** What a `TritonLogger` is made of. */
export interface TritonLoggerParts {
  /** Obeyed on every call, so that changes show at once. */
  readonly settings: LogSettings;
  readonly sink: LogSink;
  readonly clock: Clock;
  readonly processId: number;
  /** Whether messages are quoted and escaped as JSON strings; blocks never are. */
  readonly escapeMessages: boolean;
}

/** `#write`, the public method that called it, and its caller: the place that a line shows. */
const FRAME_COUNT = 3;

/**
 * Writes log lines as Triton does, each with the time, the process and the place in the source that it comes from.
 *
 * Finding that place costs some microseconds: nothing on the data plane logs unless a verbose level is on.
 *
 * @see Triton common src/logging.cc, include/triton/common/logging.h
 */
export class TritonLogger implements Logger {
  readonly #parts: TritonLoggerParts;
  readonly #time: MicrosecondClock;

  constructor(parts: TritonLoggerParts) {
    this.#parts = parts;
    this.#time = new MicrosecondClock(parts.clock);
  }

  info(message: string): void {
    if (this.#parts.settings.info) {
      this.#write("I", this.#escaped(message));
    }
  }

  warning(message: string): void {
    if (this.#parts.settings.warning) {
      this.#write("W", this.#escaped(message));
    }
  }

  error(message: string): void {
    if (this.#parts.settings.error) {
      this.#write("E", this.#escaped(message));
    }
  }

  verbose(level: number, message: string): void {
    if (this.isVerbose(level)) {
      this.#write("I", this.#escaped(message));
    }
  }

  isVerbose(level: number): boolean {
    return this.#parts.settings.verboseLevel >= level;
  }

  block(heading: string, block: string): void {
    if (this.#parts.settings.info) {
      const first = heading === "" ? "" : this.#escaped(heading);
      this.#write("I", `${first}\n${block}`);
    }
  }

  #escaped(message: string): string {
    return this.#parts.escapeMessages ? escapeLogMessage(message) : message;
  }

  #write(level: LogLevel, text: string): void {
    const { settings, sink, processId } = this.#parts;
    const site = getCallSites(FRAME_COUNT, { sourceMap: false })[FRAME_COUNT - 1];
    const head = formatLogHead(
      {
        level,
        epochUs: this.#time.epochUs(),
        processId,
        file: basename(site?.scriptName ?? "unknown"),
        line: site?.lineNumber ?? 0,
      },
      settings.format,
    );
    sink.write(level, `${head}${text}\n`);
  }
}
