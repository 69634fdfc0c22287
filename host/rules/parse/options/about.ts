// Options that say what a rule is called and how grave it is, not what it looks for.
// Apart because none of them can make a rule match more or less.
// Always holds: numbers fit the tables of the module (u32).

import { wholeNumber } from "../numbers.js";
import { cannot, refuse, shown } from "../problems.js";
import { plainText } from "../text.js";
import type { OptionEntry } from "./entry.js";

const U32_MAX = 4_294_967_295;
const PRIORITY_MAX = 255;
const MESSAGE_MAX = 1024;
const CLASS = /^[A-Za-z0-9_.-]{1,64}$/;
const SYSTEM = /^[A-Za-z0-9_.-]{1,32}$/;

export const ABOUT_OPTIONS: readonly OptionEntry[] = [
  {
    name: "msg",
    form: 'msg:"TEXT"',
    meaning: 'What alerts say. `\\"`, `\\;`, `\\:`, `\\\\` for the character itself',
    value: "needed",
    once: true,
    read: (draft, value) => {
      if (!value.startsWith('"')) refuse('msg:"TEXT" in double quotes', shown(value));
      const message = plainText("msg", value);
      if (message.length > MESSAGE_MAX)
        cannot(`msg may have ${MESSAGE_MAX} characters; this one has ${message.length}`);
      draft.message = message;
    },
  },
  {
    name: "sid",
    form: "sid:N",
    meaning: "Number of the rule, needed. Of several rules with the same gid and sid the highest rev counts",
    value: "needed",
    once: true,
    read: (draft, value) => {
      draft.sid = wholeNumber("sid", value, 1, U32_MAX);
    },
  },
  {
    name: "rev",
    form: "rev:N",
    meaning: "Revision; 0 when not written",
    value: "needed",
    once: true,
    read: (draft, value) => {
      draft.rev = wholeNumber("rev", value, 0, U32_MAX);
    },
  },
  {
    name: "gid",
    form: "gid:N",
    meaning: "Group that the sid counts in; 1 when not written",
    value: "needed",
    once: true,
    read: (draft, value) => {
      draft.gid = wholeNumber("gid", value, 1, U32_MAX);
    },
  },
  {
    name: "classtype",
    form: "classtype:NAME",
    meaning: "Class of the rule: its words and its priority (`config classification`, or the table below)",
    value: "needed",
    once: true,
    read: (draft, value) => {
      if (!CLASS.test(value))
        refuse("the name of a class for classtype", shown(value), "every option ends with ;");
      draft.classtype = value;
    },
  },
  {
    name: "priority",
    form: "priority:N",
    meaning: "1 is the gravest; the classtype's when not written, else 3",
    value: "needed",
    once: true,
    read: (draft, value) => {
      draft.priority = wholeNumber("priority", value, 1, PRIORITY_MAX);
    },
  },
  {
    name: "reference",
    form: "reference:SYSTEM,ID",
    meaning: "Where to read more (`config reference`, or the table below)",
    value: "needed",
    read: (draft, value) => {
      const comma = value.indexOf(",");
      const system = (comma === -1 ? value : value.slice(0, comma)).trim().toLowerCase();
      const id = comma === -1 ? "" : plainText("reference", value.slice(comma + 1).trim());
      if (!SYSTEM.test(system) || id === "" || /\s/.test(id))
        refuse("reference:SYSTEM,ID", shown(value), "e.g. cve,2000-0884");
      draft.references.push({ system, id });
    },
  },
  {
    name: "metadata",
    form: "metadata:KEY VALUE, …",
    meaning:
      "Kept for listings. `engine shared` is refused: what such a rule looks for is in a compiled object",
    value: "needed",
    read: (draft, value) => {
      const items = value.split(",").map((item) => plainText("metadata", item.trim()).replace(/\s+/g, " "));
      if (items.some((item) => /^engine shared$/i.test(item))) {
        cannot("metadata:engine shared: what the rule looks for is in a shared object that stray can't load");
      }
      draft.metadata.push(...items.filter((item) => item !== ""));
    },
  },
  {
    name: "target",
    form: "target:src_ip or target:dest_ip",
    meaning: "Which end is attacked; kept with the metadata",
    value: "needed",
    once: true,
    read: (draft, value) => {
      if (value !== "src_ip" && value !== "dest_ip") refuse("target:src_ip or target:dest_ip", shown(value));
      draft.metadata.push(`target ${value}`);
    },
  },
  {
    name: "logto",
    form: 'logto:"FILE"',
    meaning: "Ignored with a warning: alerts go where the configuration says",
    value: "needed",
    once: true,
    read: (draft, value) => {
      if (/\s/.test(plainText("logto", value)))
        refuse("logto:FILE", shown(value), "every option ends with ;");
      draft.warnings.push("logto is ignored: alerts go where the configuration says");
    },
  },
];
