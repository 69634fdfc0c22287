// `npm test`: linter and formatter, types, then the tests; arguments go to vitest (`npm test -- test/golden`).
// Apart from package.json so that all run even when one fails, and one line at the end sums the tests up.
// Always holds: exit code 0 only when all of them passed; the last line is `N passed, N failed[, N skipped]`.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const reportPath = join(root, "build", "vitest.json");

function run(title, script, args) {
  console.log(`\n== ${title}`);
  const result = spawnSync(process.execPath, [join("node_modules", script), ...args], {
    cwd: root,
    stdio: "inherit",
  });
  if (result.error) console.error(`${title}: ${result.error.message}`);
  return result.status === 0;
}

/** Counts of vitest's JSON report; a file that did not load, or a run that broke off, is one failure. */
function countTests(vitestOk) {
  if (!existsSync(reportPath)) return { passed: 0, failed: 1, skipped: 0 };
  const report = JSON.parse(readFileSync(reportPath, "utf8"));
  const unloaded = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  );
  const failed = report.numFailedTests + unloaded.length;
  return {
    passed: report.numPassedTests,
    failed: !vitestOk && failed === 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

mkdirSync(dirname(reportPath), { recursive: true });
rmSync(reportPath, { force: true });

const checks = {
  "lint and format (biome ci)": run("lint and format", "@biomejs/biome/bin/biome", ["ci", "."]),
  "types (tsc)": run("types", "typescript/bin/tsc", ["-p", "tsconfig.test.json"]),
  "types of the report's page (tsc)": run("types of the page", "typescript/bin/tsc", [
    "-p",
    "tsconfig.page.json",
  ]),
};
const vitestOk = run("tests", "vitest/vitest.mjs", [
  "run",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${reportPath}`,
  ...process.argv.slice(2),
]);

console.log();
for (const [name, ok] of Object.entries(checks)) console.log(`${name}: ${ok ? "ok" : "FAILED"}`);
const { passed, failed, skipped } = countTests(vitestOk);
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = vitestOk && failed === 0 && Object.values(checks).every(Boolean) ? 0 : 1;
