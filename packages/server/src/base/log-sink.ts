import { openSync, writeSync } from "node:fs";
import type { LogLevel } from "./log-line.ts";

/** Where log lines go. `write` does not throw: logging never ends a server. */
export interface LogSink {
  /** Writes whole lines, before it returns. */
  write(level: LogLevel, text: string): void;
}

/** Writes some of the bytes and says how many; throws as `fs.writeSync` does. */
export type WriteBytes = (fileDescriptor: number, bytes: Uint8Array) => number;

const STDOUT = 1;
const STDERR = 2;
const RETRY_MS = 1;
/** How long one line waits for a full pipe before it is given up. */
const PATIENCE_MS = 5000;

/** Info to stdout, warnings and errors to stderr. */
export function createConsoleSink(writeBytes: WriteBytes = writeSync): LogSink {
  const stdout = createDescriptorSink(STDOUT, writeBytes);
  const stderr = createDescriptorSink(STDERR, writeBytes);
  return {
    write(level, text) {
      (level === "I" ? stdout : stderr).write(level, text);
    },
  };
}

/**
 * Appends every line to a file, which stays open for the life of the process.
 *
 * @throws what `fs.openSync` throws if the file cannot be opened
 */
export function createFileSink(path: string): LogSink {
  return createDescriptorSink(openSync(path, "a"));
}

/**
 * Writes to a descriptor without a buffer of our own, so that nothing is lost when the process ends. A pipe that is full
 * is waited for, up to a limit; one whose reader has gone swallows the rest.
 */
export function createDescriptorSink(
  fileDescriptor: number,
  writeBytes: WriteBytes = writeSync,
  waitMs: (ms: number) => void = sleep,
): LogSink {
  let isBroken = false;
  return {
    write(_level, text) {
      let rest: Uint8Array = Buffer.from(text);
      let waitedMs = 0;
      while (rest.length > 0 && !isBroken && waitedMs < PATIENCE_MS) {
        try {
          rest = rest.subarray(writeBytes(fileDescriptor, rest));
          waitedMs = 0;
        } catch (error) {
          switch (errorCode(error)) {
            case "EAGAIN":
              waitMs(RETRY_MS);
              waitedMs += RETRY_MS;
              break;
            case "EINTR":
              break;
            case "EPIPE":
            case "EBADF":
              isBroken = true;
              break;
            default:
              // A full disk, for example: this line is lost, the next one may find room.
              return;
          }
        }
      }
    },
  };
}

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** Blocks the thread: the one way to wait between two synchronous writes. */
function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
