// Runs the work of `stray flows --from --to` in a process of its own: its options as JSON, the printer's columns first.
// Apart because it writes to standard output itself.

import { runStoredFlows } from "../../../host/cli/stored-flows.js";
import { StrayError } from "../../../host/errors.js";
import { chooseColumns } from "../../../host/print/columns.js";
import { CsvPrinter } from "../../../host/print/csv.js";

const { columns, ...options } = JSON.parse(process.argv[2]!);
const style = { state: "word", numericProto: false, time: String, timeWidth: 10 } as const;
const printer = new CsvPrinter(chooseColumns([columns], []), style, true);
const range = { first: 1, last: Number.POSITIVE_INFINITY };
try {
  process.exitCode = await runStoredFlows({ ...range, filter: "", ...options, printer });
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = error instanceof StrayError ? error.exitCode : 99;
}
