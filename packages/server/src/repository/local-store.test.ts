import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { isModelModified } from "./fingerprint.ts";
import { LocalModelFiles } from "./local-model-files.ts";
import { LocalStore } from "./local-store.ts";
import { ModelRepository } from "./model-repository.ts";

let root = "";

before(async () => {
  root = await mkdtemp(join(tmpdir(), "nereid-test-"));
  await mkdir(join(root, "one", "m", "1"), { recursive: true });
  await mkdir(join(root, "one", "shared"), { recursive: true });
  await mkdir(join(root, "two", "shared"), { recursive: true });
  await mkdir(join(root, "elsewhere"), { recursive: true });
  await writeFile(join(root, "one", "notes.txt"), "no model");
  await writeFile(join(root, "one", "m", "config.pbtxt"), 'name: "m"');
  await writeFile(join(root, "one", "m", "1", "model.onnx"), "x");
  await writeFile(join(root, "elsewhere", "secret.txt"), "s");
  await symlink(join(root, "elsewhere"), join(root, "one", "linked"));
  await symlink(join(root, "one", "missing"), join(root, "one", "dangling"));
});

after(async () => {
  await rm(root, { recursive: true, force: true });
});

test("models are the directories, links to directories included, in order", async () => {
  const store = new LocalStore(join(root, "one"));
  assert.deepEqual(await store.listModels(), ["linked", "m", "shared"]);
  assert.equal(await store.hasModel("m"), true);
  assert.equal(await store.hasModel("missing"), false);
});

test("a path that is no directory is no repository", async () => {
  const file = new LocalStore(join(root, "one", "notes.txt"));
  await assert.rejects(file.check(), /repository path is not a valid directory/);
  const missing = join(root, "nowhere");
  await assert.rejects(
    new LocalStore(missing).check(),
    new RegExp(`failed to stat file ${missing}`),
  );
});

test("a name in two repositories is a duplicate and belongs to none", async () => {
  const repository = ModelRepository.open([join(root, "one"), join(root, "two")]);
  const { models, duplicates } = await repository.list();
  assert.deepEqual([...models.keys()], ["linked", "m"]);
  assert.deepEqual([...duplicates], ["shared"]);
  assert.equal((await repository.find("shared")).length, 2);
});

test("object stores are refused by name", () => {
  assert.throws(() => ModelRepository.open(["s3://bucket/models"]), /^TritonError: s3:\/\//);
});

test("a fingerprint sees a change deep in a version", async () => {
  const store = new LocalStore(join(root, "one"));
  const earlier = await store.fingerprint("m", "");
  assert.equal(earlier.configEntry, "config.pbtxt");
  assert.equal(isModelModified(earlier, await store.fingerprint("m", "")), false);
  const later = new Date(Date.now() + 10_000);
  await utimes(join(root, "one", "m", "1", "model.onnx"), later, later);
  assert.equal(isModelModified(earlier, await store.fingerprint("m", "")), true);
});

test("model files are read, and links out of the directory are seen as outside", async () => {
  const files = new LocalModelFiles(join(root, "one", "m"));
  assert.equal(await files.exists("1/model.onnx"), true);
  assert.equal(await files.isDirectory("1"), true);
  assert.equal(await files.isDirectory("config.pbtxt"), false);
  assert.deepEqual(await files.list(""), ["1", "config.pbtxt"]);
  assert.equal(Buffer.from(await files.read("config.pbtxt")).toString(), 'name: "m"');
  await assert.rejects(
    files.read("labels.txt"),
    new RegExp(`failed to open text file for read ${files.directory}/labels.txt: No such file`),
  );
  assert.equal(await files.isInside("labels.txt"), true);
  assert.equal(await files.isInside("../shared/labels.txt"), false);
  await symlink(join(root, "elsewhere", "secret.txt"), join(root, "one", "m", "link.txt"));
  assert.equal(await files.isInside("link.txt"), false);
});
