/** `node tools/generate-cli-document.ts`: writes docs/cli.md from the server's flag table. */
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { formatCliDocument } from "../packages/server/src/cli/cli-document.ts";

const root: string = dirname(import.meta.dirname);
writeFileSync(join(root, "docs", "cli.md"), formatCliDocument());
