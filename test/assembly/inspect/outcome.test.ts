// From matches to alerts and verdicts: the order of actions, pass, drop and reject, log, what is not told; flow bits.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import * as R from "../../../assembly/match/rules-layout.js";
import * as f from "../../../examples/frame.js";
import { RulesCore, type SeenAlert } from "../../support/rules-core.js";
import { CLIENT_ISN, Conversation, SERVER_ISN } from "./conversation.js";

const core = new RulesCore();
const SIGNATURE = 1n << BigInt(L.FINDING_SIGNATURE);

function datagram(
  payload: string,
  ends: { src?: string; dst?: string; sport?: number; dport?: number } = {},
) {
  const { src = "10.0.0.1", dst = "10.0.0.2", sport = 1, dport = 2 } = ends;
  return f.ethernet({}, f.ipv4({ src, dst }, f.udp({ sport, dport }, f.text(payload))));
}

const sidsOf = (alerts: readonly SeenAlert[]): number[] => alerts.map(({ sid }) => sid);
const rule = (action: string, sid: number, more = ""): string =>
  `${action} udp any any -> any any (content:"attack"; ${more}sid:${sid};)`;

describe("the order in which matches are told", () => {
  it("is action, then priority, then place in the files", () => {
    core.begin(
      [
        rule("log", 1),
        rule("alert", 2),
        rule("alert", 3, "priority:1; "),
        rule("reject", 4),
        rule("drop", 5),
        rule("alert", 6),
      ].join("\n"),
    );
    expect(sidsOf(core.send(datagram("attack")))).toEqual([5, 4, 3, 2, 6, 1]);
  });
});

describe("pass", () => {
  it("holds back all else of the packet, and counts it", () => {
    core.begin([rule("drop", 1), rule("alert", 2), rule("pass", 3, 'content:"harmless"; ')].join("\n"));
    expect(core.send(datagram("attack harmless"))).toEqual([]);
    expect(core.verdict).toBe(0);
    expect(core.counter(L.COUNTER_ALERTS_PASSED)).toBe(2);
    expect(core.counter(L.COUNTER_ALERTS)).toBe(0);
    expect(core.ruleState(3, R.RULE_STATE_MATCHES_OFFSET)).toBe(1);
    expect(core.ruleState(2, R.RULE_STATE_MATCHES_OFFSET)).toBe(0);
    // The flow is none that a signature spoke of.
    expect(core.counter(L.COUNTER_FINDING_FIRST + L.FINDING_SIGNATURE)).toBe(0);
    expect(sidsOf(core.send(datagram("attack")))).toEqual([1, 2]);
    expect(core.counter(L.COUNTER_FINDING_FIRST + L.FINDING_SIGNATURE)).toBe(1);
  });

  it("is for the addresses that it names alone", () => {
    core.begin(`${rule("alert", 1)}\npass udp 10.0.0.7 any -> any any (content:"attack"; sid:2;)`);
    expect(core.sids(datagram("attack"), datagram("attack", { src: "10.0.0.7" }))).toEqual([1]);
  });

  it("needs no pattern", () => {
    core.begin(`${rule("alert", 1)}\npass udp any any -> any 53 (sid:2;)`);
    expect(core.sids(datagram("attack"), datagram("attack", { dport: 53 }))).toEqual([1]);
  });
});

