/**
 * Reason phrases, as the real server's HTTP library words them: 405 is "Not Allowed".
 *
 * @see libevhtp evhtp.c, status_code_to_str
 */
const PHRASES: ReadonlyMap<number, string> = new Map([
  [200, "OK"],
  [201, "Created"],
  [202, "Accepted"],
  [204, "No Content"],
  [206, "Partial Content"],
  [301, "Moved Permanently"],
  [302, "Found"],
  [303, "See Other"],
  [304, "Not Modified"],
  [307, "Temporary Redirect"],
  [308, "Permanent Redirect"],
  [400, "Bad Request"],
  [401, "Unauthorized"],
  [403, "Forbidden"],
  [404, "Not Found"],
  [405, "Not Allowed"],
  [406, "Not Acceptable"],
  [408, "Request Timeout"],
  [409, "Conflict"],
  [411, "Length Required"],
  [413, "Entity Too Large"],
  [414, "Request-URI Too Long"],
  [415, "Unsupported Media Type"],
  [416, "Requested Range Not Satisfiable"],
  [417, "Expectation Failed"],
  [422, "Unprocessable Content"],
  [424, "Failed Dependency"],
  [429, "Too Many Requests"],
  [431, "Request Header Fields Too Large"],
  [499, "Client Closed Request"],
  [500, "Internal Server Error"],
  [501, "Not Implemented"],
  [502, "Bad Gateway"],
  [503, "Service Unavailable"],
  [504, "Gateway Timeout"],
  [505, "HTTP Version Not Supported"],
  [507, "Insufficient Storage"],
]);

/** The reason phrase of a status; `Unknown` for one that has none here. */
export function statusPhrase(status: number): string {
  return PHRASES.get(status) ?? "Unknown";
}
