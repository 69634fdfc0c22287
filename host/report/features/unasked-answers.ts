// Answers to what nobody asked. Apart: one feature. Always holds: by the finding, and by what the actor sent.

import { endsOf, isTcp } from "../../cause/questions.js";
import { TCP_ACK, TCP_RST, TCP_SYN } from "../../record/state.js";
import { type FeatureTest, targets } from "./look.js";
import { feature, flowException, HALF, plural, share } from "./words.js";

const KEY = "unasked-answers";

export const unaskedAnswers: FeatureTest = {
  key: KEY,
  about: "SYN-ACKs, RSTs and ICMP errors that answer nothing",
  tell: (look) => {
    const unasked = look.flows.filter(({ findings }) => findings.includes("backscatter"));
    if (unasked.length === 0 || unasked.length < look.flows.length * HALF) return undefined;
    const flagsOf = (flow: (typeof unasked)[number]): number => endsOf(flow).acts.tcpFlags;
    const synAcks = unasked.filter(
      (flow) => isTcp(flow) && (flagsOf(flow) & (TCP_SYN | TCP_ACK)) === (TCP_SYN | TCP_ACK),
    ).length;
    const resets = unasked.filter(
      (flow) => isTcp(flow) && (flagsOf(flow) & (TCP_SYN | TCP_RST)) === TCP_RST,
    ).length;
    const others = unasked.length - synAcks - resets;
    const kinds = [
      synAcks > 0 ? `SYN-ACK in ${synAcks}` : "",
      resets > 0 ? `RST in ${resets}` : "",
      others > 0 ? `others in ${others}` : "",
    ].filter((kind) => kind !== "");
    return feature({
      key: KEY,
      text:
        `${share(unasked.length, look.flows.length, "flow")} ${unasked.length === 1 ? "is an answer" : "are answers"} to what nobody asked: ${kinds.join(", ")}, ` +
        `to ${plural(targets({ ...look, flows: unasked }).length, "address")}`,
      holds: unasked.length,
      of: look.flows.length,
      unit: "flows",
      exceptions: look.flows
        .filter((flow) => !unasked.includes(flow))
        .map((flow) => flowException(look, flow, "no such answer")),
    });
  },
};
