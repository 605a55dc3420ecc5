import { CHUNK_SAMPLES, RATE_HZ } from "./audio-chunks.ts";

/** A stretch of speech, in seconds from the beginning. */
export interface SpeechSegment {
  readonly startS: number;
  readonly endS: number;
}

/** Speech begins at this probability, and ends when it stays below the other for a while. */
const SPEECH_THRESHOLD = 0.5;
const SILENCE_THRESHOLD = 0.35;

const SILENCE_S_MIN = 0.1;
const SPEECH_S_MIN = 0.25;

/** What is left around speech, so that no sound is cut off. */
const PADDING_S = 0.03;

const CHUNK_S = CHUNK_SAMPLES / RATE_HZ;

/** Finds speech in the probabilities of one chunk after the other, as they come. */
export class SpeechSegmenter {
  /** Chunks seen. */
  #count = 0;
  #startIndex: number | null = null;
  /** Where the present silence within speech began. */
  #silenceIndex: number | null = null;

  /** Takes the next chunk's probability, and returns the segment that has just ended, if one has. */
  add(probability: number): SpeechSegment | null {
    const index = this.#count++;
    if (probability >= SPEECH_THRESHOLD) {
      this.#startIndex ??= index;
      this.#silenceIndex = null;
      return null;
    }
    if (this.#startIndex === null || probability >= SILENCE_THRESHOLD) {
      return null;
    }
    this.#silenceIndex ??= index;
    const silenceS = (index + 1 - this.#silenceIndex) * CHUNK_S;
    return silenceS < SILENCE_S_MIN ? null : this.#end(this.#silenceIndex);
  }

  /** No chunk follows: the segment that has not ended yet, if there is one. */
  finish(): SpeechSegment | null {
    return this.#end(this.#silenceIndex ?? this.#count);
  }

  /** @returns null for what is too short to be speech */
  #end(endIndex: number): SpeechSegment | null {
    const startIndex = this.#startIndex;
    this.#startIndex = null;
    this.#silenceIndex = null;
    if (startIndex === null || (endIndex - startIndex) * CHUNK_S < SPEECH_S_MIN) {
      return null;
    }
    const lastS = this.#count * CHUNK_S;
    return {
      startS: Math.max(0, startIndex * CHUNK_S - PADDING_S),
      endS: Math.min(lastS, endIndex * CHUNK_S + PADDING_S),
    };
  }
}

/** All segments of a recording. */
export function speechSegments(probabilities: Iterable<number>): SpeechSegment[] {
  const segmenter = new SpeechSegmenter();
  const segments: SpeechSegment[] = [];
  for (const probability of probabilities) {
    const segment = segmenter.add(probability);
    if (segment !== null) {
      segments.push(segment);
    }
  }
  const last = segmenter.finish();
  return last === null ? segments : [...segments, last];
}
