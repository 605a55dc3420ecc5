import type { LogFormat } from "./log-settings.ts";

/** The letter that a line shows: verbose messages are shown as info. */
export type LogLevel = "I" | "W" | "E";

/** What a log line says beside its message. */
export interface LogLineHead {
  readonly level: LogLevel;
  /** Microseconds since the Unix epoch. */
  readonly epochUs: number;
  readonly processId: number;
  /** Name of the source file, without its directories. */
  readonly file: string;
  readonly line: number;
}

const US_PER_MS = 1000;

/**
 * The beginning of a line, its space before the message included: `I1121 02:54:24.336675 9195 server.cc:604] `, or in
 * ISO 8601 `2026-11-21T02:54:24Z I 9195 server.cc:604] `. Times are UTC.
 *
 * @see Triton common src/logging.cc `LogPreamble`
 */
export function formatLogHead(head: LogLineHead, format: LogFormat): string {
  const iso = new Date(Math.floor(head.epochUs / US_PER_MS)).toISOString();
  const site = `${head.processId} ${head.file}:${head.line}] `;
  const seconds = iso.slice(0, "YYYY-MM-DDThh:mm:ss".length);
  if (format === "ISO8601") {
    return `${seconds}Z ${head.level} ${site}`;
  }
  const date = seconds.slice("YYYY-".length, "YYYY-MM-DD".length).replace("-", "");
  const time = seconds.slice("YYYY-MM-DDT".length);
  const microseconds = String(Math.floor(head.epochUs % 1e6)).padStart(6, "0");
  return `${head.level}${date} ${time}.${microseconds} ${site}`;
}

/**
 * A message as a JSON string, quotes included: one line whatever it holds, so that no client can forge a log line.
 *
 * @see Triton common `TritonJson::SerializeString`, whose hexadecimal digits are upper case
 */
export function escapeLogMessage(message: string): string {
  const json = JSON.stringify(message);
  return json.includes("\\u")
    ? json.replace(/\\(?:u[0-9a-f]{4}|.)/g, (sequence) =>
        sequence.length > 2 ? `\\u${sequence.slice(2).toUpperCase()}` : sequence,
      )
    : json;
}
