/**
 * When a model's files last changed: for each direct child of the model directory the newest modification time at or
 * below it, in nanoseconds since the epoch. The model directory itself is the entry "".
 */
export interface ModelFingerprint {
  readonly modifiedNsByEntry: ReadonlyMap<string, bigint>;
  /** The child that holds the configuration in use (`config.pbtxt` or `configs`); empty if there is none. */
  readonly configEntry: string;
}

/**
 * The fingerprint of a model that was loaded with another configuration than its file's: as if the file had been written
 * at that moment, so that only a later change of the files loads the model again.
 */
export function withConfigModified(
  fingerprint: ModelFingerprint,
  modifiedNs: bigint,
): ModelFingerprint {
  if (fingerprint.configEntry === "") {
    return fingerprint;
  }
  const modifiedNsByEntry = new Map(fingerprint.modifiedNsByEntry);
  modifiedNsByEntry.set(fingerprint.configEntry, modifiedNs);
  return { ...fingerprint, modifiedNsByEntry };
}

/** Whether anything is newer than before. Strictly newer: an older copy put in place is not a change, as in the real server. */
export function isModelModified(before: ModelFingerprint, now: ModelFingerprint): boolean {
  return newest(now, () => true) > newest(before, () => true);
}

/**
 * Whether one version has to be loaded again: its directory is newer, or a file that is neither the configuration nor a
 * version's.
 *
 * @see Triton core src/model_repository_manager, ModelTimestamp::IsModelVersionModified
 */
export function isVersionModified(
  before: ModelFingerprint,
  now: ModelFingerprint,
  version: bigint,
): boolean {
  const concerns =
    (fingerprint: ModelFingerprint) =>
    (entry: string): boolean =>
      entry === String(version) || (/\D/.test(entry) && entry !== fingerprint.configEntry);
  return newest(now, concerns(now)) > newest(before, concerns(before));
}

function newest(fingerprint: ModelFingerprint, concerns: (entry: string) => boolean): bigint {
  let newestNs = 0n;
  for (const [entry, modifiedNs] of fingerprint.modifiedNsByEntry) {
    if (modifiedNs > newestNs && concerns(entry)) {
      newestNs = modifiedNs;
    }
  }
  return newestNs;
}
