import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createConsoleSink, createDescriptorSink, createFileSink } from "./log-sink.ts";

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** Takes at most `room` bytes a call, and throws what is planned instead of taking any. */
class Pipe {
  text = "";
  waitedMs = 0;
  callCount = 0;
  readonly room: number;
  readonly plannedErrors: string[];

  constructor(room: number, plannedErrors: readonly string[] = []) {
    this.room = room;
    this.plannedErrors = [...plannedErrors];
  }

  readonly write = (_fileDescriptor: number, bytes: Uint8Array): number => {
    this.callCount++;
    const code = this.plannedErrors.shift();
    if (code !== undefined) {
      throw systemError(code);
    }
    this.text += Buffer.from(bytes.subarray(0, this.room)).toString("latin1");
    return Math.min(this.room, bytes.length);
  };

  readonly wait = (ms: number): void => {
    this.waitedMs += ms;
  };
}

test("info goes to stdout, warnings and errors to stderr", () => {
  const written: string[] = [];
  const sink = createConsoleSink((fileDescriptor, bytes) => {
    written.push(`${fileDescriptor} ${Buffer.from(bytes).toString()}`);
    return bytes.length;
  });
  sink.write("I", "i\n");
  sink.write("W", "w\n");
  sink.write("E", "e\n");
  assert.deepEqual(written, ["1 i\n", "2 w\n", "2 e\n"]);
});

test("a line is written whole, in pieces where the pipe takes no more at once", () => {
  const pipe = new Pipe(3);
  createDescriptorSink(1, pipe.write, pipe.wait).write("I", "eight by");
  assert.equal(pipe.text, "eight by");
});

test("a full pipe is waited for", () => {
  const pipe = new Pipe(3, ["EAGAIN", "EINTR", "EAGAIN"]);
  createDescriptorSink(1, pipe.write, pipe.wait).write("I", "line\n");
  assert.equal(pipe.text, "line\n");
  assert.equal(pipe.waitedMs, 2);
});

test("a pipe that stays full costs the line, and the next one is tried", () => {
  const pipe = new Pipe(9, new Array<string>(5000).fill("EAGAIN"));
  const sink = createDescriptorSink(1, pipe.write, pipe.wait);
  sink.write("I", "lost\n");
  assert.equal(pipe.waitedMs, 5000);
  sink.write("I", "kept\n");
  assert.equal(pipe.text, "kept\n");
});

test("a pipe whose reader has gone swallows the rest", () => {
  const pipe = new Pipe(9, ["EPIPE"]);
  const sink = createDescriptorSink(1, pipe.write, pipe.wait);
  sink.write("I", "a\n");
  sink.write("I", "b\n");
  assert.equal(pipe.callCount, 1);
});

test("a full disk costs a line, not the log", () => {
  const pipe = new Pipe(9, ["ENOSPC"]);
  const sink = createDescriptorSink(1, pipe.write, pipe.wait);
  sink.write("I", "a\n");
  sink.write("I", "b\n");
  assert.equal(pipe.text, "b\n");
});

test("a file is appended to, all levels alike", () => {
  const directory = mkdtempSync(join(tmpdir(), "log-sink-"));
  try {
    const path = join(directory, "log");
    writeFileSync(path, "before\n");
    const sink = createFileSink(path);
    sink.write("I", "info é\n");
    sink.write("E", "error\n");
    assert.equal(readFileSync(path, "utf8"), "before\ninfo é\nerror\n");
    assert.throws(() => createFileSink(join(directory, "none", "log")), { code: "ENOENT" });
  } finally {
    rmSync(directory, { recursive: true });
  }
});
