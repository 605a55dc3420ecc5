/**
 * `npm run generate`: writes the TypeScript of the protocol's .proto files to packages/protocol/src/gen, which is committed
 * so that neither users nor the build need the generator. buf.gen.yaml holds its options.
 */
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";

const root: string = dirname(import.meta.dirname);
const buf: string = join(root, "node_modules", "@bufbuild", "buf", "bin", "buf");

const { status, error } = spawnSync(process.execPath, [buf, "generate"], {
  cwd: root,
  stdio: "inherit",
});
if (error !== undefined) {
  throw error;
}
process.exitCode = status ?? 1;
