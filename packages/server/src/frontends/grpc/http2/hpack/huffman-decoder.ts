import { HUFFMAN_END_OF_STRING, huffmanCodes } from "./huffman-code.ts";

/** An inner node for each symbol but one. */
const NODE_COUNT = 256;
const ROOT = 0;
const NIBBLE_VALUES = 16;
/** Padding is at most this many bits, all of them ones. */
const PADDING_BITS_MAX = 7;

const STEP_NODE = 0xff;
const STEP_SYMBOL_SHIFT = 8;
const STEP_HAS_SYMBOL = 1 << 16;
const STEP_IS_FAULT = 1 << 17;

/** The shortest code has five bits, so a string grows by 8/5 at most. */
const SCRATCH_SIZE_MIN = 512;

/** The code as a tree: child[2 × node + bit] is an inner node, or the complement of a symbol. */
function createTree(): Int16Array {
  const children = new Int16Array(2 * NODE_COUNT);
  let nodeCount = 1;
  for (const { symbol, code, bitCount } of huffmanCodes()) {
    let node = ROOT;
    for (let bit = bitCount - 1; bit > 0; bit--) {
      const slot = 2 * node + ((code >>> bit) & 1);
      if (children[slot] === 0) {
        children[slot] = nodeCount++;
      }
      node = children[slot] ?? ROOT;
    }
    children[2 * node + (code & 1)] = ~symbol;
  }
  return children;
}

/** What four bits lead to from each node: the next node, and the symbol that ended among them (two cannot). */
function createSteps(children: Int16Array): Uint32Array {
  const steps = new Uint32Array(NODE_COUNT * NIBBLE_VALUES);
  for (let index = 0; index < steps.length; index++) {
    let node = Math.floor(index / NIBBLE_VALUES);
    let step = 0;
    for (let bit = 3; bit >= 0; bit--) {
      const child = children[2 * node + ((index >>> bit) & 1)] ?? 0;
      if (child >= 0) {
        node = child;
        continue;
      }
      const symbol = ~child;
      step |= symbol === HUFFMAN_END_OF_STRING ? STEP_IS_FAULT : STEP_HAS_SYMBOL;
      step |= (symbol & 0xff) << STEP_SYMBOL_SHIFT;
      node = ROOT;
    }
    steps[index] = step | node;
  }
  return steps;
}

/** The nodes at which a string may end: those that padding leads to. */
function createFinalNodes(children: Int16Array): Uint8Array {
  const isFinal = new Uint8Array(NODE_COUNT);
  let node = ROOT;
  for (let bits = 0; bits <= PADDING_BITS_MAX; bits++) {
    isFinal[node] = 1;
    node = children[2 * node + 1] ?? ROOT;
  }
  return isFinal;
}

const children = createTree();
const steps = createSteps(children);
const isFinal = createFinalNodes(children);
let scratch = Buffer.allocUnsafeSlow(SCRATCH_SIZE_MIN);

/**
 * Decodes a Huffman-coded string, a character per byte.
 *
 * @returns null if it holds the end-of-string symbol or does not end in up to seven ones
 * @see RFC 7541, section 5.2
 */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number): string | null {
  const sizeMax = Math.ceil(((end - start) * 8) / 5);
  if (scratch.byteLength < sizeMax) {
    scratch = Buffer.allocUnsafeSlow(sizeMax);
  }
  const out = scratch;
  let size = 0;
  let node = ROOT;
  let faults = 0;
  for (let position = start; position < end; position++) {
    const byte = bytes[position] ?? 0;
    const high = steps[(node << 4) | (byte >> 4)] ?? 0;
    if ((high & STEP_HAS_SYMBOL) !== 0) {
      out[size++] = high >> STEP_SYMBOL_SHIFT;
    }
    const low = steps[((high & STEP_NODE) << 4) | (byte & 15)] ?? 0;
    if ((low & STEP_HAS_SYMBOL) !== 0) {
      out[size++] = low >> STEP_SYMBOL_SHIFT;
    }
    faults |= high | low;
    node = low & STEP_NODE;
  }
  if ((faults & STEP_IS_FAULT) !== 0 || isFinal[node] === 0) {
    return null;
  }
  return out.toString("latin1", 0, size);
}
