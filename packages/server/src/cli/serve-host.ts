import type { CommandLineEnvironment } from "./parse-command-line.ts";

/** The process as the server sees it; tests put another in its place. */
export interface ServeHost {
  readonly processId: number;
  readonly environment: CommandLineEnvironment;
  /** Columns of the terminal on stdout; null without one. */
  readonly terminalColumns: number | null;
  /** Writes to stdout before it returns. */
  writeOut(text: string): void;
  /** Writes to stderr before it returns. */
  writeErr(text: string): void;
  /** From now on SIGINT and SIGTERM do not end the process but call back with the signal's number, every time. */
  onSignal(callback: (signal: number) => void): void;
}