describe("the verdict", () => {
  it.each([
    ["drop", R.ACTION_DROP, [1]],
    ["sdrop", R.ACTION_SDROP, []],
    ["reject", R.ACTION_REJECT, [1]],
    ["rejectdst", R.ACTION_REJECT_DST, [1]],
    ["rejectboth", R.ACTION_REJECT_BOTH, [1]],
    ["alert", 0, [1]],
    ["log", 0, [1]],
  ])("of %s", (action, verdict, told) => {
    core.begin(rule(action, 1));
    expect(sidsOf(core.send(datagram("attack")))).toEqual(told);
    expect(core.verdict).toBe(verdict);
    core.send(datagram("harmless"));
    expect(core.verdict).toBe(0);
  });

  it("is none for a packet that is not looked at", () => {
    core.begin(rule("drop", 1));
    core.send(datagram("attack"));
    expect(core.verdict).toBe(R.ACTION_DROP);
    core.send(f.ethernet({}, f.arp({ senderIp: "10.0.0.1", targetIp: "10.0.0.2" })));
    expect(core.verdict).toBe(0);
    core.send(datagram("attack"));
    core.send(f.ethernet({ type: 0x0800 }, f.u8(0x45)));
    expect(core.verdict).toBe(0);
  });

  it("is the gravest of several", () => {
    core.begin([rule("alert", 1), rule("reject", 2), rule("drop", 3)].join("\n"));
    core.send(datagram("attack"));
    expect(core.verdict).toBe(R.ACTION_DROP);
  });

  it("stands though the alert is told more seldom", () => {
    const limit = "threshold:type limit,track by_src,count 1,seconds 60; ";
    core.begin(rule("drop", 1, limit), { alertRate: 1, alertBurst: 1 });
    for (let n = 0; n < 5; n++) {
      expect(core.send(datagram("attack")).length).toBe(n === 0 ? 1 : 0);
      expect(core.verdict).toBe(R.ACTION_DROP);
    }
    core.begin(rule("drop", 1), { alertRate: 1, alertBurst: 1 });
    for (let n = 0; n < 5; n++) {
      expect(core.send(datagram("attack")).length).toBe(n === 0 ? 1 : 0);
      expect(core.verdict).toBe(R.ACTION_DROP);
    }
    expect(core.counter(L.COUNTER_ALERTS_LIMITED)).toBe(4);
  });

  it("waits for a detection filter", () => {
    core.begin(rule("drop", 1, "detection_filter:track by_src,count 2,seconds 60; "));
    const verdicts = [1, 2, 3, 4].map(() => {
      core.send(datagram("attack"));
      return core.verdict;
    });
    expect(verdicts).toEqual([0, 0, R.ACTION_DROP, R.ACTION_DROP]);
  });
});

describe("what is not told", () => {
  it("is kept as evidence by log", () => {
    core.begin(rule("log", 1));
    const [alert] = core.send(datagram("attack"));
    expect(alert).toMatchObject({
      sid: 1,
      kind: R.ALERT_KIND_LOG,
      action: R.ACTION_LOG,
      findings: SIGNATURE,
    });
  });

  it("is a rule with noalert; its flow has no finding for it", () => {
    core.begin(
      'alert tcp any any -> any any (content:"attack"; flowbits:set,seen; flowbits:noalert; sid:1;)\n' +
        'alert tcp any any -> any any (content:"again"; flowbits:isset,seen; sid:2;)',
    );
    const talk = new Conversation();
    expect(core.sids(...talk.open(), talk.c("attack"))).toEqual([]);
    expect(core.ruleState(1, R.RULE_STATE_MATCHES_OFFSET)).toBe(1);
    expect(core.counter(L.COUNTER_FINDING_FIRST + L.FINDING_SIGNATURE)).toBe(0);
    expect(core.sids(talk.c("again"))).toEqual([2]);
    expect(core.counter(L.COUNTER_FINDING_FIRST + L.FINDING_SIGNATURE)).toBe(1);
  });
});

