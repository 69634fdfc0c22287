// Rules that come into force between packets: nothing is lost, streams stay, what spoke of the old rules goes with them.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import * as R from "../../../assembly/match/rules-layout.js";
import { installRules } from "../../../host/rules/install.js";
import { RulesCore } from "../../support/rules-core.js";
import { Conversation } from "./conversation.js";

const core = new RulesCore();
const OLD = 'alert tcp any any -> any any (content:"attack"; sid:1;)';
const NEW = 'alert tcp any any -> any any (content:"onslaught"; sid:2;)';

const generation = (): number => core.inspect32(R.INSPECT_GENERATION_OFFSET);
const image = (): number => core.inspect32(R.INSPECT_IMAGE_OFFSET);

describe("new rules", () => {
  it("are in force with the next packet, on the conversations that are there", () => {
    core.begin(OLD);
    const talk = new Conversation();
    core.sids(...talk.open(), talk.c("attack ons"));
    core.offer(NEW);
    // The stream goes on: what the new rules want lies across the change.
    expect(core.sids(talk.c("laught and attack"))).toEqual([2]);
    expect(core.counter(L.COUNTER_RULES_SWAPPED)).toBe(2);
    expect(core.counter(L.COUNTER_PACKETS)).toBe(5);
    expect(core.counter(L.COUNTER_FLOW_PACKETS)).toBe(5);
    expect(core.counter(L.COUNTER_SESSIONS)).toBe(1);
  });

  it("come between batches: each packet is looked at by one of both sets", () => {
    core.begin(`${OLD}\n${NEW}`);
    const talk = new Conversation();
    const frames = Array.from({ length: 100 }, () => talk.c("attack, onslaught. "));
    for (const [place, frame] of frames.entries()) {
      core.push(frame);
      if (place === 40) core.offer(OLD.replace("sid:1", "sid:3"));
    }
    core.exports.drain();
    const alerts = core.alerts();
    const old = alerts.filter(({ generation: which }) => which === 1);
    const fresh = alerts.filter(({ generation: which }) => which === 2);
    expect(old.map(({ sid }) => sid)).toEqual(old.map((_, n) => 1 + (n % 2)));
    expect(fresh.every(({ sid, rule }) => sid === 3 && rule === 0)).toBe(true);
    expect(old.length / 2 + fresh.length).toBe(100);
    expect(fresh[0]!.packetIndex).toBe(old.length / 2 + 1);
    expect(core.counter(L.COUNTER_PACKETS)).toBe(100);
  });

  it("leave alerts that wait as they were", () => {
    core.begin(OLD);
    core.push(new Conversation().c("attack"));
    core.exports.drain();
    core.install(NEW);
    expect(core.alerts()).toMatchObject([{ sid: 1, generation: 1 }]);
  });

  it("lie in the half that is not in force, turn by turn", () => {
    core.begin(OLD);
    const halves = [image()];
    for (let n = 0; n < 3; n++) {
      core.install(NEW);
      halves.push(image());
    }
    const other = L.RULES_BASE + L.RULES_HALF_SIZE;
    expect(halves).toEqual([L.RULES_BASE, other, L.RULES_BASE, other]);
  });

  it("forget the rules that waited, and what was told", () => {
    core.begin('alert tcp any any -> any any (content:"first"; content:"second"; distance:0; sid:1;)');
    const talk = new Conversation();
    core.sids(...talk.open(), talk.c("first"));
    // A rule of the same number must not inherit the wait.
    core.install('alert tcp any any -> any any (content:"never there"; sid:2;)');
    expect(core.sids(talk.c("second"))).toEqual([]);
    core.begin(OLD);
    const again = new Conversation();
    expect(core.sids(...again.open(), again.c("attack", { at: 0 }))).toEqual([1]);
    core.install(OLD);
    expect(core.sids(again.c("attack", { at: 6 }), again.c("attack", { at: 0 }))).toEqual([1, 1]);
  });

  it("keep flow bits by number, and end tags", () => {
    const rules = [
      'alert tcp any any -> any any (content:"set"; flowbits:set,a; flowbits:noalert; sid:1;)',
      'alert tcp any any -> any any (content:"ask"; flowbits:isset,a; sid:2;)',
      'alert tcp any any -> any any (content:"tag"; tag:session,100,packets; sid:3;)',
    ].join("\n");
    core.begin(rules);
    const talk = new Conversation();
    core.sids(...talk.open(), talk.c("set."), talk.c("tag."));
    expect(core.send(talk.c("."))).toMatchObject([{ kind: R.ALERT_KIND_TAGGED }]);
    core.install(rules);
    expect(core.sids(talk.c("."), talk.c("ask"))).toEqual([2]);
  });

  it("begin their counts at nothing", () => {
    core.begin(OLD);
    const talk = new Conversation();
    core.sids(talk.c("attack."), talk.c("attack."));
    expect(core.ruleState(1, R.RULE_STATE_ALERTS_OFFSET)).toBe(2);
    core.install(OLD);
    expect(core.ruleState(1, R.RULE_STATE_ALERTS_OFFSET)).toBe(0);
  });

  it("ask for causes only when some rule does", () => {
    core.begin("alert tcp any any -> any any (cause:backscatter; sid:1;)");
    expect(core.sids(new Conversation().s("", { flags: "SA" }))).toEqual([1]);
    core.install(OLD);
    expect(core.sids(new Conversation({ sport: 4001 }).s("", { flags: "SA" }))).toEqual([]);
  });
});

