/** What a field is in a message. */
export const FieldRole = {
  Regular: 0,
  Method: 1,
  Scheme: 2,
  Path: 3,
  Authority: 4,
  Host: 5,
  ContentLength: 6,
  Te: 7,
  /** About the connection, which HTTP/2 says by frames. */
  ConnectionSpecific: 8,
  /** A pseudo-header field that requests do not have. */
  UnknownPseudo: 9,
  /** Its name or value has characters that must not be there. */
  Malformed: 10,
} as const;

/** One of the roles. */
export type FieldRole = (typeof FieldRole)[keyof typeof FieldRole];

/** What RFC 7541, section 4.1, adds to the size of each field. */
const FIELD_OVERHEAD = 32;

const ROLES: ReadonlyMap<string, FieldRole> = new Map<string, FieldRole>([
  [":method", FieldRole.Method],
  [":scheme", FieldRole.Scheme],
  [":path", FieldRole.Path],
  [":authority", FieldRole.Authority],
  ["host", FieldRole.Host],
  ["content-length", FieldRole.ContentLength],
  ["te", FieldRole.Te],
  ["connection", FieldRole.ConnectionSpecific],
  ["proxy-connection", FieldRole.ConnectionSpecific],
  ["keep-alive", FieldRole.ConnectionSpecific],
  ["transfer-encoding", FieldRole.ConnectionSpecific],
  ["upgrade", FieldRole.ConnectionSpecific],
]);

/** Printable US-ASCII without capitals and colons. */
const REGULAR_NAME = /^[\x21-\x39\x3b-\x40\x5b-\x7e]+$/;

function roleOfName(name: string): FieldRole {
  const role = ROLES.get(name);
  if (role !== undefined) {
    return role;
  }
  if (name.startsWith(":")) {
    return FieldRole.UnknownPseudo;
  }
  return REGULAR_NAME.test(name) ? FieldRole.Regular : FieldRole.Malformed;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Whether a value has a line end or NUL, or white space around it. */
function isMalformedValue(value: string): boolean {
  if (value.length === 0) {
    return false;
  }
  if (isSpace(value.charCodeAt(0)) || isSpace(value.charCodeAt(value.length - 1))) {
    return true;
  }
  return value.includes("\0") || value.includes("\r") || value.includes("\n");
}

/**
 * One field: of the static table, of a dynamic one, or literal. What it is in a message is found out once, when it is
 * made.
 *
 * @see RFC 9113, sections 8.2 and 8.3
 */
export class HpackField {
  readonly name: string;
  readonly value: string;
  readonly role: FieldRole;
  /** Bytes that it counts for in tables and lists. */
  readonly size: number;

  /** @param named a field with the same name, whose role need not be found out again; null if there is none */
  constructor(name: string, value: string, named: HpackField | null) {
    this.name = name;
    this.value = value;
    this.size = name.length + value.length + FIELD_OVERHEAD;
    const isNamedValid = named !== null && named.role !== FieldRole.Malformed;
    const role = isNamedValid ? named.role : roleOfName(name);
    this.role = isMalformedValue(value) ? FieldRole.Malformed : role;
  }
}
