// The work of `stray help`: commands from the parser's own help, everything else from the topics.
// Apart from the topics' texts, which documents share. Always holds: whatever is asked for, what is printed is plain text
// of at most 80 columns where words allow it, or JSON; a name that is none is told with those that are near.

import type { Command } from "commander";
import { printable, StrayError } from "../errors.js";
import { CHOICES } from "../help/choices.js";
import { type CommandModel, modelOf, textAfterHelp } from "../help/program-model.js";
import { TOPICS, type Topic } from "../help/topic-names.js";
import { entriesNamed, type HelpEntry, namesLike, topicEntries } from "../help/topics.js";
import type { HelpOptions } from "./help-command.js";

const WIDTH = 80;
const TOPIC_WORDS: Readonly<Record<Topic, string>> = {
  topics: "this list",
  findings: "what stray calls strange: when it is raised, what to do",
  causes: "why a conversation is strange: what speaks for each cause and against it",
  errors: "error codes: what each means and what to do",
  counters: "everything that is counted",
  metrics: "the same as Prometheus is told of it (docs/metrics.md)",
  keys: "keys of stray.yaml: what each takes, its default",
};

/** @throws StrayError HELP_UNKNOWN */
export function runHelp(program: Command, words: readonly string[], { json: isJson }: HelpOptions): number {
  const found = lookUp(program, words);
  const text = isJson ? JSON.stringify(found.json, undefined, 2) : found.text.replace(/\n+$/, "");
  process.stdout.write(`${text}\n`);
  return 0;
}

interface Found {
  readonly text: string;
  readonly json: readonly object[];
}

function lookUp(program: Command, words: readonly string[]): Found {
  const command = commandAt(program, words);
  const name = words.join(" ");
  const [topic] = TOPICS.filter((candidate) => candidate === name.toLowerCase());
  const entries = words.length === 0 || topic !== undefined ? [] : entriesNamed(name);
  const parts: Found[] = [];
  if (command !== undefined) parts.push(ofCommand(program, command, words.length === 0));
  if (topic !== undefined) parts.push(ofTopic(topic));
  if (entries.length > 0) parts.push({ text: entries.map(entryText).join("\n"), json: entries });
  if (parts.length > 0) {
    return { text: parts.map(({ text }) => text).join("\n"), json: parts.flatMap(({ json }) => json) };
  }
  const near = namesLike(name);
  const hint = near.length === 0 ? "" : `; there are ${near.join(", ")}`;
  const message = `nothing is called "${printable(name)}"${hint}; "stray help topics" lists what is told about`;
  throw new StrayError("HELP_UNKNOWN", message, 2);
}

function commandAt(program: Command, words: readonly string[]): Command | undefined {
  let command: Command | undefined = program;
  for (const word of words) {
    command = command?.commands.find((child) => child.name() === word || child.aliases().includes(word));
  }
  return command;
}

function ofCommand(program: Command, command: Command, isProgram: boolean): Found {
  let text = command.helpInformation() + textAfterHelp(command);
  if (isProgram)
    text += `\nstray help topics lists what else can be asked for: findings, error codes, counters …\n`;
  const model = modelOf(program, CHOICES);
  const path = command === program ? "" : pathOf(command);
  return { text, json: [{ kind: "command", ...modelAt(model, path) }] };
}

function pathOf(command: Command): string {
  const { parent } = command;
  return parent === null || parent.parent === null ? command.name() : `${pathOf(parent)} ${command.name()}`;
}

function modelAt(model: CommandModel, path: string): CommandModel {
  if (model.path === path) return model;
  const next = model.commands.find((child) => path === child.path || path.startsWith(`${child.path} `));
  return next === undefined ? model : modelAt(next, path);
}

function ofTopic(topic: Topic): Found {
  if (topic === "topics") {
    const lines = TOPICS.map((name) => item(name, TOPIC_WORDS[name]));
    const commands = `Any command, with its subcommand: "stray help incidents mute".`;
    const json = TOPICS.map((name) => ({ kind: "topic", name, meaning: TOPIC_WORDS[name] }));
    return {
      text: [...lines, "", commands, `One of a topic by its name: "stray help one-way".`].join("\n"),
      json,
    };
  }
  const entries = topicEntries(topic);
  const title = `${topic[0]?.toUpperCase()}${topic.slice(1)} ("stray help NAME" says more):\n`;
  const lines =
    topic === "metrics"
      ? entries.flatMap((entry) => seriesOf(entry).map((series) => item(series, entry.meaning)))
      : entries.map(({ name, meaning }) => item(name, firstSentence(meaning)));
  return { text: [title, ...lines].join("\n"), json: entries };
}

function seriesOf({ sections }: HelpEntry): readonly string[] {
  return sections.find(({ title }) => title === "As a metric")?.lines ?? [];
}

function entryText({ kind, name, meaning, sections }: HelpEntry): string {
  const title = kind === "error" ? "error code" : kind === "key" ? "key of the configuration" : kind;
  const head = [`${name} (${title})`, ...wrapped(meaning, "  ", "  "), ""];
  const parts = sections.flatMap(({ title: heading, lines }) => {
    const isList = lines.length > 1;
    const body = lines.flatMap((line) => wrapped(line, isList ? "  - " : "  ", isList ? "    " : "  "));
    return [`${heading}:`, ...body];
  });
  return `${[...head, ...parts].join("\n")}\n`;
}

const NAME_WIDTH = 28;

function item(name: string, text: string): string {
  const indent = " ".repeat(NAME_WIDTH + 2);
  const lines = wrapped(text, indent, indent);
  const first = `  ${name}`;
  if (first.length > NAME_WIDTH) return [first, ...lines].join("\n");
  return [first.padEnd(NAME_WIDTH + 2) + (lines[0] ?? "").trimStart(), ...lines.slice(1)].join("\n");
}

function firstSentence(text: string): string {
  return /^.*?[.](?= [A-Z])/.exec(text)?.[0] ?? text;
}

function wrapped(text: string, first: string, rest: string): string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(/\s+/)) {
    if (!isEmpty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = rest;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}