describe("unloading", () => {
  it("leaves no rule in force; findings go on", () => {
    core.begin(OLD);
    installRules(core.sensor, undefined);
    const talk = new Conversation();
    expect(core.sids(...talk.open(), talk.c("attack"), talk.c("GET /..%255c.. HTTP/1.0\r\n\r\n"))).toEqual(
      [],
    );
    expect(image()).toBe(0);
    const other = new Conversation({ sport: 4001 });
    core.sids(...other.open(), other.c("GET /..%255c.. HTTP/1.0\r\n\r\n"));
    expect(core.counter(L.COUNTER_FINDING_FIRST + L.FINDING_HTTP_DOUBLE_ENCODE)).toBe(2);
    core.install(OLD);
    expect(core.sids(talk.c("attack"))).toEqual([1]);
  });
});

describe("what is no image", () => {
  const pending = (address: number): void => {
    core.view.setUint32(L.INSPECT_BASE + R.INSPECT_PENDING_OFFSET, address, true);
    core.exports.takeRules();
  };

  it.each([
    ["without its magic", L.RULES_BASE + L.RULES_HALF_SIZE],
    ["outside of the halves", L.WINDOWS_BASE],
    ["beyond the memory", 0xfffffff0],
  ])("%s changes nothing", (_, address) => {
    core.begin(OLD);
    core.bytes.fill(0, L.RULES_BASE + L.RULES_HALF_SIZE, L.RULES_BASE + L.RULES_HALF_SIZE + 256);
    const before = { image: image(), generation: generation(), swaps: core.counter(L.COUNTER_RULES_SWAPPED) };
    pending(address);
    expect({
      image: image(),
      generation: generation(),
      swaps: core.counter(L.COUNTER_RULES_SWAPPED),
    }).toEqual(before);
    expect(core.inspect32(R.INSPECT_PENDING_OFFSET)).toBe(R.PENDING_NONE);
    expect(core.send(new Conversation().c("attack"))).toMatchObject([{ sid: 1, generation: 1 }]);
  });
});

describe("init()", () => {
  it("forgets rules, sessions, counts and what a tag asked for", () => {
    core.begin('alert tcp any any -> any any (content:"attack"; tag:session,9,packets; sid:1;)');
    const talk = new Conversation();
    core.sids(...talk.open(), talk.c("attack"));
    core.begin("");
    expect(core.sids(talk.c("attack"))).toEqual([]);
    expect([image(), generation(), core.waiting]).toEqual([0, 0, 0]);
    core.install(OLD);
    expect(core.sids(talk.c("attack"))).toEqual([1]);
  });
});
