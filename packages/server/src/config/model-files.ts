/**
 * The files of one model directory, as this layer reads them: a narrow seam, so that a configuration can come from a local
 * directory or from an object store. Paths are relative to the model directory with "/" between their parts; "" is the
 * directory itself.
 */
export interface ModelFiles {
  /** The model directory as messages print it: an absolute path, or the URI of an object store. */
  readonly directory: string;
  exists(path: string): Promise<boolean>;
  /** False also for what does not exist. */
  isDirectory(path: string): Promise<boolean>;
  /** Names of a directory's entries, files and directories, in byte order. */
  list(path: string): Promise<readonly string[]>;
  /** @throws {TritonError} Internal `failed to open text file for read <full path>: <reason>` */
  read(path: string): Promise<Uint8Array>;
  /** Whether the path, its links followed, stays within the model directory. It need not exist. */
  isInside(path: string): Promise<boolean>;
}
