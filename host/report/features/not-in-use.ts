// Who is spoken to is nobody. Apart: one feature.
// Always holds: only what was seen is said; an address is called unused where home networks or a dark list say so, else
// only that it was silent.

import type { Feature } from "../model.js";
import { type FeatureTest, type Look, targets } from "./look.js";
import { feature, HALF, share } from "./words.js";

const KEY = "not-in-use";

export const notInUse: FeatureTest = {
  key: KEY,
  about: "the addresses spoken to sent nothing, or are known as dark",
  tell: (look) => {
    const all = targets(look);
    const dark = all.filter((address) => isDark(look, address));
    const silent = all.filter((address) => isDark(look, address) || look.hasSpoken(address) === false);
    if (silent.length === 0 || silent.length < all.length * HALF) return undefined;
    return feature({
      key: KEY,
      text: text(look, all, silent, dark),
      holds: silent.length,
      of: all.length,
      unit: "addresses",
      exceptions: all
        .filter((address) => !silent.includes(address))
        .map((address) => ({ text: exception(look, address), timeUs: null, flow: null })),
    });
  },
};

function isDark(look: Look, address: string): boolean {
  return look.addressState(address) === "dark" && look.hasSpoken(address) !== true;
}

function text(
  look: Look,
  all: readonly string[],
  silent: readonly string[],
  dark: readonly string[],
): Feature["text"] {
  const sent =
    look.hasSpoken(silent[0]!) === undefined ? "" : ` sent nothing and answered nothing ${look.place}`;
  if (all.length === 1) {
    if (dark.length === 1)
      return `${all[0]} is not in use${sent === "" ? ": it is known as dark" : `: it${sent}`}`;
    return `${all[0]}${sent}: nothing says that it is in use`;
  }
  const many = share(silent.length, all.length, "address");
  const known =
    dark.length === 0
      ? ""
      : `; ${dark.length} of them ${dark.length === 1 ? "is" : "are"} known as not in use`;
  return sent === "" ? `${many} spoken to are known as dark` : `${many} spoken to${sent}${known}`;
}

function exception(look: Look, address: string): string {
  return look.hasSpoken(address) === true ? `${address} is in use` : `of ${address} nothing is known`;
}