describe("flow bits", () => {
  const login =
    'alert tcp any any -> any 80 (content:"USER"; flow:to_server; flowbits:set,login; flowbits:noalert; sid:1;)';
  const failed =
    'alert tcp any 80 -> any any (content:"failed"; flow:to_client; flowbits:isset,login; sid:2;)';
  const out = 'alert tcp any any -> any 80 (content:"QUIT"; flowbits:unset,login; flowbits:noalert; sid:3;)';

  it("go over packets and directions, and are one conversation's", () => {
    core.begin([login, failed, out].join("\n"));
    const talk = new Conversation();
    expect(core.sids(...talk.open(), talk.s("failed"), talk.c("USER a"), talk.s("failed"))).toEqual([2]);
    const other = new Conversation({ sport: 4001 });
    expect(core.sids(...other.open(), other.s("failed"))).toEqual([]);
    expect(core.sids(talk.c("QUIT"), talk.s("failed"), talk.c("USER b"), talk.s("failed"))).toEqual([2]);
  });

  it("are forgotten with the connection", () => {
    core.begin([login, failed].join("\n"));
    const talk = new Conversation();
    const again = new Conversation();
    expect(core.sids(...talk.open(), talk.c("USER a"), talk.c("", { flags: "RA" }))).toEqual([]);
    expect(core.sids(...again.open(), again.s("failed"))).toEqual([]);
  });

  it("toggle, ask for what is not set, and for several", () => {
    core.begin(
      [
        'alert tcp any any -> any 80 (content:"one"; flowbits:toggle,a; flowbits:noalert; sid:1;)',
        'alert tcp any any -> any 80 (content:"two"; flowbits:set,b; flowbits:noalert; sid:2;)',
        'alert tcp any any -> any 80 (content:"ask"; flowbits:isset,a&b; sid:3;)',
        'alert tcp any any -> any 80 (content:"ask"; flowbits:isset,a|b; sid:4;)',
        'alert tcp any any -> any 80 (content:"ask"; flowbits:isnotset,a; sid:5;)',
      ].join("\n"),
    );
    const talk = new Conversation();
    core.sids(...talk.open());
    expect(core.sids(talk.c("ask."))).toEqual([5]);
    expect(core.sids(talk.c("one."), talk.c("ask."))).toEqual([4]);
    expect(core.sids(talk.c("two."), talk.c("ask."))).toEqual([3, 4]);
    expect(core.sids(talk.c("one."), talk.c("ask."))).toEqual([4, 5]);
  });

  it("are kept for other protocols than TCP too", () => {
    core.begin(
      'alert udp any any -> any any (content:"attack"; flowbits:set,a; sid:1;)\n' +
        'alert udp any any -> any any (content:"more"; flowbits:isset,a; sid:2;)',
    );
    expect(core.sids(datagram("more"), datagram("attack"), datagram("more"))).toEqual([1, 2]);
    expect(core.counter(L.COUNTER_NO_SESSION)).toBe(0);
  });
});

describe("a rule both ways", () => {
  it("holds for either end as its source", () => {
    core.begin(
      [
        'alert udp 10.0.0.1 any <> any 53 (content:"attack"; sid:1;)',
        'alert udp 10.0.0.1 any -> any 53 (content:"attack"; sid:2;)',
        "alert udp 10.0.0.1 any <> any 53 (dsize:6; sid:3;)",
      ].join("\n"),
    );
    expect(core.sids(datagram("attack", { dport: 53 }))).toEqual([1, 2, 3]);
    const answer = { src: "10.0.0.2", dst: "10.0.0.1", sport: 53, dport: 1 };
    expect(core.sids(datagram("attack", answer))).toEqual([1, 3]);
    expect(core.sids(datagram("attack", { ...answer, dst: "10.0.0.3" }))).toEqual([]);
  });

  it("is told once for bytes of each side, at the same place of both streams", () => {
    core.begin('alert tcp any any <> any 80 (content:"attack"; sid:1;)');
    const talk = new Conversation();
    core.sids(...talk.open());
    // Both end at one sequence number.
    const ahead = SERVER_ISN - CLIENT_ISN;
    expect(core.sids(talk.s("attack", { at: 0 }), talk.c("attack", { at: ahead }))).toEqual([1, 1]);
  });
});

describe("rules without a pattern", () => {
  it("are asked of every packet of their protocol and port", () => {
    core.begin(
      [
        "alert udp any any -> any 53 (sid:1;)",
        "alert ip any any -> any any (ttl:64; sid:2;)",
        "alert icmp any any -> any any (itype:8; sid:3;)",
        "alert tcp any any -> any 80 (flags:S; sid:4;)",
        "alert udp any any -> any ![1:1000] (sid:5;)",
        "alert ip any any -> any any (ip_proto:99; sid:6;)",
      ].join("\n"),
    );
    const ends = { src: "10.0.0.1", dst: "10.0.0.2" };
    expect(core.sids(datagram("x", { dport: 53 }))).toEqual([1, 2]);
    expect(core.sids(datagram("x", { dport: 5000 }))).toEqual([2, 5]);
    expect(core.sids(f.ethernet({}, f.ipv4(ends, f.icmpEcho({}))))).toEqual([2, 3]);
    expect(core.sids(...new Conversation().open())).toEqual([2, 4, 2, 2]);
    expect(core.sids(f.ethernet({}, f.ipv4({ ...ends, proto: 99, ttl: 9 }, f.text("x"))))).toEqual([6]);
  });
});
