/** A broken invariant: a bug of ours, never an operating error. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/**
 * Throws if an invariant does not hold. Always on.
 *
 * @throws {AssertionError} if `condition` is false
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) {
    throw new AssertionError(message);
  }
}
