import type { Socket } from "node:net";

const NO_BYTES = Buffer.alloc(0);

/** Told when the kernel has taken a write; with an error if it never will. */
type WriteCallback = (error?: Error | null) => void;

/**
 * Writes the pieces in one system call.
 *
 * @param onTaken called when the kernel has taken all of them; null if the caller looks itself
 */
export function writeGathered(
  socket: Socket,
  pieces: readonly Uint8Array[],
  onTaken: WriteCallback | null,
): void {
  const lastIndex = pieces.length - 1;
  if (lastIndex > 0) {
    socket.cork();
  }
  for (let index = 0; index <= lastIndex; index++) {
    const isLast = index === lastIndex;
    socket.write(pieces[index] ?? NO_BYTES, isLast && onTaken !== null ? onTaken : undefined);
  }
  if (lastIndex > 0) {
    socket.uncork();
  }
}

/** Whether a socket has not failed: one that has seems to take everything. */
export function isSound(socket: Socket): boolean {
  return socket.errored === null && !socket.destroyed;
}
