import { posix } from "node:path";
import { folderOf, isUnder, nameOf } from "./areas.ts";
import { LAYERS_PATH, readLayers } from "./layers.ts";
import { lineCounter } from "./scan-source.ts";
import type { SourceTree, Violation } from "./source-tree.ts";

const ARCHITECTURE = "ARCHITECTURE.md";
const SERVER = "packages/server/src";
const DECISIONS = "docs/decisions";
const DECISION_LINES_MAX = 60;

/** Checks that the documents say what is there, and that configurations list every package. */
export function* checkDocuments(tree: SourceTree): Generator<Violation> {
  yield* checkArchitecture(tree);
  yield* checkDecisions(tree);
  yield* checkLinks(tree);
  yield* checkBuildLists(tree);
}

function* checkArchitecture(tree: SourceTree): Generator<Violation> {
  if (!tree.has(ARCHITECTURE)) {
    yield { path: ARCHITECTURE, line: 0, message: "is missing" };
    return;
  }
  const text = tree.read(ARCHITECTURE);
  const folders = tree.files
    .filter((path) => isUnder(folderOf(path), SERVER) && folderOf(path) !== SERVER)
    .map((path) => path.slice(SERVER.length + 1).split("/", 1)[0] ?? "");
  const layers = tree.has(LAYERS_PATH) ? readLayers(tree) : {};
  const rooms = Object.keys(layers[SERVER] ?? {}).filter((room) => room.includes("/"));
  for (const folder of new Set([...folders, ...rooms])) {
    if (!new RegExp(`(?<![\\w-])${folder}(?:/|\`)`).test(text)) {
      const message = `does not mention ${SERVER}/${folder}, as \`${folder}\` or ${folder}/`;
      yield { path: ARCHITECTURE, line: 0, message };
    }
  }
}

function* checkDecisions(tree: SourceTree): Generator<Violation> {
  const byNumber = new Map<string, string>();
  for (const path of tree.files.filter((file) => isUnder(file, DECISIONS))) {
    const number = /^(\d{4})-[a-z0-9-]+\.md$/.exec(nameOf(path))?.[1];
    if (number === undefined) {
      yield { path, line: 0, message: "a decision is named NNNN-its-title.md" };
      continue;
    }
    const first = byNumber.get(number);
    if (first !== undefined) {
      yield {
        path,
        line: 0,
        message: `has the number of ${nameOf(first)}: take the next free one`,
      };
    }
    byNumber.set(number, first ?? path);
    const lineCount = tree.read(path).split("\n").length - 1;
    if (lineCount > DECISION_LINES_MAX) {
      const message = `has ${lineCount} lines, ${DECISION_LINES_MAX} at most: context, options with numbers, decision`;
      yield { path, line: 0, message };
    }
  }
}

/** Relative links of the documents lead to files or folders of the tree. */
function* checkLinks(tree: SourceTree): Generator<Violation> {
  for (const path of tree.files.filter((file) => file.endsWith(".md"))) {
    const text = tree.read(path);
    const lineAt = lineCounter(text);
    for (const match of text.matchAll(/\]\((?!\w+:|#)([^)\s#]+)[^)]*\)/g)) {
      const target = posix.join(folderOf(path), match[1] ?? "").replace(/\/$/, "");
      const isThere = tree.has(target) || tree.files.some((file) => isUnder(file, target));
      if (!isThere) {
        yield {
          path,
          line: lineAt(match.index),
          message: `links to ${match[1]}, which is not there`,
        };
      }
    }
  }
}

/** A package that neither list names would be neither built nor checked. */
function* checkBuildLists(tree: SourceTree): Generator<Violation> {
  const projects = tree.files.filter((file) => /^packages\/[^/]+\/tsconfig\.json$/.test(file));
  for (const list of ["tsconfig.json", "tsconfig.build.json"].filter((file) => tree.has(file))) {
    const text = tree.read(list);
    for (const project of projects.map(folderOf)) {
      if (!text.includes(`"${project}"`)) {
        yield { path: list, line: 0, message: `does not list ${project} in its references` };
      }
    }
  }
}
