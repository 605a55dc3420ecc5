import { Http2ErrorCode } from "./error-code.ts";
import {
  FrameFlag,
  type FrameHead,
  FrameType,
  GOAWAY_SIZE_MIN,
  PING_SIZE,
  PRIORITY_SIZE,
  RST_STREAM_SIZE,
  SETTING_SIZE,
  WINDOW_UPDATE_SIZE,
} from "./frame-format.ts";

const { NoError, ProtocolError, FrameSizeError } = Http2ErrorCode;

function checkSettings(head: FrameHead): Http2ErrorCode {
  if (head.streamId !== 0) {
    return ProtocolError;
  }
  const isAck = (head.flags & FrameFlag.Ack) !== 0;
  const isWhole = isAck ? head.length === 0 : head.length % SETTING_SIZE === 0;
  return isWhole ? NoError : FrameSizeError;
}

/** A frame about one stream, of fixed size or any (-1). */
function checkOnStream(head: FrameHead, size: number): Http2ErrorCode {
  if (head.streamId === 0) {
    return ProtocolError;
  }
  return size < 0 || head.length === size ? NoError : FrameSizeError;
}

/** HEADERS with the fields that their flags announce. */
function checkHeaders(head: FrameHead): Http2ErrorCode {
  const paddingSize = (head.flags & FrameFlag.Padded) === 0 ? 0 : 1;
  const prioritySize = (head.flags & FrameFlag.Priority) === 0 ? 0 : PRIORITY_SIZE;
  if (head.streamId === 0) {
    return ProtocolError;
  }
  return head.length < paddingSize + prioritySize ? FrameSizeError : NoError;
}

/**
 * What is wrong with the head of a frame from a client, whatever came before it; NoError if nothing is. All of it ends
 * the connection.
 *
 * @see RFC 9113, section 6
 */
export function checkFrameHead(head: FrameHead): Http2ErrorCode {
  switch (head.type) {
    case FrameType.Data:
    case FrameType.Continuation:
      return checkOnStream(head, -1);
    case FrameType.Headers:
      return checkHeaders(head);
    case FrameType.Priority:
      return checkOnStream(head, PRIORITY_SIZE);
    case FrameType.RstStream:
      return checkOnStream(head, RST_STREAM_SIZE);
    case FrameType.Settings:
      return checkSettings(head);
    case FrameType.PushPromise:
      return ProtocolError;
    case FrameType.Ping:
      if (head.streamId !== 0) {
        return ProtocolError;
      }
      return head.length === PING_SIZE ? NoError : FrameSizeError;
    case FrameType.GoAway:
      if (head.streamId !== 0) {
        return ProtocolError;
      }
      return head.length >= GOAWAY_SIZE_MIN ? NoError : FrameSizeError;
    case FrameType.WindowUpdate:
      return head.length === WINDOW_UPDATE_SIZE ? NoError : FrameSizeError;
    default:
      return NoError;
  }
}
