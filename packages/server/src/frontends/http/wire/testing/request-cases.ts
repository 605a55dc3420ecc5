/** One stream of bytes, and what a server must make of it. */
export interface RequestCase {
  readonly name: string;
  /** A character per byte. */
  readonly input: string;
  /** `METHOD target version body` of each request, in order. */
  readonly requests: readonly string[];
  /** The status of the refusal after them, or null if there is none. */
  readonly fault: number | null;
}

/** The input is complete requests. */
function good(name: string, input: string, ...requests: string[]): RequestCase {
  return { name, input, requests, fault: null };
}

/** The input is refused with `fault`, after `requests`. */
function bad(name: string, fault: number, input: string, ...requests: string[]): RequestCase {
  return { name, input, requests, fault };
}

function get(...lines: string[]): string {
  return `GET / HTTP/1.1\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`;
}

function post(lines: readonly string[], body: string): string {
  return `POST / HTTP/1.1\r\nHost: a\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n${body}`;
}

function chunked(body: string): string {
  return post(["Transfer-Encoding: chunked"], body);
}

const GET_LINE = "GET / 1.1";
const NEXT = "GET /next HTTP/1.1\r\n\r\n";
const NEXT_LINE = "GET /next 1.1";

const requestLines: readonly RequestCase[] = [
  good("a request without headers", "GET / HTTP/1.1\r\n\r\n", GET_LINE),
  good("HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", "GET / 1.0"),
  good("POST without a body", "POST /a HTTP/1.1\r\n\r\n", "POST /a 1.1"),
  good("an unknown method", "FOO / HTTP/1.1\r\n\r\n", "FOO / 1.1"),
  good("a method with a hyphen", "M-SEARCH / HTTP/1.1\r\n\r\n", "M-SEARCH / 1.1"),
  good("methods that begin like known ones", "GETS / HTTP/1.1\r\n\r\n", "GETS / 1.1"),
  good("a method of 32 bytes", `${"A".repeat(32)} / HTTP/1.1\r\n\r\n`, `${"A".repeat(32)} / 1.1`),
  bad("a method of 33 bytes", 400, `${"A".repeat(33)} / HTTP/1.1\r\n\r\n`),
  bad("a lower-case method", 400, "get / HTTP/1.1\r\n\r\n"),
  bad("a method with a digit", 400, "GET1 / HTTP/1.1\r\n\r\n"),
  bad("CONNECT", 405, "CONNECT a:80 HTTP/1.1\r\n\r\n"),
  bad("no method", 400, " / HTTP/1.1\r\n\r\n"),
  bad("a space before the method", 400, " GET / HTTP/1.1\r\n\r\n"),
  bad("a NUL in the method", 400, "G\0T / HTTP/1.1\r\n\r\n"),
  good("a target with a query", "GET /a?b=c HTTP/1.1\r\n\r\n", "GET /a?b=c 1.1"),
  good("a target with a fragment", "GET /a#b HTTP/1.1\r\n\r\n", "GET /a#b 1.1"),
  good(
    "a target with odd but visible bytes",
    'GET /"<>\\^`{|} HTTP/1.1\r\n\r\n',
    'GET /"<>\\^`{|} 1.1',
  ),
  good("a percent-encoded target", "GET /%2F%00 HTTP/1.1\r\n\r\n", "GET /%2F%00 1.1"),
  good("a target in raw UTF-8", "GET /\xc3\xa9 HTTP/1.1\r\n\r\n", "GET /\u00e9 1.1"),
  good("two slashes", "GET //a HTTP/1.1\r\n\r\n", "GET //a 1.1"),
  good("an absolute target", "GET http://h:80/a HTTP/1.1\r\n\r\n", "GET http://h:80/a 1.1"),
  good("an absolute target in upper case", "GET HTTPS://h HTTP/1.1\r\n\r\n", "GET HTTPS://h 1.1"),
  good("OPTIONS *", "OPTIONS * HTTP/1.1\r\n\r\n", "OPTIONS * 1.1"),
  bad("* with another method", 400, "GET * HTTP/1.1\r\n\r\n"),
  bad("* and more", 400, "OPTIONS *a HTTP/1.1\r\n\r\n"),
  bad("a target without a slash", 400, "GET a HTTP/1.1\r\n\r\n"),
  bad("a foreign scheme", 400, "GET ftp://h/ HTTP/1.1\r\n\r\n"),
  bad("an absolute target without an authority", 400, "GET http:///a HTTP/1.1\r\n\r\n"),
  bad("an absolute target of a scheme only", 400, "GET http:// HTTP/1.1\r\n\r\n"),
  bad("a control byte in the target", 400, "GET /\x01 HTTP/1.1\r\n\r\n"),
  bad("a DEL in the target", 400, "GET /\x7f HTTP/1.1\r\n\r\n"),
  bad("a NUL in the target", 400, "GET /\0 HTTP/1.1\r\n\r\n"),
  bad("a tab in the target", 400, "GET /\ta HTTP/1.1\r\n\r\n"),
  bad("a CR in the target", 400, "GET /\rHost: a HTTP/1.1\r\n\r\n"),
  bad("an LF in the target", 400, "GET /\nHost: a HTTP/1.1\r\n\r\n"),
  bad("no target", 400, "GET HTTP/1.1\r\n\r\n"),
  bad("an empty target", 400, "GET  HTTP/1.1\r\n\r\n"),
  bad("two spaces before the target", 400, "GET  / HTTP/1.1\r\n\r\n"),
  bad("a tab before the target", 400, "GET\t/ HTTP/1.1\r\n\r\n"),
  bad("two spaces before the version", 400, "GET /  HTTP/1.1\r\n\r\n"),
  bad("a space after the version", 400, "GET / HTTP/1.1 \r\n\r\n"),
  bad("a word after the version", 400, "GET / HTTP/1.1 a\r\n\r\n"),
  bad("HTTP/0.9", 400, "GET /\r\n\r\n"),
  bad("version 0.9", 505, "GET / HTTP/0.9\r\n\r\n"),
  bad("version 1.2", 505, "GET / HTTP/1.2\r\n\r\n"),
  bad("version 2.0", 505, "GET / HTTP/2.0\r\n\r\n"),
  bad("version 5.6", 505, "GET / HTTP/5.6\r\n\r\n"),
  bad("the preface of HTTP/2", 400, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  bad("a lower-case version", 400, "GET / http/1.1\r\n\r\n"),
  bad("a version of one number", 400, "GET / HTTP/1\r\n\r\n"),
  bad("a version without its second number", 400, "GET / HTTP/1.\r\n\r\n"),
  bad("a version of two digits", 400, "GET / HTTP/1.10\r\n\r\n"),
  bad("a version of two digits before the dot", 400, "GET / HTTP/11.1\r\n\r\n"),
  bad("a version with a comma", 400, "GET / HTTP/1,1\r\n\r\n"),
  bad("another protocol", 400, "GET / ICE/1.0\r\n\r\n"),
  bad("another protocol with the right end", 400, "GET / IHTTP/1.0\r\n\r\n"),
  bad("RTSP", 400, "PUT / RTSP/1.0\r\n\r\n"),
  bad("a TLS client", 400, "\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03"),
];

const lineEnds: readonly RequestCase[] = [
  good("an empty line before the request", `\r\n${get()}`, GET_LINE),
  good("several empty lines before the request", `\r\n\r\n\r\n${get()}`, GET_LINE),
  good("empty lines between requests", `${get()}\r\n\r\n${NEXT}`, GET_LINE, NEXT_LINE),
  good("nothing but empty lines", "\r\n\r\n\r\n"),
  bad("a bare LF before the request", 400, `\n${get()}`),
  bad("a bare CR before the request", 400, `\r${get()}`),
  bad("bare LFs throughout", 400, "GET / HTTP/1.1\nHost: a\n\n"),
  bad("a bare LF after the request line", 400, "GET / HTTP/1.1\nHost: a\r\n\r\n"),
  bad("a bare CR after the request line", 400, "GET / HTTP/1.1\rHost: a\r\n\r\n"),
  bad("a bare LF after a header", 400, get("A: b\nC: d")),
  bad("a bare CR in a header", 400, get("A: b\rC: d")),
  bad("a bare CR and a space in a header", 400, get("A: b\r C: d")),
  bad("two CRs before the LF", 400, "GET / HTTP/1.1\r\nA: b\r\r\n\r\n"),
  bad("a bare LF that ends the head", 400, "GET / HTTP/1.1\r\nA: b\r\n\n"),
  bad("a bare CR that ends the head", 400, "GET / HTTP/1.1\r\nA: b\r\n\rGET"),
  bad("a bare CR after an empty value", 400, get("A:\rTransfer-Encoding: chunked")),
  bad("a bare LF after an empty value", 400, get("A:\nTransfer-Encoding: chunked")),
  bad(
    "a request hidden behind a bare CR",
    400,
    `${get("Host: a").slice(0, -2)}\rZGET /evil: HTTP/1.1\r\n\r\n`,
  ),
];

const headers: readonly RequestCase[] = [
  good("one header", get("Host: a"), GET_LINE),
  good("an empty value", get("A:"), GET_LINE),
  good("a value of white space only", get("A: \t "), GET_LINE),
  good("no white space before the value", get("A:b"), GET_LINE),
  good("tabs around the value", get("A:\tb\t"), GET_LINE),
  good("bytes above 0x7f in a value", get("A: \xff\x80"), GET_LINE),
  good("every token byte in a name", get("!#$%&'*+-.^_`|~09azAZ: b"), GET_LINE),
  good("repeated headers", get("A: b", "A: c", "a: d"), GET_LINE),
  good("colons in a value", get("A: b: c"), GET_LINE),
  good("Upgrade", get("Connection: Upgrade", "Upgrade: h2c"), GET_LINE),
  bad("white space before the colon", 400, get("A : b")),
  bad("a tab before the colon", 400, get("A\t: b")),
  bad("white space in a name", 400, get("A B: c")),
  bad("no colon", 400, get("A")),
  bad("an empty name", 400, get(": b")),
  bad("an at sign in a name", 400, get("Fo@: b")),
  bad("a control byte in a name", 400, get("Foo\x01est: b")),
  bad("a NUL in a name", 400, get("A\0: b")),
  bad("a byte above 0x7f in a name", 400, get("\xc3\xa9: b")),
  bad("a CR in a name", 400, get("Content\rLength: 3")),
  bad("a quote in a name", 400, get('"A": b')),
  bad("a NUL in a value", 400, get("A: b\0c")),
  bad("a control byte in a value", 400, get("A: b\x01c")),
  bad("an escape in a value", 400, get("A: \x1b[0m")),
  bad("a DEL in a value", 400, get("A: b\x7f")),
  bad("a vertical tab before a value", 400, get("A:\x0bb")),
  bad("a form feed in a value", 400, get("A: b\x0cc")),
  bad("a folded value", 400, get("A: b", " c")),
  bad("a value folded with a tab", 400, get("A: b", "\tc")),
  bad("a folded name", 400, get("A", " : b")),
  bad("white space before the first header", 400, get(" Host: a")),
  bad("a header hidden by white space", 400, get("Host: a", " Content-Length: 38")),
  good("no Host", "GET / HTTP/1.1\r\n\r\n", GET_LINE),
  good("an empty Host", get("Host:"), GET_LINE),
  good("a Host with a port", get("Host: localhost:8000"), GET_LINE),
  good("an IPv6 Host", get("Host: [::1]:8000"), GET_LINE),
  bad("two Hosts", 400, get("Host: a", "Host: b")),
  bad("two equal Hosts", 400, get("Host: a", "host: a")),
  bad("white space in the Host", 400, get("Host: a b")),
  bad("a slash in the Host", 400, get("Host: a/b")),
  bad("an at sign in the Host", 400, get("Host: a@b")),
  bad("a list of Hosts", 400, get("Host: a, b")),
];

const lengths: readonly RequestCase[] = [
  good("a body", post(["Content-Length: 3"], "abc"), "POST / 1.1 abc"),
  good("a body of nothing", post(["Content-Length: 0"], ""), "POST / 1.1"),
  good("leading zeros in the length", post(["Content-Length: 003"], "abc"), "POST / 1.1 abc"),
  good("white space around the length", post(["Content-Length: \t3 \t"], "abc"), "POST / 1.1 abc"),
  good("a header after the length", post(["Content-Length: 3", "A: b"], "abc"), "POST / 1.1 abc"),
  good("a length in odd case", post(["cONTENT-lENGTH: 3"], "abc"), "POST / 1.1 abc"),
  good("GET with a body", "GET / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", "GET / 1.1 {}"),
  good("a body that looks like a head", post(["Content-Length: 4"], "\r\n\r\n"), "POST / 1.1"),
  good(
    "a body and the next request",
    `${post(["Content-Length: 3"], "abc")}${NEXT}`,
    "POST / 1.1 abc",
    NEXT_LINE,
  ),
  good("HTTP/1.0 with a length", "POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nab", "POST / 1.0 ab"),
  bad("an empty length", 400, post(["Content-Length:"], "")),
  bad("a length with a plus", 400, post(["Content-Length: +3"], "abc")),
  bad("a negative length", 400, post(["Content-Length: -3"], "abc")),
  bad("a hexadecimal length", 400, post(["Content-Length: 0x3"], "abc")),
  bad("a length with letters", 400, post(["Content-Length: 3a"], "abc")),
  bad("a length with a point", 400, post(["Content-Length: 3.0"], "abc")),
  bad("a length in scientific form", 400, post(["Content-Length: 3e0"], "abc")),
  bad("a length with an inner space", 400, post(["Content-Length: 4 2"], "abc")),
  bad("a list of lengths", 400, post(["Content-Length: 3, 3"], "abc")),
  bad("two lengths", 400, post(["Content-Length: 3", "Content-Length: 4"], "abcd")),
  bad("two equal lengths", 400, post(["Content-Length: 3", "content-length: 3"], "abc")),
  bad("a length above 2^53", 400, post(["Content-Length: 9007199254740993"], "")),
  bad("a length above 2^64", 400, post(["Content-Length: 1000000000000000000000"], "")),
  bad("a length that ends with a NUL", 400, post(["Content-Length: 3\0"], "abc")),
  bad("a length in other digits", 400, post(["Content-Length: \xb3"], "abc")),
  bad("a length before white space and a colon", 400, post(["Content-Length : 3"], "abc")),
  bad(
    "a body longer than its length",
    400,
    post(["Content-Length: 2"], "abc\r\n\r\n"),
    "POST / 1.1 ab",
  ),
];

const codings: readonly RequestCase[] = [
  good("a chunked body", chunked("3\r\nabc\r\n0\r\n\r\n"), "POST / 1.1 abc"),
  good("an empty chunked body", chunked("0\r\n\r\n"), "POST / 1.1"),
  good(
    "several chunks",
    chunked("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"),
    "POST / 1.1 hello world",
  ),
  good("a size in lower case", chunked("a\r\n0123456789\r\n0\r\n\r\n"), "POST / 1.1 0123456789"),
  good("a size in upper case", chunked("A\r\n0123456789\r\n0\r\n\r\n"), "POST / 1.1 0123456789"),
  good("zeros before sizes", chunked("0003\r\nabc\r\n000\r\n\r\n"), "POST / 1.1 abc"),
  good("a coding in odd case", post(["transfer-ENCODING: Chunked"], "0\r\n\r\n"), "POST / 1.1"),
  good(
    "white space around the coding",
    post(["Transfer-Encoding: \tchunked \t"], "0\r\n\r\n"),
    "POST / 1.1",
  ),
  good("extensions", chunked('3;a;b=c;d="e;\\"f"\r\nabc\r\n0;g\r\n\r\n'), "POST / 1.1 abc"),
  good("trailers", chunked("1\r\na\r\n0\r\nVary: *\r\nA:\r\n\r\n"), "POST / 1.1 a"),
  good(
    "trailers with framing names change nothing",
    chunked(`1\r\na\r\n0\r\nContent-Length: 5\r\nHost: b\r\n\r\n${NEXT}`),
    "POST / 1.1 a",
    NEXT_LINE,
  ),
  good("CR and LF in a chunk", chunked("4\r\n\r\n\r\n\r\n0\r\n\r\n"), "POST / 1.1"),
  good(
    "a chunked body and the next request",
    `${chunked("0\r\n\r\n")}${NEXT}`,
    "POST / 1.1",
    NEXT_LINE,
  ),
  bad(
    "a length and a coding",
    400,
    post(["Content-Length: 3", "Transfer-Encoding: chunked"], "0\r\n\r\n"),
  ),
  bad(
    "a coding and a length",
    400,
    post(["Transfer-Encoding: chunked", "Content-Length: 3"], "0\r\n\r\n"),
  ),
  bad(
    "a coding with HTTP/1.0",
    400,
    "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  ),
  bad("identity", 501, post(["Transfer-Encoding: identity"], "")),
  bad("an unknown coding", 501, post(["Transfer-Encoding: pigeons"], "")),
  bad("a coding that ends in chunked", 501, post(["Transfer-Encoding: xchunked"], "0\r\n\r\n")),
  bad("a coding that begins with chunked", 501, post(["Transfer-Encoding: chunkedx"], "0\r\n\r\n")),
  bad("gzip before chunked", 501, post(["Transfer-Encoding: gzip, chunked"], "0\r\n\r\n")),
  bad("gzip after chunked", 400, post(["Transfer-Encoding: chunked, gzip"], "0\r\n\r\n")),
  bad("chunked twice", 400, post(["Transfer-Encoding: chunked, chunked"], "0\r\n\r\n")),
  bad(
    "chunked in two headers",
    400,
    post(["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], ""),
  ),
  bad(
    "gzip in a second header",
    400,
    post(["Transfer-Encoding: chunked", "Transfer-Encoding: gzip"], ""),
  ),
  bad(
    "identity in a second header",
    400,
    post(["Transfer-Encoding: chunked", "Transfer-Encoding: identity"], ""),
  ),
  bad("an empty coding", 400, post(["Transfer-Encoding:"], "")),
  bad("an empty element in the codings", 400, post(["Transfer-Encoding: chunked,"], "0\r\n\r\n")),
  bad("a quoted coding", 501, post(['Transfer-Encoding: "chunked"'], "0\r\n\r\n")),
  bad("a coding with a parameter", 501, post(["Transfer-Encoding: chunked;q=1"], "0\r\n\r\n")),
  bad("a coding behind a vertical tab", 400, post(["Transfer-Encoding: \x0bchunked"], "0\r\n\r\n")),
  bad(
    "a coding behind a no-break space",
    501,
    post(["Transfer-Encoding: \xa0chunked"], "0\r\n\r\n"),
  ),
  bad(
    "a coding before white space and a colon",
    400,
    post(["Transfer-Encoding : chunked"], "0\r\n\r\n"),
  ),
];

const chunks: readonly RequestCase[] = [
  bad("no chunk size", 400, chunked("\r\nabc\r\n0\r\n\r\n")),
  bad("a chunk size of other letters", 400, chunked("g\r\n")),
  bad("a chunk size with 0x", 400, chunked("0x3\r\nabc\r\n")),
  bad("a chunk size with a sign", 400, chunked("+3\r\nabc\r\n")),
  bad("a negative chunk size", 400, chunked("-3\r\nabc\r\n")),
  bad("white space before a chunk size", 400, chunked(" 3\r\nabc\r\n")),
  bad("white space after a chunk size", 400, chunked("3 \r\nabc\r\n")),
  bad("a tab after a chunk size", 400, chunked("3\t\r\nabc\r\n")),
  bad("a word after a chunk size", 400, chunked("2 erfrferferf\r\naa\r\n")),
  bad("a chunk size of 17 digits", 400, chunked("00000000000000003\r\nabc\r\n")),
  bad("a chunk size above 2^53", 400, chunked("20000000000000\r\n")),
  bad("a chunk size above 2^64", 400, chunked("ffffffffffffffff\r\n")),
  bad("a bare LF after a chunk size", 400, chunked("3\nabc\r\n")),
  bad("a bare CR after a chunk size", 400, chunked("3\rabc\r\n")),
  bad("an NUL after a chunk size", 400, chunked("3\0\r\nabc\r\n")),
  bad("a chunk longer than its size", 400, chunked("3\r\nabcd\r\n")),
  bad("a chunk shorter than its size", 400, chunked("3\r\nab\r\n0\r\n\r\n")),
  bad("a bare LF after a chunk", 400, chunked("3\r\nabc\n0\r\n\r\n")),
  bad("no line end after a chunk", 400, chunked("3\r\nabc0\r\n\r\n")),
  bad("no extension after the semicolon", 400, chunked("2;\r\naa\r\n")),
  bad("no extension between semicolons", 400, chunked("2;;a\r\naa\r\n")),
  bad("white space after the semicolon", 400, chunked("2; a\r\naa\r\n")),
  bad("no value after the equals sign", 400, chunked("2;a=\r\naa\r\n")),
  bad("two equals signs", 400, chunked("2;a=b=c\r\naa\r\n")),
  bad("no name before the equals sign", 400, chunked("2;=b\r\naa\r\n")),
  bad("an open quote", 400, chunked('2;a="b\r\naa\r\n')),
  bad("text after a quote", 400, chunked('2;a="b"c\r\naa\r\n')),
  bad("a quote within a value", 400, chunked('2;a=b"c"\r\naa\r\n')),
  bad("a quoted name", 400, chunked('2;"a"=b\r\naa\r\n')),
  bad("a control byte in an extension", 400, chunked("2;a\x01\r\naa\r\n")),
  bad("a bare LF in an extension", 400, chunked("2;a\naa\r\n")),
  bad("a bare LF in a quote", 400, chunked('2;a="\n"\r\naa\r\n')),
  bad("an escaped LF in a quote", 400, chunked('2;a="\\\n"\r\naa\r\n')),
  bad("a bare LF after the last chunk", 400, chunked("0\n\r\n")),
  bad("a bare LF that ends the body", 400, chunked("0\r\n\n")),
  bad("a bare CR that ends the body", 400, chunked("0\r\n\rGET")),
  bad("a trailer without a colon", 400, chunked("0\r\nA\r\n\r\n")),
  bad("a trailer with white space before its colon", 400, chunked("0\r\nA : b\r\n\r\n")),
  bad("a trailer without a name", 400, chunked("0\r\n: b\r\n\r\n")),
  bad("a folded trailer", 400, chunked("0\r\nA: b\r\n c\r\n\r\n")),
  bad("a control byte in a trailer", 400, chunked("0\r\nA: \x01\r\n\r\n")),
  bad("a bare LF in a trailer", 400, chunked("0\r\nA: b\nC: d\r\n\r\n")),
  bad("a bare CR in a trailer", 400, chunked("0\r\nA: b\rC: d\r\n\r\n")),
];

const connections: readonly RequestCase[] = [
  good("two requests", `${get("Host: a")}${NEXT}`, GET_LINE, NEXT_LINE),
  good("keep-alive", `${get("Connection: keep-alive")}${NEXT}`, GET_LINE, NEXT_LINE),
  good("nothing after close", `${get("Connection: close")}${NEXT}`, GET_LINE),
  good("close in odd case", `${get("connection: CLOSE")}${NEXT}`, GET_LINE),
  good("close before a tab", `${get("Connection: close\t")}${NEXT}`, GET_LINE),
  good("close in a list", `${get("Connection: a, close,b")}${NEXT}`, GET_LINE),
  good("close beside keep-alive", `${get("Connection: keep-alive, close")}${NEXT}`, GET_LINE),
  good("close in a second header", `${get("Connection: a", "Connection: close")}${NEXT}`, GET_LINE),
  good(
    "words that contain close",
    `${get("Connection: closed, xclose")}${NEXT}`,
    GET_LINE,
    NEXT_LINE,
  ),
  good("nothing after HTTP/1.0", `GET / HTTP/1.0\r\n\r\n${NEXT}`, "GET / 1.0"),
  good(
    "HTTP/1.0 with keep-alive",
    `GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n${NEXT}`,
    "GET / 1.0",
    NEXT_LINE,
  ),
  good(
    "nothing after HTTP/1.0 with close and keep-alive",
    `GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n${NEXT}`,
    "GET / 1.0",
  ),
  bad("a good request and a bad one", 400, `${get()}GET\r\n\r\n`, GET_LINE),
  bad(
    "a request hidden after a missing CR",
    400,
    `${get("Dummy: x\nContent-Length: 23")}GET / HTTP/1.1\r\n\r\n`,
  ),
  bad("a tail that is no request", 400, `${get()}Hot diggity dogg\r\n`, GET_LINE),
  good(
    "Expect with the body behind it",
    post(["Expect: 100-continue", "Content-Length: 2"], "ab"),
    "POST / 1.1 ab",
  ),
  good(
    "another expectation",
    post(["Expect: wonders", "Content-Length: 2"], "ab"),
    "POST / 1.1 ab",
  ),
];

/** Bytes that servers must agree on, and bytes that they must not let pass. Names are unique. */
export const requestCases: readonly RequestCase[] = [
  ...requestLines,
  ...lineEnds,
  ...headers,
  ...lengths,
  ...codings,
  ...chunks,
  ...connections,
];
