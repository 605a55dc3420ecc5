import { posix } from "node:path";
import { folderOf, isSource, isTest, isUnder } from "./areas.ts";
import type { SourceTree, Violation } from "./source-tree.ts";

/** layers.json: for each folder, its children, and for each child the siblings that it may import. */
export type Layers = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

const LAYERS_PATH = "layers.json";
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
  // Only this repository writes the file, and the next check refuses one that is not of this form.
  const layers = JSON.parse(tree.read(LAYERS_PATH)) as Layers;
  yield* checkLayersFile(layers);
  for (const [folder, children] of Object.entries(layers)) {
    yield* folder === PACKAGES
      ? checkManifests(tree, children)
      : checkFolder(tree, folder, children);
  }
  for (const path of tree.files.filter(isSource)) {
    yield* checkEscapes(tree, path);
  }
}

/** The order of the file is the order of the layers: a child names only children above it in the list. */
function* checkLayersFile(layers: Layers): Generator<Violation> {
  for (const [folder, children] of Object.entries(layers)) {
    const below = new Set<string>();
    for (const [child, allowed] of Object.entries(children)) {
      for (const name of allowed.filter((candidate) => !below.has(candidate))) {
        const message = `${folder}: ${child} lists ${name}, which does not stand before it`;
        yield { path: LAYERS_PATH, line: 0, message };
      }
      below.add(child);
    }
  }
}

function* checkFolder(
  tree: SourceTree,
  folder: string,
  children: Readonly<Record<string, readonly string[]>>,
): Generator<Violation> {
  const unlisted = new Set<string>();
  for (const path of tree.files.filter((file) => isUnder(file, folder) && isSource(file))) {
    const layer = childOf(path, folder);
    const allowed = children[layer];
    if (allowed === undefined) {
      unlisted.add(layer);
      continue;
    }
    for (const { specifier, line } of tree.scan(path).imports) {
      const target = specifier.startsWith(".") ? posix.join(folderOf(path), specifier) : null;
      const targetLayer =
        target !== null && isUnder(target, folder) ? childOf(target, folder) : layer;
      if (targetLayer !== layer && !allowed.includes(targetLayer)) {
        const list = allowed.length === 0 ? "nothing" : allowed.join(", ");
        yield {
          path,
          line,
          message: `${layer} must not import ${targetLayer} (it may import ${list})`,
        };
      }
    }
  }
  for (const layer of unlisted) {
    yield { path: `${folder}/${layer}`, line: 0, message: `is not listed in ${LAYERS_PATH}` };
  }
}

/** `engine` of `<folder>/engine/a/b.ts`; `index.ts` of `<folder>/index.ts`. */
function childOf(path: string, folder: string): string {
  return path.slice(folder.length + 1).split("/", 1)[0] ?? "";
}

/** Package names are the product's scope and the folder's name. */
const SCOPE = "@nereid/";

/** The parts of a manifest that concern the layers. */
interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

function* checkManifests(
  tree: SourceTree,
  packages: Readonly<Record<string, readonly string[]>>,
): Generator<Violation> {
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
    .filter(([name]) => name.startsWith(SCOPE));
}

/** What the tests of all packages share: the only relative imports that leave a package. */
const SHARED_BY_TESTS = ["tools/fuzz-options.ts", "testdata/generate.ts"];

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
    const isShared = isTest(path) && SHARED_BY_TESTS.includes(target);
    if (!isUnder(target, home) && !isShared) {
      yield { path, line, message: `${specifier} leaves ${home}: import other packages by name` };
    } else if (!isTest(path) && !path.includes("/bench/") && isTest(target)) {
      yield { path, line, message: `${specifier} is for tests and benchmarks only` };
    }
  }
}
