import { StatusCode } from "@nereid/protocol";

/**
 * The HTTP status of an error code. The only place that knows these numbers.
 *
 * @see Triton server src/http_server.cc, HttpCodeFromError
 */
export function httpStatus(code: StatusCode): number {
  switch (code) {
    case StatusCode.Internal:
      return 500;
    case StatusCode.NotFound:
      return 404;
    case StatusCode.Unavailable:
      return 503;
    case StatusCode.Unsupported:
      return 501;
    case StatusCode.Unknown:
    case StatusCode.InvalidArg:
    case StatusCode.AlreadyExists:
    case StatusCode.Cancelled:
      return 400;
  }
}

/** Done. */
export const HTTP_OK = 200;
/** The request is at fault, or something is not ready. */
export const HTTP_BAD_REQUEST = 400;
/** Too many requests wait, for servers that say so. */
export const HTTP_TOO_MANY_REQUESTS = 429;
/** A restricted API without its header. */
export const HTTP_FORBIDDEN = 403;
/** No such route. */
export const HTTP_NOT_FOUND = 404;
/** A route, but not for this method. */
export const HTTP_METHOD_NOT_ALLOWED = 405;
