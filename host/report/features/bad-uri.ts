// HTTP requests with bad URIs. Apart: one feature. Always holds: by the http-* findings, which need no rule.

import { endsOf } from "../../cause/questions.js";
import type { FindingName } from "../../record/findings.js";
import type { FeatureTest } from "./look.js";
import { feature, flowException, share } from "./words.js";

const KEY = "bad-uri";
const WORDS: Readonly<Partial<Record<FindingName, string>>> = {
  "http-traversal": "climbs out of the server's folder",
  "http-overlong-utf8": "hides characters in overlong UTF-8",
  "http-double-encode": "hides characters behind two encodings",
};
const NAMES = Object.keys(WORDS) as readonly FindingName[];

export const badUri: FeatureTest = {
  key: KEY,
  about: "HTTP requests whose URI climbs or hides",
  tell: (look) => {
    const data = look.flows.filter((flow) => endsOf(flow).acts.appBytes > 0);
    const bad = data.filter(({ findings }) => findings.some((name) => NAMES.includes(name)));
    if (bad.length === 0) return undefined;
    const deeds = NAMES.map((name) => {
      const count = bad.filter(({ findings }) => findings.includes(name)).length;
      return count === 0 ? "" : `it ${WORDS[name]} in ${count}`;
    }).filter((deed) => deed !== "");
    return feature({
      key: KEY,
      text: `${share(bad.length, data.length, "flow")} with data ${bad.length === 1 ? "carries" : "carry"} an HTTP request with a bad URI: ${deeds.join(", ")}`,
      holds: bad.length,
      of: data.length,
      unit: "flows",
      exceptions: data.filter((flow) => !bad.includes(flow)).map((flow) => flowException(look, flow, "none")),
    });
  },
};
