import { Http2ErrorCode } from "./error-code.ts";
import {
  FRAME_SIZE_DEFAULT,
  FRAME_SIZE_LIMIT,
  readUint32,
  SETTING_SIZE,
  SettingId,
  WINDOW_SIZE_DEFAULT,
  WINDOW_SIZE_MAX,
} from "./frame-format.ts";

/** The table that an encoder may use before it knows better. */
const HEADER_TABLE_SIZE_DEFAULT = 4096;

/**
 * What a client has said about itself. Settings that only concern clients' servers of other kinds (pushes, streams of
 * ours) are checked and forgotten.
 *
 * @see RFC 9113, section 6.5.2
 */
export class PeerSettings {
  initialWindowSize: number = WINDOW_SIZE_DEFAULT;
  frameSizeMax: number = FRAME_SIZE_DEFAULT;
  /**
   * Whether the client has made our table smaller, which our next header block must say it knows. Ours is always empty, so
   * it is said once: that it has size 0 from then on.
   */
  isTableUpdateDue = false;
  #hasEmptyTable = false;

  /** Takes the payload of a SETTINGS frame, in order. Returns what is wrong with it, NoError if nothing is. */
  take(bytes: Uint8Array, start: number, end: number): Http2ErrorCode {
    for (let position = start; position < end; position += SETTING_SIZE) {
      const id = ((bytes[position] ?? 0) << 8) | (bytes[position + 1] ?? 0);
      const code = this.#set(id, readUint32(bytes, position + 2));
      if (code !== Http2ErrorCode.NoError) {
        return code;
      }
    }
    return Http2ErrorCode.NoError;
  }

  /** The update is being sent. */
  updateTable(): void {
    this.isTableUpdateDue = false;
    this.#hasEmptyTable = true;
  }

  #set(id: number, value: number): Http2ErrorCode {
    switch (id) {
      case SettingId.HeaderTableSize:
        this.isTableUpdateDue ||= value < HEADER_TABLE_SIZE_DEFAULT && !this.#hasEmptyTable;
        return Http2ErrorCode.NoError;
      case SettingId.EnablePush:
        return value > 1 ? Http2ErrorCode.ProtocolError : Http2ErrorCode.NoError;
      case SettingId.InitialWindowSize:
        this.initialWindowSize = value;
        return value > WINDOW_SIZE_MAX ? Http2ErrorCode.FlowControlError : Http2ErrorCode.NoError;
      case SettingId.MaxFrameSize:
        this.frameSizeMax = value;
        return value < FRAME_SIZE_DEFAULT || value > FRAME_SIZE_LIMIT
          ? Http2ErrorCode.ProtocolError
          : Http2ErrorCode.NoError;
      default:
        return Http2ErrorCode.NoError;
    }
  }
}
