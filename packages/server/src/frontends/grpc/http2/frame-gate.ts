import { Http2ErrorCode } from "./error-code.ts";
import { checkFrameHead } from "./frame-check.ts";
import { FrameFlag, type FrameHead, FrameType, SETTING_SIZE } from "./frame-format.ts";
import { HEADERS_OVERHEAD_MAX } from "./head-reader.ts";
import type { Http2Limits } from "./http2-limits.ts";

/** Settings of one frame; HTTP/2 defines six. */
const SETTING_COUNT_MAX = 1024;

/** Why a frame ends the connection. */
export interface FrameRefusal {
  readonly code: Http2ErrorCode;
  readonly reason: string;
}

const { ProtocolError, FrameSizeError, EnhanceYourCalm } = Http2ErrorCode;
const TOO_LARGE: FrameRefusal = { code: FrameSizeError, reason: "frame too large" };
const OUT_OF_PLACE: FrameRefusal = {
  code: ProtocolError,
  reason: "CONTINUATION out of place or missing",
};
const NO_SETTINGS: FrameRefusal = { code: ProtocolError, reason: "SETTINGS must come first" };
const USELESS: FrameRefusal = { code: EnhanceYourCalm, reason: "too many frames without use" };
const BLOCK_TOO_LARGE: FrameRefusal = { code: EnhanceYourCalm, reason: "header block too large" };
const TOO_MANY_SETTINGS: FrameRefusal = { code: EnhanceYourCalm, reason: "too many settings" };

/** Looks at the head of each frame of a connection before anything else is done with it, or memory taken for it. */
export class FrameGate {
  readonly #limits: Http2Limits;
  #hasSettings = false;
  /** Frames in a row that brought nothing. */
  #uselessCount = 0;

  constructor(limits: Http2Limits) {
    this.#limits = limits;
  }

  /** Whether the client's first SETTINGS have begun to come. */
  get hasSettings(): boolean {
    return this.#hasSettings;
  }

  /** The client has sent something that we wanted, or caused something to be sent. */
  usefulCame(): void {
    this.#uselessCount = 0;
  }

  /**
   * What is wrong with a frame, null if nothing is.
   *
   * @param openStreamId the stream whose header block is not complete, 0 if there is none
   */
  check(head: FrameHead, openStreamId: number): FrameRefusal | null {
    const { type, length } = head;
    const code = checkFrameHead(head);
    if (code !== Http2ErrorCode.NoError) {
      return { code, reason: "frame is not well-formed" };
    }
    if (length > this.#limits.frameSizeMax) {
      return TOO_LARGE;
    }
    if ((type === FrameType.Continuation ? head.streamId : 0) !== openStreamId) {
      return OUT_OF_PLACE;
    }
    if (!this.#hasSettings) {
      if (type !== FrameType.Settings || (head.flags & FrameFlag.Ack) !== 0) {
        return NO_SETTINGS;
      }
      this.#hasSettings = true;
    }
    if (++this.#uselessCount > this.#limits.uselessFrameCountMax) {
      return USELESS;
    }
    return this.#checkSize(type, length);
  }

  /** Frames that are kept until they are complete are small. */
  #checkSize(type: number, length: number): FrameRefusal | null {
    if (type === FrameType.Headers || type === FrameType.Continuation) {
      const sizeMax = this.#limits.headerBlockSizeMax + HEADERS_OVERHEAD_MAX;
      return length > sizeMax ? BLOCK_TOO_LARGE : null;
    }
    const isTooMany = type === FrameType.Settings && length > SETTING_COUNT_MAX * SETTING_SIZE;
    return isTooMany ? TOO_MANY_SETTINGS : null;
  }
}
