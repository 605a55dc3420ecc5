import { StatusCode, TritonError } from "@nereid/protocol";

/** The two kinds of memory that clients can share. */
export type SharedMemoryKind = "system" | "cuda";

/**
 * The answer to every registration and its end: regions cannot be registered yet, so it is that of a server that does not
 * allow it, which is the default of the real one too.
 */
export function sharedMemoryDisabled(): TritonError {
  return new TritonError(
    StatusCode.Unsupported,
    "Client shared memory is disabled. Start the server with '--allow-client-shm=true' to enable.",
  );
}

/**
 * Finds out that a region is not registered; asked for without a name, there are none.
 *
 * @throws {TritonError} NotFound for a name
 */
export function checkRegionExists(kind: SharedMemoryKind, name: string): void {
  if (name !== "") {
    throw new TritonError(
      StatusCode.NotFound,
      `Unable to find ${kind} shared memory region: '${name}'`,
    );
  }
}
