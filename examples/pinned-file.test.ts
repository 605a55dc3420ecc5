import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { StatusCode, TritonError } from "@nereid/protocol";
import { copyPinnedFile, fileSha256 } from "./pinned-file.ts";

const directory = mkdtempSync(join(tmpdir(), "nereid-pinned-file-"));
after(() => rmSync(directory, { recursive: true }));

const source = join(directory, "source");
const target = join(directory, "made", "for", "it", "target");
writeFileSync(source, "abc");
/** Of "abc": FIPS 180-4's own example. */
const sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

test("a file is copied once, and again after it was changed", () => {
  assert.equal(copyPinnedFile({ source, target, sha256 }), true);
  assert.equal(readFileSync(target, "utf8"), "abc");
  assert.equal(copyPinnedFile({ source, target, sha256 }), false);
  writeFileSync(target, "abd");
  assert.equal(copyPinnedFile({ source, target, sha256 }), true);
  assert.equal(readFileSync(target, "utf8"), "abc");
  assert.deepEqual(readdirSync(join(directory, "made/for/it")), ["target"]);
});

test("a source with other content is refused, and nothing is written", () => {
  const other = join(directory, "other");
  writeFileSync(other, "xyz");
  const refused = join(directory, "refused");
  assert.throws(
    () => copyPinnedFile({ source: other, target: refused, sha256 }),
    (error) =>
      error instanceof TritonError &&
      error.code === StatusCode.InvalidArg &&
      error.message.includes(`expected ${sha256}`),
  );
  assert.equal(fileSha256(refused), null);
});

test("a source that is missing is refused", () => {
  assert.throws(
    () =>
      copyPinnedFile({ source: join(directory, "none"), target: join(directory, "never"), sha256 }),
    /its SHA-256 is missing/,
  );
});
