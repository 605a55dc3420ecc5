import type { ThreadChannels } from "./thread-channels.ts";

/** Where the threads of one front end listen, all on the same port. */
export interface ThreadEndpoint {
  readonly address: string;
  readonly port: number;
}

/** What an I/O thread is started with. */
export interface ThreadStart {
  readonly channels: ThreadChannels;
  readonly endpoint: ThreadEndpoint;
  /** The front end's own, for what serves the connections. */
  readonly settings: unknown;
}

/** Rings the bell of a ring's reader or writer; the cheapest message there is. */
export const BELL = 0;

/** What the core says to a thread. "close": answer what runs, then end. "destroy": end at once. */
export type MessageToThread = typeof BELL | "close" | "destroy";

/** What a thread says to the core. */
export type MessageToCore =
  | typeof BELL
  | { readonly type: "listening"; readonly port: number }
  /** It cannot serve, and ends. */
  | { readonly type: "failed"; readonly reason: FailureReason }
  /** A bug that has cost no more than one request; for the log. */
  | { readonly type: "fault"; readonly text: string };

/** An error as it crosses threads, which drop the fields of system errors. */
export interface FailureReason {
  readonly message: string;
  /** Of a system error; empty for any other. */
  readonly code: string;
  readonly syscall: string;
}

/** Takes an error apart. */
export function failureReasonOf(error: unknown): FailureReason {
  if (!(error instanceof Error)) {
    return { message: String(error), code: "", syscall: "" };
  }
  return {
    message: error.message,
    code: "code" in error ? String(error.code) : "",
    syscall: "syscall" in error ? String(error.syscall) : "",
  };
}

/** Puts the error together again. */
export function errorFromReason({ message, code, syscall }: FailureReason): Error {
  const error = new Error(message);
  return syscall === "" ? error : Object.assign(error, { code, syscall });
}
