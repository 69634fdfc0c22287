// Bundles the host to dist/: the command, the threads, and the example builder, each one file and the parts loaded on demand;
// and script and style of the report's page, which stray writes into each page.
// Apart from setup.mjs because it needs esbuild, which setup installs. A bundle starts in half the time of its
// forty source files; types are checked by `npm run types`, not here.

import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const outdir = join(root, "dist");
// commander and its like are CommonJS and ask for Node's own modules by require().
const REQUIRE =
  "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);";

// Built beside the old one and put in its place whole: a command that runs meanwhile finds one or the other.
const fresh = join(root, "build", `dist-${process.pid}`);
const stale = join(root, "build", `dist-${process.pid}-old`);
await build({
  absWorkingDir: root,
  entryPoints: [
    "host/cli/main.ts",
    "host/sensor/worker.ts",
    "host/sensor/rule-loader.ts",
    "examples/build.ts",
  ],
  // Native: loaded from node_modules as it is.
  external: ["koffi"],
  outbase: ".",
  outdir: fresh,
  bundle: true,
  splitting: true,
  banner: { js: REQUIRE },
  platform: "node",
  format: "esm",
  target: "node20",
  legalComments: "none",
});
// uPlot's notice goes with each page. A licence text can't hold the end of a comment or of a script.
const licence = readFileSync(join(root, "node_modules/uplot/LICENSE"), "utf8").trim();
const { version } = JSON.parse(readFileSync(join(root, "node_modules/uplot/package.json"), "utf8"));
await build({
  absWorkingDir: root,
  entryPoints: { page: "host/report/html/page/main.ts", "page-style": "host/report/html/page/page.css" },
  outdir: join(fresh, "report"),
  bundle: true,
  minify: true,
  banner: { js: `/* Contains uPlot ${version}, https://github.com/leeoniya/uPlot\n${licence} */` },
  platform: "browser",
  format: "iife",
  target: "es2022",
  charset: "ascii",
  legalComments: "none",
});
if (existsSync(outdir)) renameSync(outdir, stale);
renameSync(fresh, outdir);
rmSync(stale, { recursive: true, force: true });
