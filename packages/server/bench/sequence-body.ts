/** Bytes of a correlation id: every one has as many digits, so that bodies keep their length. */
const ID_DIGITS = 10;
/** The first correlation ids of one generator and of the next are this far apart: none meets what another has left. */
const IDS_A_PROCESS = 1_000_000;
const PROCESS_COUNT = 8999;
const FIRST_ID = 1_000_000_000;

const FALSE = "false";
const TRUE = "true ";

let nextId = FIRST_ID + (process.pid % PROCESS_COUNT) * IDS_A_PROCESS;

/**
 * Makes a request that is sent again and again the next one of a sequence, in its place: the body's `sequence_id`, of ten
 * digits, and its `sequence_start` and `sequence_end`, both false, are written over.
 */
export class SequenceBody {
  readonly #bytes: Buffer;
  readonly #length: number;
  readonly #idAt: number;
  readonly #startAt: number;
  readonly #endAt: number;
  #position = 0;

  /** @param length requests of one sequence; at least 2 */
  constructor(bytes: Buffer, length: number) {
    this.#bytes = bytes;
    this.#length = length;
    this.#idAt = placeOf(bytes, '"sequence_id":');
    this.#startAt = placeOf(bytes, '"sequence_start":');
    this.#endAt = placeOf(bytes, '"sequence_end":');
  }

  /** Whether the next request begins a sequence. */
  get isAtStart(): boolean {
    return this.#position === 0;
  }

  /** Writes the next request. */
  advance(): void {
    const isStart = this.#position === 0;
    this.#position = (this.#position + 1) % this.#length;
    if (isStart) {
      const id = String(nextId++);
      if (id.length !== ID_DIGITS) {
        throw new Error("correlation ids have run out");
      }
      this.#bytes.write(id, this.#idAt, "latin1");
    }
    this.#bytes.write(isStart ? TRUE : FALSE, this.#startAt, "latin1");
    this.#bytes.write(this.#position === 0 ? TRUE : FALSE, this.#endAt, "latin1");
  }
}

function placeOf(bytes: Buffer, key: string): number {
  const index = bytes.indexOf(key);
  if (index < 0) {
    throw new Error(`the body has no ${key}`);
  }
  return index + key.length;
}
