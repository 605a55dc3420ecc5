import assert from "node:assert/strict";
import { test } from "node:test";
import { scanSource } from "./scan-source.ts";

/** The code that remains, without the blanks. */
function codeOf(source: string): string {
  return scanSource(source).code.replace(/\s+/g, " ").trim();
}

test("comments and the insides of strings are blanked", () => {
  assert.equal(codeOf(`a(); // b()\n/* c()\n d() */ e("f()", 'g()');`), "a(); e( , );");
});

test("a quote in a comment and a comment in a string do not confuse it", () => {
  assert.equal(codeOf(`// don't\na("//", b); c('/*'); d();`), "a( , b); c( ); d();");
  assert.equal(codeOf(String.raw`a("\"//", b);`), "a( , b);");
});

test("expressions in templates are code, the text around them is not", () => {
  const open = "$" + "{";
  const source = `a(\`b() ${open}c({ d: \`e ${open}f} g\` })} h()\`); i();`;
  assert.equal(codeOf(source), "a( c({ d: f }) ); i();");
});

test("a regular expression is not code, a division is", () => {
  assert.equal(codeOf(`a = /b"c[/]d/g; e();`), "a = g; e();");
  assert.equal(codeOf(`a = b / c; "d"; e / f;`), "a = b / c; ; e / f;");
  assert.equal(codeOf(`return /'/.test(x);`), "return .test(x);");
  assert.equal(codeOf(`f(\n  /"/,\n  a);`), "f( , a);");
});

test("comments are kept with their line", () => {
  const { comments } = scanSource("a();\n// one\nb(); /* two\n three */");
  assert.deepEqual(comments, [
    { text: "// one", line: 2 },
    { text: "/* two\n three */", line: 3 },
  ]);
});

test("every form of naming a module is found, on the line of the name", () => {
  const source = `import { a } from "a";
import type {
  B,
} from "./b.ts";
import "c";
export { d } from './d.ts';
export * from "./e.ts";
const f = await import("f");
new Worker(new URL("./g.ts", import.meta.url));`;
  assert.deepEqual(scanSource(source).imports, [
    { specifier: "a", line: 1 },
    { specifier: "./b.ts", line: 4 },
    { specifier: "c", line: 5 },
    { specifier: "./d.ts", line: 6 },
    { specifier: "./e.ts", line: 7 },
    { specifier: "f", line: 8 },
    { specifier: "./g.ts", line: 9 },
  ]);
});

test("an import in a comment or a string is none", () => {
  const source = `// import "a";\nconst x = "import 'b'";\nconst y = \`import { c } from "c"\`;`;
  assert.deepEqual(scanSource(source).imports, []);
});
