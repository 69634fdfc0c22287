// AssemblyScript, compiled by the tests of regular expressions: the search alone, over a program and a text in memory.

import { inspectState } from "../../../assembly/inspect/state";
import { regexMatch, regexStart } from "../../../assembly/match/regex";
import { config } from "../../../assembly/state";

export function match(program: u32, text: u32, size: u32, from: u32): i32 {
  return regexMatch(program, text, size, from);
}

export function matchStart(): u32 {
  return regexStart();
}

export function setSteps(steps: u32): void {
  config().regexSteps = steps;
}

export function setBudget(budget: i32): void {
  inspectState().budget = budget;
}

export function budget(): i32 {
  return inspectState().budget;
}
