import { posix } from "node:path";
import { folderOf, isSource, isTest, isUnder } from "./areas.ts";
import type { SourceTree, Violation } from "./source-tree.ts";

/**
 * layers.json: for each folder, the rooms in it from the bottom up, and for each what it may import of the others. A room
 * is a child, or a folder further down (`frontends/socket`); a file belongs to the deepest room that it lies in. Where a
 * room may import another, it may import the rooms in that, too. Packages of ours are listed by name.
 */
export type Layers = Readonly<Record<string, Rooms>>;
type Rooms = Readonly<Record<string, readonly string[]>>;

/** Where the layers are listed. */
export const LAYERS_PATH = "layers.json";
/** The folder whose children are the packages: they import each other by name, and their manifests say whom. */
const PACKAGES = "packages";

/** Checks that every import goes down the layers, and that no package reaches into another's folder. */
export function* checkLayers(tree: SourceTree): Generator<Violation> {
  if (!tree.has(LAYERS_PATH)) {
    yield {
      path: LAYERS_PATH,
      line: 0,
      message: "is missing: it says which folder may import which",
    };
    return;
  }
  const layers = readLayers(tree);
  yield* checkLayersFile(layers);
  for (const [folder, rooms] of Object.entries(layers)) {
    yield* folder === PACKAGES ? checkManifests(tree, rooms) : checkFolder(tree, folder, rooms);
  }
  for (const path of tree.files.filter(isSource)) {
    yield* checkEscapes(tree, path);
  }
}

/** The file's content, which must be there. */
export function readLayers(tree: SourceTree): Layers {
  // Only this repository writes the file, and `checkLayers` refuses one that is not of this form.
  return JSON.parse(tree.read(LAYERS_PATH)) as Layers;
}

/** The order of the file is the order of the layers: a room names only rooms above it in the list. */
function* checkLayersFile(layers: Layers): Generator<Violation> {
  for (const [folder, rooms] of Object.entries(layers)) {
    const below = new Set<string>();
    for (const [room, allowed] of Object.entries(rooms)) {
      for (const name of allowed.filter((candidate) => !isPackage(candidate))) {
        const named = Object.keys(rooms).filter((other) => isUnder(other, name));
        if (named.length === 0 || named.some((other) => !below.has(other))) {
          const message = `${folder}: ${room} lists ${name}, which does not stand before it`;
          yield { path: LAYERS_PATH, line: 0, message };
        }
      }
      below.add(room);
    }
  }
}

function* checkFolder(tree: SourceTree, folder: string, rooms: Rooms): Generator<Violation> {
  const unlisted = new Set<string>();
  for (const path of tree.files.filter((file) => isUnder(file, folder) && isSource(file))) {
    const room = roomOf(path, folder, rooms);
    const allowed = rooms[room];
    if (allowed === undefined) {
      unlisted.add(room);
      continue;
    }
    for (const { specifier, line } of tree.scan(path).imports) {
      const target = importedFrom(path, specifier, folder, rooms);
      if (target !== null && target !== room && !allowed.some((name) => isUnder(target, name))) {
        const list = allowed.length === 0 ? "nothing" : allowed.join(", ");
        yield { path, line, message: `${room} must not import ${target} (it may import ${list})` };
      }
    }
  }
  for (const room of unlisted) {
    yield { path: `${folder}/${room}`, line: 0, message: `is not listed in ${LAYERS_PATH}` };
  }
}

/**
 * The room or the package of ours that an import leads to; null if it is neither. What tests import of packages is for
 * the manifest to say.
 */
function importedFrom(
  path: string,
  specifier: string,
  folder: string,
  rooms: Rooms,
): string | null {
  if (isPackage(specifier)) {
    return isTest(path) ? null : specifier;
  }
  const target = specifier.startsWith(".") ? posix.join(folderOf(path), specifier) : null;
  return target !== null && isUnder(target, folder) ? roomOf(target, folder, rooms) : null;
}

