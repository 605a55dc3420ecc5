/**
 * The order in which the real server lists the inputs and outputs that it has completed itself: that of a
 * `std::unordered_map` of the GNU library, filled in the order of the model file. Clients have come to rely on
 * `inputs[0]`, so ours is the same.
 *
 * The map is one linked list in which the entries of a bucket lie side by side. A new entry goes to the front of its
 * bucket, or of the whole list if the bucket is empty; when the list outgrows the buckets, all entries are entered again
 * in the list's order.
 *
 * @see onnxruntime_backend src/onnxruntime_utils.h, OnnxTensorInfoMap; GNU libstdc++ bits/hashtable.h
 */
export function inHashOrder<T extends { readonly name: string }>(items: readonly T[]): T[] {
  let buckets: Entry<T>[] = [];
  let bucketCount = 1;
  for (const item of items) {
    const hash = hashBytes(new TextEncoder().encode(item.name));
    if (buckets.length + 1 > bucketCount || bucketCount === 1) {
      bucketCount = nextBucketCount(buckets.length + 1, bucketCount);
      const entries = buckets;
      buckets = [];
      for (const entry of entries) {
        insert(buckets, entry, bucketCount);
      }
    }
    insert(buckets, { item, hash }, bucketCount);
  }
  return buckets.map(({ item }) => item);
}

interface Entry<T> {
  readonly item: T;
  readonly hash: bigint;
}

/** Bucket counts of the GNU library, as far as models go. */
const BUCKET_COUNTS: readonly number[] = [13, 29, 59, 127, 257, 541, 1109, 2357, 5087, 10273];

/** The first allocation is for 11 entries; later ones at least double. */
const ENTRY_COUNT_MIN = 11;

function nextBucketCount(entryCount: number, bucketCount: number): number {
  const wanted =
    bucketCount === 1
      ? Math.max(entryCount, ENTRY_COUNT_MIN) + 1
      : Math.max(entryCount + 1, bucketCount * 2);
  return BUCKET_COUNTS.find((count) => count >= wanted) ?? wanted;
}

function insert<T>(entries: Entry<T>[], entry: Entry<T>, bucketCount: number): void {
  const count = BigInt(bucketCount);
  const bucket = entry.hash % count;
  const front = entries.findIndex(({ hash }) => hash % count === bucket);
  entries.splice(Math.max(front, 0), 0, entry);
}

const MASK = 2n ** 64n - 1n;
const MULTIPLIER = 0xc6a4_a793_5bd1_e995n;
const SEED = 0xc70f_6907n;

function shiftMix(value: bigint): bigint {
  return value ^ (value >> 47n);
}

/** `std::hash<std::string>` of the GNU library: 64-bit MurmurHash with its seed. */
function hashBytes(bytes: Uint8Array): bigint {
  let hash = SEED ^ ((BigInt(bytes.length) * MULTIPLIER) & MASK);
  for (let offset = 0; offset < bytes.length; offset += 8) {
    const part = bytes.subarray(offset, offset + 8);
    const word = littleEndian(part);
    // Only whole words are mixed before they enter.
    const data =
      part.length === 8 ? (shiftMix((word * MULTIPLIER) & MASK) * MULTIPLIER) & MASK : word;
    hash = ((hash ^ data) * MULTIPLIER) & MASK;
  }
  hash = (shiftMix(hash) * MULTIPLIER) & MASK;
  return shiftMix(hash);
}

function littleEndian(bytes: Uint8Array): bigint {
  let word = 0n;
  for (let index = bytes.length - 1; index >= 0; index--) {
    word = (word << 8n) | BigInt(bytes[index] ?? 0);
  }
  return word;
}
