/** Levels as Triton's: verbose lines have a level number of their own and are written as info. */
export interface Logger {
  info(message: string): void;
  warning(message: string): void;
  error(message: string): void;
  /** `level` 1 is the least verbose. Guard costly messages with `isVerbose`. */
  verbose(level: number, message: string): void;
  isVerbose(level: number): boolean;
  /** An info line whose `block` (a table, a protobuf text) follows the heading unescaped. */
  block(heading: string, block: string): void;
}

/** Discards everything. */
export const nullLogger: Logger = {
  info() {},
  warning() {},
  error() {},
  verbose() {},
  isVerbose: () => false,
  block() {},
};
