#!/usr/bin/env node
import { runCompiled } from "./run-compiled.js";

await runCompiled("nereid-server");
