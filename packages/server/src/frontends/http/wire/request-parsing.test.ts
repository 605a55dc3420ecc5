/** Tests the table of requests, whole and cut into pieces. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ConnectionHarness } from "./testing/connection-harness.ts";
import { type RequestCase, requestCases } from "./testing/request-cases.ts";

/** Cuts into three are tried at so many places, evenly spread. */
const PLACES_MAX = 24;

interface Outcome {
  readonly requests: readonly string[];
  readonly statuses: readonly number[];
  readonly isOpen: boolean;
}

function outcomeOf(pieces: readonly string[]): Outcome {
  const harness = new ConnectionHarness();
  for (const piece of pieces) {
    if (piece !== "") {
      harness.receive(piece);
    }
  }
  assert.deepEqual(harness.errors, []);
  const statuses = harness.statuses.filter((status) => status !== 100);
  return { requests: harness.requests, statuses, isOpen: harness.connection.isOpen };
}

function expectedOf(requestCase: RequestCase): Outcome {
  const statuses = requestCase.requests.map(() => 200);
  const isLast = /HTTP\/1\.0\r\n(?!.*Keep-Alive)|connection:.*\bclose\b/i.test(requestCase.input);
  return {
    requests: requestCase.requests,
    statuses: requestCase.fault === null ? statuses : [...statuses, requestCase.fault],
    isOpen: requestCase.fault === null && !isLast,
  };
}

test("the table is large and its names tell the cases apart", () => {
  assert.ok(requestCases.length >= 120, `${requestCases.length} cases`);
  assert.equal(new Set(requestCases.map(({ name }) => name)).size, requestCases.length);
});

describe("one read", () => {
  for (const requestCase of requestCases) {
    test(requestCase.name, () => {
      assert.deepEqual(outcomeOf([requestCase.input]), expectedOf(requestCase));
    });
  }
});

test("a byte at a time gives the same", () => {
  for (const requestCase of requestCases) {
    assert.deepEqual(
      outcomeOf(requestCase.input.split("")),
      expectedOf(requestCase),
      requestCase.name,
    );
  }
});

test("every cut into two gives the same", () => {
  for (const requestCase of requestCases) {
    const { input, name } = requestCase;
    const expected = expectedOf(requestCase);
    for (let cut = 1; cut < input.length; cut++) {
      const outcome = outcomeOf([input.slice(0, cut), input.slice(cut)]);
      assert.deepEqual(outcome, expected, `${name}, cut at ${cut}`);
    }
  }
});

test("cuts into three give the same", () => {
  for (const requestCase of requestCases) {
    const { input, name } = requestCase;
    const expected = expectedOf(requestCase);
    const step = Math.max(1, Math.floor(input.length / PLACES_MAX));
    for (let first = 1; first < input.length; first += step) {
      for (let second = first + 1; second < input.length; second += step) {
        const pieces = [input.slice(0, first), input.slice(first, second), input.slice(second)];
        assert.deepEqual(outcomeOf(pieces), expected, `${name}, cut at ${first} and ${second}`);
      }
    }
  }
});
