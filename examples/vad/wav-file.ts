import { StatusCode, TritonError } from "@nereid/protocol";

/** Sound of one channel. */
export interface Sound {
  /** Samples a second. */
  readonly rateHz: number;
  /** Between -1 and 1. */
  readonly samples: Float32Array;
}

/** WAVE_FORMAT_PCM: whole numbers, not compressed. */
const FORMAT_PCM = 1;
const FORMAT_BYTES_MIN = 16;
const HEAD_BYTES = 12;
const CHUNK_HEAD_BYTES = 8;
const SAMPLE_BYTES = 2;
const FULL_SCALE = 32_768;

function invalid(what: string): TritonError {
  return new TritonError(StatusCode.InvalidArg, `not a WAV file that can be read: ${what}`);
}

/**
 * Reads a WAV file with 16-bit samples; of several channels, the mean.
 *
 * A `data` chunk that says more than the file has is taken as far as it goes: programs that write into pipes do not know better.
 *
 * @throws {TritonError} InvalidArg for anything else
 */
export function decodeWav(bytes: Uint8Array): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < HEAD_BYTES || tagAt(view, 0) !== "RIFF" || tagAt(view, 8) !== "WAVE") {
    throw invalid("it does not begin as one");
  }
  let format: { readonly channelCount: number; readonly rateHz: number } | null = null;
  let position = HEAD_BYTES;
  while (position + CHUNK_HEAD_BYTES <= bytes.byteLength) {
    const tag = tagAt(view, position);
    const byteSize = view.getUint32(position + 4, true);
    const start = position + CHUNK_HEAD_BYTES;
    if (tag === "data") {
      if (format === null) {
        throw invalid("its samples come before their format");
      }
      const end = Math.min(start + byteSize, bytes.byteLength);
      return { rateHz: format.rateHz, samples: readSamples(view, start, end, format.channelCount) };
    }
    if (tag === "fmt ") {
      format = readFormat(view, start, byteSize);
    }
    // Chunks have an even number of bytes.
    position = start + byteSize + (byteSize % 2);
  }
  throw invalid("it has no samples");
}

function tagAt(view: DataView, position: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((offset) => view.getUint8(position + offset)));
}

function readFormat(
  view: DataView,
  start: number,
  byteSize: number,
): { readonly channelCount: number; readonly rateHz: number } {
  if (byteSize < FORMAT_BYTES_MIN || start + FORMAT_BYTES_MIN > view.byteLength) {
    throw invalid("its format is cut off");
  }
  const format = view.getUint16(start, true);
  const channelCount = view.getUint16(start + 2, true);
  const rateHz = view.getUint32(start + 4, true);
  const bitCount = view.getUint16(start + 14, true);
  if (format !== FORMAT_PCM || bitCount !== 8 * SAMPLE_BYTES) {
    throw invalid(`its samples have format ${format} and ${bitCount} bits, expected 1 and 16`);
  }
  if (channelCount === 0 || rateHz === 0) {
    throw invalid(`it has ${channelCount} channels at ${rateHz} Hz`);
  }
  return { channelCount, rateHz };
}

function readSamples(
  view: DataView,
  start: number,
  end: number,
  channelCount: number,
): Float32Array {
  const frameBytes = channelCount * SAMPLE_BYTES;
  const samples = new Float32Array(Math.floor((end - start) / frameBytes));
  for (let index = 0; index < samples.length; index++) {
    let sum = 0;
    for (let channel = 0; channel < channelCount; channel++) {
      sum += view.getInt16(start + index * frameBytes + channel * SAMPLE_BYTES, true);
    }
    samples[index] = sum / channelCount / FULL_SCALE;
  }
  return samples;
}
