// A stream's window that was led far ahead by a segment of nobody's, and goes back to where the conversation is: what
// HTTP kept of the false place is no place in the text any more.

import { expect, it } from "vitest";
import { RulesCore } from "../../support/rules-core.js";
import { Conversation } from "./conversation.js";

const core = new RulesCore();
const RULE = 'alert http any any -> any any (http.uri; content:"/wanted"; sid:1;)';
const FAR = 100_000_000;

it("finds HTTP where the stream goes on, after part of a head far ahead of it", () => {
  for (const false_ of [
    "GET /false HTTP/1.0\r\nHost",
    "NEEDLE ",
    "POST /x HTTP/1.0\r\nContent-Length: 900\r\n\r\nab",
  ]) {
    core.begin(RULE);
    const talk = new Conversation();
    core.sids(talk.c("a"), talk.c(false_, { at: FAR }));
    for (let at = 1; at <= 5; at++) core.sids(talk.c("\n", { at }));
    expect(core.sids(talk.c("GET /wanted HTTP/1.0\r\n\r\n", { at: 6 })), false_).toEqual([1]);
  }
});
