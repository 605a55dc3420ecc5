import { assert } from "../../base/assert.ts";

/** The smallest block. Those of class k have this many bytes times 2^k. */
export const BLOCK_BYTES_MIN = 65_536;

/** Classes of blocks: the largest block has 64 GiB. */
export const CLASS_COUNT = 21;

/** A block's first bytes, of which the first four are its state: 1 while its reader has it, 0 otherwise. */
export const BLOCK_HEAD_BYTES = 64;

/** What is before the blocks: the requests' bytes in the server's arena, the id of the batch begun last in the stub's. */
export const CONTROL_BYTES = 65_536;

/** Each class has a region of a file of its own; the first is the control bytes'. Powers of two that doubles hold exactly. */
const REGION_BYTES = 2 ** 40;

const CHUNK_BYTES_MIN = 4 << 20;

/** Bytes of an arena's file. It is sparse: they take no memory. */
export const ARENA_FILE_BYTES: number = (CLASS_COUNT + 1) * REGION_BYTES;

/** Bytes of a block of a class. */
export function blockBytes(sizeClass: number): number {
  return BLOCK_BYTES_MIN * 2 ** sizeClass;
}

/** The class of the smallest block with room for contents of this size, or -1 if there is none. */
export function sizeClassFor(byteSize: number): number {
  const ratio = Math.ceil((byteSize + BLOCK_HEAD_BYTES) / BLOCK_BYTES_MIN);
  const sizeClass = ratio <= 1 ? 0 : 32 - Math.clz32(ratio - 1);
  return sizeClass < CLASS_COUNT ? sizeClass : -1;
}

/** Where the block `index` of a class begins in the file. */
export function blockPosition(sizeClass: number, index: number): number {
  return (sizeClass + 1) * REGION_BYTES + index * blockBytes(sizeClass);
}

/** The class of the block at a position, or -1 for a position outside of every class. */
export function sizeClassAt(position: number): number {
  const sizeClass = Math.floor(position / REGION_BYTES) - 1;
  return sizeClass >= 0 && sizeClass < CLASS_COUNT ? sizeClass : -1;
}

/** The part of the file that is mapped at once and holds the block at `position`. */
export function chunkAt(position: number): { readonly begin: number; readonly byteSize: number } {
  const sizeClass = sizeClassAt(position);
  assert(sizeClass >= 0, "a position of a block");
  const byteSize = Math.max(CHUNK_BYTES_MIN, blockBytes(sizeClass));
  const region = (sizeClass + 1) * REGION_BYTES;
  return { begin: region + Math.floor((position - region) / byteSize) * byteSize, byteSize };
}
