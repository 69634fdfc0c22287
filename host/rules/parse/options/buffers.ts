// The options that choose a buffer, in both writings.
// Apart from content because they are all alike and come from one table of names.
// Always holds: a modifier is of the content before it; a sticky name begins a new place to count from.

import { cannot } from "../problems.js";
import { BUFFER_MEANINGS, CONTENT_MODIFIER_BUFFERS, STICKY_BUFFERS } from "./buffer-names.js";
import { contentBefore, setBuffer } from "./content.js";
import type { OptionEntry } from "./entry.js";

const MODIFIERS = [...CONTENT_MODIFIER_BUFFERS].map(
  ([name, buffer]): OptionEntry => ({
    name,
    form: `content:"…"; ${name}`,
    meaning: `The content before: ${BUFFER_MEANINGS[buffer]}`,
    value: "none",
    read: (draft) => {
      if (draft.lastContent === undefined) {
        cannot(
          `${name} has no content before it; write ${stickyNameOf(name)} to look there with what follows`,
        );
      }
      setBuffer(contentBefore(draft, name), name, buffer);
    },
  }),
);

const STICKY = [...STICKY_BUFFERS].map(
  ([name, buffer]): OptionEntry => ({
    name,
    form: `${name}; content:"…"`,
    meaning: `What follows: ${BUFFER_MEANINGS[buffer]}`,
    value: "none",
    read: (draft) => draft.setSticky(buffer),
  }),
);

function stickyNameOf(modifier: string): string {
  const buffer = CONTENT_MODIFIER_BUFFERS.get(modifier);
  return [...STICKY_BUFFERS].find(([, of]) => of === buffer)![0];
}

export const BUFFER_OPTIONS: readonly OptionEntry[] = [...MODIFIERS, ...STICKY];
