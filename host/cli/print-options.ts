// The options that say how flow records are printed.
// Apart so that every command which prints records has the same letters for the same things.
// Always holds: what they mean is checked in read-options.ts; this loads the option parser only.

import { type Command, Option } from "commander";

const collect = (value: string, all: string[]): string[] => [...all, value];
const count = (_value: string, before: number): number => before + 1;

export function addPrintOptions(command: Command): Command {
  return command
    .addOption(
      new Option("-s <fields>", "fields to print, by ra's names: a,b  +a  +2a  -a  a:width")
        .default([], "the default columns")
        .argParser(collect),
    )
    .addOption(
      new Option("-Z <side>", "status as TCP flags: of both sides, the source, the destination").choices([
        "b",
        "s",
        "d",
      ]),
    )
    .option("-z", "status as TCP history: s S E f F R")
    .addOption(
      new Option("-n", "numbers, not names: -nn for protocols too (ports and addresses always are numbers)")
        .preset("")
        .default(0, "names of protocols")
        .argParser(count),
    )
    .option("-c <sep>", "separate fields by SEP: no padding, address and port apart")
    .option("-N <range>", "print only the first N records, or first-last, or first+more")
    .option("-u", "times as seconds since 1970")
    .addOption(
      new Option("-f, --filter <text>", "print only flows that pass the filter (several must all pass)")
        .default([], "all flows")
        .argParser(collect),
    )
    .option("--json", "one JSON object a line; without -s, every field that the flow has")
    .addOption(
      new Option("--csv", "comma-separated values with a header; without -s, every field").conflicts("json"),
    )
    .option("--title", "print the header line (the default)", true)
    .option("--no-title", "print no header line; also --no-header")
    .addOption(new Option("--no-header").hideHelp())
    .option("--time-format <pattern>", "times by a strftime pattern; %f is microseconds");
}
