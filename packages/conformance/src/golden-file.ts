import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { differencesOfObservation } from "./compare-observation.ts";
import type { Observation } from "./observation.ts";
import { type Case, type ObservedStep, observedSteps, type Suite } from "./suite.ts";

/** Where the answers of a golden file come from. */
export interface Provenance {
  readonly suite: string;
  /** Name and version as the server's metadata say. */
  readonly server: string;
  /** The command line, without machine paths. */
  readonly command: string;
}

/** The real server's answers to the cases of one suite. */
export interface Golden {
  readonly provenance: Provenance;
  readonly answers: ReadonlyMap<string, RecordedCase>;
}

/** One case as it was recorded. */
export interface RecordedCase {
  /** Digest of what was asked: a case that asks something else now has to be recorded again. */
  readonly asked: string;
  readonly observations: readonly Observation[];
}

const DIRECTORY = join(import.meta.dirname, "..", "goldens");

/** The path of a suite's golden file. */
export function goldenPath(suiteName: string, directory: string = DIRECTORY): string {
  return join(directory, `${suiteName}.jsonl`);
}

/**
 * A digest of everything about a case that shapes its answers, its suite's flags and models apart: the bytes of its
 * requests, flags of servers it starts, and masks.
 */
export function digestOfCase(item: Case): string {
  const hash = createHash("sha256");
  for (const step of item.steps) {
    if (step.kind === "change" || step.kind === "await") {
      hash.update(step.kind);
      continue;
    }
    hash.update(JSON.stringify(askedByStep(step)));
    hash.update(JSON.stringify((step.masks ?? []).map(([from, to]) => [from.source, to])));
  }
  return hash.digest("hex").slice(0, 12);
}

function askedByStep(step: ObservedStep): readonly string[] {
  switch (step.kind) {
    case "request":
      return [
        step.port,
        Buffer.from(step.bytes).toString("base64"),
        ...(step.isConcurrent === true ? ["concurrent"] : []),
        ...(step.isMeanwhile === true ? ["meanwhile"] : []),
        ...(step.isOrderObserved === true ? ["order"] : []),
      ];
    case "grpc":
      return [
        "grpc",
        step.path,
        JSON.stringify(step.headers),
        ...(step.isConcurrent === true ? ["concurrent"] : []),
        ...step.actions.map((action) =>
          action instanceof Uint8Array
            ? Buffer.from(action).toString("base64")
            : JSON.stringify(action),
        ),
      ];
    case "start":
      return [step.stream, ...step.flags];
    case "log":
      return [step.pattern.source];
  }
}

/** Reads a suite's golden file; null if there is none. */
export function readGolden(path: string): Golden | null {
  if (!existsSync(path)) {
    return null;
  }
  const [first = "{}", ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
  const answers = new Map<string, RecordedCase>();
  for (const line of lines) {
    // Written by writeGolden: the shape is ours.
    const record = JSON.parse(line) as { case: string } & RecordedCase;
    answers.set(record.case, { asked: record.asked, observations: record.observations });
  }
  // So is that of the first line.
  const provenance = JSON.parse(first) as Provenance;
  return { provenance, answers };
}

/** Writes a golden file: a line of provenance, then a line a case, in the suite's order. */
export function writeGolden(path: string, golden: Golden): void {
  const lines = [JSON.stringify(golden.provenance)];
  for (const [name, { asked, observations }] of golden.answers) {
    lines.push(JSON.stringify({ case: name, asked, observations }));
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${lines.join("\n")}\n`);
}

/**
 * The golden of a run: recorded cases in the suite's order. Cases that did not run keep their earlier record, and so do
 * those whose answers agree with it (in another order, say): what did not change does not show as a change.
 */
export function goldenOfRun(options: {
  readonly suite: Suite;
  readonly observations: ReadonlyMap<string, readonly Observation[]>;
  readonly provenance: Provenance;
  readonly earlier: Golden | null;
}): Golden {
  const answers = new Map<string, RecordedCase>();
  for (const item of options.suite.cases) {
    const observations = options.observations.get(item.name);
    const earlier = options.earlier?.answers.get(item.name);
    if (observations !== undefined) {
      const record = { asked: digestOfCase(item), observations };
      const isSame = earlier !== undefined && agrees(item, earlier, record);
      answers.set(item.name, isSame ? earlier : record);
    } else if (earlier !== undefined && item.isDeadlyForPeer !== true) {
      answers.set(item.name, earlier);
    }
  }
  return { provenance: options.provenance, answers };
}

function agrees(item: Case, earlier: RecordedCase, record: RecordedCase): boolean {
  const looks = observedSteps(item);
  return (
    earlier.asked === record.asked &&
    earlier.observations.length === record.observations.length &&
    earlier.observations.every((observation, index) => {
      const now = record.observations[index];
      const look = looks[index];
      return (
        now !== undefined &&
        look !== undefined &&
        differencesOfObservation(observation, now, look).length === 0
      );
    })
  );
}
