/** Bytes of an encoded message: clients refuse trailers of 8 KiB and more, and a cut text says more than none. */
export const STATUS_MESSAGE_SIZE_MAX: number = 6 * 1024;

const PLAIN = /^[ -$&-~]*$/;
const SPACE = 0x20;
const TILDE = 0x7e;
const PERCENT = 0x25;

/**
 * A status message as `grpc-message` carries it: UTF-8, of which all that is not printable ASCII is percent-encoded. So
 * are spaces at its ends, which a header cannot have. Cut to `STATUS_MESSAGE_SIZE_MAX`, between characters.
 *
 * @see gRPC, doc/PROTOCOL-HTTP2.md, "Status-Message"
 */
export function encodeStatusMessage(message: string): string {
  if (
    message.length <= STATUS_MESSAGE_SIZE_MAX &&
    PLAIN.test(message) &&
    !message.startsWith(" ") &&
    !message.endsWith(" ")
  ) {
    return message;
  }
  // No character takes less than one byte: what lies behind cannot fit.
  const cut = message.slice(0, STATUS_MESSAGE_SIZE_MAX + 1);
  let encoded = "";
  for (const character of cut) {
    const piece = encodeCharacter(character);
    if (encoded.length + piece.length > STATUS_MESSAGE_SIZE_MAX - 4) {
      break;
    }
    encoded += piece;
  }
  return encoded.replace(/^ | $/g, "%20");
}

function encodeCharacter(character: string): string {
  const code = character.charCodeAt(0);
  if (code >= SPACE && code <= TILDE && code !== PERCENT) {
    return character;
  }
  let encoded = "";
  // A lone surrogate becomes U+FFFD.
  for (const byte of Buffer.from(character, "utf8")) {
    encoded += `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}
