import { FieldRole, type HpackField } from "./hpack/hpack-field.ts";
import type { Http2Head, Http2HeaderVisitor } from "./http2-stream.ts";

const NO_CONTENT_LENGTH = -1;
const CONTENT_LENGTH = /^[0-9]{1,15}$/;
const METHOD_CONNECT = "CONNECT";

/** The fields of a request, or of its trailers. */
export class RequestHead implements Http2Head {
  method = "";
  scheme = "";
  path = "";
  authority = "";
  memo: unknown = null;
  /** Bytes of data that the client announced; -1 if it did not. */
  contentLength: number = NO_CONTENT_LENGTH;
  /** What is not a pseudo-header field, in order. */
  readonly #fields: HpackField[] = [];

  /** Whether the client wants a tunnel, which is the only request without a path. */
  get isConnect(): boolean {
    return this.method === METHOD_CONNECT;
  }

  header(name: string): string | undefined {
    for (const field of this.#fields) {
      if (field.name === name) {
        return field.value;
      }
    }
    return undefined;
  }

  forEachHeader(visit: Http2HeaderVisitor): void {
    for (const field of this.#fields) {
      visit(field.name, field.value);
    }
  }

  /** Takes the next field. Returns whether it may stand there. */
  add(field: HpackField): boolean {
    switch (field.role) {
      case FieldRole.Regular:
        this.#fields.push(field);
        return true;
      case FieldRole.Method:
        return this.#addPseudo(this.method, field) && this.#set("method", field.value);
      case FieldRole.Scheme:
        return this.#addPseudo(this.scheme, field) && this.#set("scheme", field.value);
      case FieldRole.Path:
        return this.#addPseudo(this.path, field) && this.#setPath(field.value);
      case FieldRole.Authority:
        return this.#addPseudo(this.authority, field) && this.#set("authority", field.value);
      default:
        return this.#addSpecial(field);
    }
  }

  /** A field that has a meaning of its own in HTTP, or must not be there. */
  #addSpecial(field: HpackField): boolean {
    this.#fields.push(field);
    switch (field.role) {
      case FieldRole.Host:
        if (this.authority === "") {
          this.authority = field.value;
        }
        return true;
      case FieldRole.ContentLength:
        return this.#setContentLength(field.value);
      case FieldRole.Te:
        return field.value === "trailers";
      default:
        return false;
    }
  }

  /** Pseudo-header fields come first, and each once. */
  #addPseudo(present: string, field: HpackField): boolean {
    return present === "" && this.#fields.length === 0 && field.value !== "";
  }

  #set(name: "method" | "scheme" | "authority", value: string): boolean {
    this[name] = value;
    return true;
  }

  #setPath(path: string): boolean {
    this.path = path;
    return path.startsWith("/") || path === "*";
  }

  #setContentLength(text: string): boolean {
    const length = Number(text);
    const isSame = this.contentLength === NO_CONTENT_LENGTH || this.contentLength === length;
    this.contentLength = length;
    return isSame && CONTENT_LENGTH.test(text);
  }
}

/**
 * The head of a request.
 *
 * @returns null if it is malformed
 * @see RFC 9113, section 8.3.1
 */
export function requestHeadFrom(fields: readonly HpackField[]): RequestHead | null {
  const head = new RequestHead();
  for (const field of fields) {
    if (!head.add(field)) {
      return null;
    }
  }
  if (head.isConnect) {
    return head.scheme === "" && head.path === "" && head.authority !== "" ? head : null;
  }
  return head.method === "" || head.scheme === "" || head.path === "" ? null : head;
}

/**
 * The trailers of a request.
 *
 * @returns null if they are malformed
 * @see RFC 9113, section 8.1
 */
export function trailersFrom(fields: readonly HpackField[]): RequestHead | null {
  const trailers = new RequestHead();
  for (const field of fields) {
    if (field.name.startsWith(":") || !trailers.add(field)) {
      return null;
    }
  }
  return trailers;
}
