// stray(1), and a page for each command as git has them: stray-incidents(1) tells of its subcommands too.
// Apart from strayd(8) and stray.yaml(5), which are about more than a command.
// Always holds: every command, option, example and exit code of the program is in one of them.

import {
  type ArgumentModel,
  allCommands,
  argumentText,
  type CommandModel,
  fullName,
  type OptionModel,
} from "../program-model.js";
import { bold, escaped, inline, italic, type Page } from "./roff.js";

export function commandPage(page: Page, command: CommandModel): void {
  const name = fullName(command).replaceAll(" ", "-");
  page.section("Name").raw(`${escaped(name)} \\- ${escaped(command.summary)}`);
  synopsis(page, command);
  page.section("Description");
  page.paragraph(`${capital(command.summary)}.`);
  for (const note of command.notes) noteText(page, note);
  if (command.arguments.length > 0) {
    page.section("Arguments");
    argumentItems(page, command.arguments);
  }
  page.section("Options");
  optionItems(page, command.options);
  if (command.commands.length > 0) {
    page.section("Commands");
    if (command.defaultCommand !== undefined) {
      page.paragraph(`Without one of them: \`${command.defaultCommand}\`.`);
    }
    for (const child of command.commands) subcommand(page, child);
  }
  ending(page, command);
}

/** How it is called, with each subcommand. */
export function synopsis(page: Page, command: CommandModel): void {
  page.section("Synopsis");
  const shown = command.commands.length === 0 ? [command] : command.commands;
  shown.forEach((one, index) => {
    if (index > 0) page.raw(".br");
    const options = one.options.length === 0 ? "" : ` [${italic("options")}]`;
    const places = one.arguments.map((argument) => ` ${escaped(argumentText(argument))}`).join("");
    page.raw(`${bold(fullName(one))}${options}${places}`);
  });
}

export function optionItems(page: Page, options: readonly OptionModel[]): void {
  for (const option of options) {
    const { flags, help, value, default: byDefault, env } = option;
    const facts = [
      value?.kind === "choice" ? `One of ${value.choices.map((choice) => `\`${choice}\``).join(", ")}.` : "",
      byDefault === undefined ? "" : `By default: ${byDefault}.`,
      env === undefined ? "" : `Else from \`${env}\` of the environment.`,
    ].filter((fact) => fact !== "");
    page.item(flagsText(flags), `${capital(help)}.`, ...(facts.length === 0 ? [] : [facts.join(" ")]));
  }
}

function argumentItems(page: Page, places: readonly ArgumentModel[]): void {
  for (const place of places) {
    const { help, choices } = place;
    const words =
      place.kind === "choice" ? `One of ${choices.map((choice) => `\`${choice}\``).join(", ")}.` : "";
    page.item(italic(argumentText(place)), help === "" ? "" : `${capital(help)}.`, words);
  }
}

function subcommand(page: Page, command: CommandModel): void {
  const places = command.arguments.map((argument) => ` ${argumentText(argument)}`).join("");
  page.subsection(`${fullName(command)}${places}`);
  page.paragraph(`${capital(command.summary)}.`);
  for (const note of command.notes) noteText(page, note);
  argumentItems(
    page,
    command.arguments.filter(({ help }) => help !== ""),
  );
  optionItems(
    page,
    command.options.filter(({ long }) => long !== "--help"),
  );
  if (command.examples.length > 0) page.example(command.examples);
  exitItems(page, command);
}

/** A list is left as it is, running text is not. */
function noteText(page: Page, note: string): void {
  const isList = note.split("\n").some((line) => line.startsWith("  "));
  if (isList) page.example(note.split("\n"));
  else page.paragraph(note.replace(/\s*\n\s*/g, " "));
}

function ending(page: Page, command: CommandModel): void {
  if (command.examples.length > 0) page.section("Examples").example(command.examples);
  if (command.exitStatus.length > 0) {
    page.section("Exit status");
    exitItems(page, command);
  }
  const variables = environmentOf(command);
  if (variables.length > 0) {
    page.section("Environment");
    for (const [name, help] of variables) page.item(bold(name), help);
  }
  page.section("See also").raw(`${bold("stray")}(1), ${bold("strayd")}(8), ${bold("stray.yaml")}(5)`);
}

export function exitItems(page: Page, { exitStatus }: CommandModel): void {
  for (const [code, meaning] of exitStatus) {
    if (code === "") page.paragraph(meaning);
    else page.item(bold(code), `${capital(meaning)}.`);
  }
}

/** Of all options, each once. */
export function environmentOf(command: CommandModel): readonly (readonly [name: string, help: string])[] {
  const found = new Map<string, string>();
  for (const { options } of allCommands(command)) {
    for (const { env, long, short } of options) {
      if (env !== undefined) found.set(env, `Value of \`${long ?? short ?? ""}\` where that is not given.`);
    }
  }
  return [...found];
}

/** `-o, --output <file>`: flags bold, the value in italics. */
export function flagsText(flags: string): string {
  return flags
    .split(/([<[][^>\]]*[>\]]{1,2}.*$)/)
    .filter((piece) => piece !== "")
    .map((piece) =>
      /^[<[]/.test(piece)
        ? italic(piece)
        : piece
            .split(/([\s,|]+)/)
            .map((part) => (part.startsWith("-") ? bold(part) : escaped(part)))
            .join(""),
    )
    .join("");
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).replace(/[.]$/, "");
}

/** For NAME of pages that are no command. */
export function nameSection(page: Page, name: string, what: string): void {
  page.section("Name").raw(`${escaped(name)} \\- ${inline(what)}`);
}
