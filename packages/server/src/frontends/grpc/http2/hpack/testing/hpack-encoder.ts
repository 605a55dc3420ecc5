import { huffmanCodes } from "../huffman-code.ts";

const codes = new Map(huffmanCodes().map((code) => [code.symbol, code]));

/** The Huffman code of a string, padded with ones. */
export function encodeHuffman(bytes: Uint8Array): Buffer {
  let bits = "";
  for (const byte of bytes) {
    const { code = 0, bitCount = 0 } = codes.get(byte) ?? {};
    bits += code.toString(2).padStart(bitCount, "0");
  }
  bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, "1");
  const out = Buffer.alloc(bits.length / 8);
  for (let index = 0; index < out.byteLength; index++) {
    out[index] = Number.parseInt(bits.slice(index * 8, index * 8 + 8), 2);
  }
  return out;
}

/** An integer with a prefix of so many bits, whose other bits are those of `pattern`. */
export function encodeInteger(pattern: number, prefixBits: number, value: number): Buffer {
  const mask = 2 ** prefixBits - 1;
  if (value < mask) {
    return Buffer.of(pattern | value);
  }
  const bytes = [pattern | mask];
  let rest = value - mask;
  while (rest >= 128) {
    bytes.push(128 + (rest % 128));
    rest = Math.floor(rest / 128);
  }
  return Buffer.of(...bytes, rest);
}

/** A string, with or without Huffman code. */
export function encodeString(text: string, isHuffman: boolean): Buffer {
  const bytes = Buffer.from(text, "latin1");
  const content = isHuffman ? encodeHuffman(bytes) : bytes;
  return Buffer.concat([encodeInteger(isHuffman ? 0x80 : 0, 7, content.byteLength), content]);
}
