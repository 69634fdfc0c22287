// What those who were asked answered. Apart: one feature.
// Always holds: of TCP flows that began with a SYN and came to nothing, or nearly all did; open ports are named.

import { endsOf, isFailed, isTcp } from "../../cause/questions.js";
import { TCP_RST } from "../../record/state.js";
import { type FeatureTest, targets } from "./look.js";
import { feature, HALF, plural } from "./words.js";

const KEY = "answers";
const LEAST = 5;
const NAMED_MAX = 10;

export const answers: FeatureTest = {
  key: KEY,
  about: "who accepted, refused, or kept silent, of those that were asked",
  tell: (look) => {
    const asked = look.flows.filter((flow) => isTcp(flow) && flow.sawSyn);
    if (asked.length < LEAST || asked.filter(isFailed).length < asked.length * HALF) return undefined;
    const open = asked.filter(({ sawSynAck }) => sawSynAck);
    const refused = asked.filter(
      (flow) => !flow.sawSynAck && (endsOf(flow).answers.tcpFlags & TCP_RST) !== 0,
    );
    const silent = asked.length - open.length - refused.length;
    const isOneHost = targets(look).length === 1;
    const names = open.map((flow) => {
      const { address, port } = endsOf(flow).target;
      return isOneHost ? String(port) : `${address} port ${port}`;
    });
    const list = [...new Set(names)];
    const more = list.length > NAMED_MAX ? ` and ${list.length - NAMED_MAX} more` : "";
    const named = list.length === 0 ? "" : ` (${list.slice(0, NAMED_MAX).join(", ")}${more})`;
    return feature({
      key: KEY,
      text: `of ${plural(asked.length, "connection")} asked for, ${open.length} were accepted${named}, ${refused.length} refused by RST, ${silent} met silence`,
      holds: asked.length - open.length,
      of: asked.length,
      unit: "flows",
    });
  },
};