/**
 * The deepest room that a path lies in: `engine` for `<folder>/engine/a/b.ts`, `index.ts` for `<folder>/index.ts`. Where
 * none is listed, what would have to be.
 */
function roomOf(path: string, folder: string, rooms: Rooms): string {
  const names = path.slice(folder.length + 1).split("/");
  const paths = names.map((_, index) => names.slice(0, index + 1).join("/"));
  const deepest = paths.findLast((candidate) => rooms[candidate] !== undefined);
  const hasRooms = (candidate: string): boolean =>
    Object.keys(rooms).some((room) => isUnder(room, candidate));
  return deepest ?? paths.find((candidate) => !hasRooms(candidate)) ?? "";
}

/** Package names are the product's scope and the folder's name. */
const SCOPE = "@nereid/";

function isPackage(specifier: string): boolean {
  return specifier.startsWith(SCOPE);
}

/** The parts of a manifest that concern the layers. */
interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

function* checkManifests(tree: SourceTree, packages: Rooms): Generator<Violation> {
  const paths = tree.files.filter((file) => /^packages\/[^/]+\/package\.json$/.test(file));
  const version = tree.has("package.json") ? readManifest(tree, "package.json").version : undefined;
  for (const path of paths) {
    const folder = path.split("/")[1] ?? "";
    const manifest = readManifest(tree, path);
    const allowed = packages[folder];
    const say = (message: string): Violation => ({ path, line: 0, message });
    if (allowed === undefined) {
      yield say(`the package ${folder} is not listed in ${LAYERS_PATH}`);
    }
    if (manifest.name !== SCOPE + folder) {
      yield say(`must be named ${SCOPE}${folder}, as its folder`);
    }
    if (manifest.version !== version) {
      yield say(`must have the version of the repository, ${version}: all packages share one`);
    }
    for (const [name, range] of ownDependencies(manifest)) {
      if (allowed?.includes(name.slice(SCOPE.length)) === false) {
        yield say(`must not depend on ${name}: ${LAYERS_PATH} does not list it`);
      }
      if (range !== version) {
        yield say(`must depend on ${name} at ${version}, not ${range}`);
      }
    }
  }
}

function readManifest(tree: SourceTree, path: string): Manifest {
  // A manifest that npm accepts has this form; wrong ones fail at install.
  return JSON.parse(tree.read(path)) as Manifest;
}

function ownDependencies(manifest: Manifest): [name: string, range: string][] {
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = manifest;
  return [dependencies, devDependencies, optionalDependencies, peerDependencies]
    .flatMap((kind) => Object.entries(kind ?? {}))
    .filter(([name]) => isPackage(name));
}

/** What the tests of all packages share: the only relative imports that leave a package. */
const SHARED_BY_TESTS = [
  "tools/fuzz-options.ts",
  "tools/program-options.ts",
  "tools/python-environment.ts",
  "testdata/generate.ts",
];

/** What examples and benchmarks may import too: they are programs, and make what they need on the user's machine. */
const SHARED_BY_PROGRAMS = ["tools/program-options.ts", "tools/python-environment.ts"];

/** A file of a package, of the examples or of the test data imports other packages by name. */
function* checkEscapes(tree: SourceTree, path: string): Generator<Violation> {
  const home = /^(?:packages\/[^/]+|examples|testdata)(?=\/)/.exec(path)?.[0];
  if (home === undefined) {
    return;
  }
  for (const { specifier, line } of tree.scan(path).imports) {
    if (!specifier.startsWith(".")) {
      continue;
    }
    const target = posix.join(folderOf(path), specifier);
    const isShared =
      (isTest(path) && SHARED_BY_TESTS.includes(target)) ||
      ((home === "examples" || path.includes("/bench/")) && SHARED_BY_PROGRAMS.includes(target));
    if (!isUnder(target, home) && !isShared) {
      yield { path, line, message: `${specifier} leaves ${home}: import other packages by name` };
    } else if (!isTest(path) && !path.includes("/bench/") && isTest(target)) {
      yield { path, line, message: `${specifier} is for tests and benchmarks only` };
    }
  }
}
