/** How the time in a log line looks: see `formatLogHead`. */
export type LogFormat = "default" | "ISO8601";

/** The run-time log settings, shared by the logger that obeys them and by the front ends that show and change them. */
export interface LogSettings {
  /** Path of the log file; empty writes info to stdout, warnings and errors to stderr. Fixed at start-up. */
  readonly file: string;
  info: boolean;
  warning: boolean;
  error: boolean;
  verboseLevel: number;
  format: LogFormat;
}
