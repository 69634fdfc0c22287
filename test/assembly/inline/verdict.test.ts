// What becomes of packets: rules, findings' policy, the allow list, flows that were dropped, simulations.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import {
  ethernet,
  filler,
  gre,
  icmpError,
  ipv4,
  ipv4Fragments,
  tcp,
  text,
  udp,
} from "../../../examples/frame.js";
import { Bump } from "../../support/inline-verdicts.js";
import { CLIENT, CLIENT_ISN, SERVER, SERVER_ISN, Talk } from "../../support/talk.js";

const DROPPED = L.FLOW_FLAG_DROPPED;
const SIMULATED = L.FLOW_FLAG_SIMULATED;
const REJECTED = L.FLOW_FLAG_REJECTED;
const DROP_EVIL = 'drop tcp any any -> any 80 (msg:"evil"; content:"evil"; sid:1;)';
const bit = (finding: number): bigint => 1n << BigInt(finding);
const ends = { src: CLIENT.address, dst: SERVER.address };

function data(payload: string, seq = CLIENT_ISN + 1, sport = CLIENT.port): Uint8Array {
  const segment = tcp({ sport, dport: SERVER.port, seq, ack: SERVER_ISN + 1, flags: "PA" }, text(payload));
  return ethernet({}, ipv4({ src: CLIENT.address, dst: SERVER.address }, segment));
}

function opened(bump: Bump): void {
  const talk = new Talk();
  expect(bump.client(talk.c("S")).passed).toBe(true);
  expect(bump.server(talk.s("SA")).passed).toBe(true);
  expect(bump.client(talk.c("A")).passed).toBe(true);
}

const query = (payload: string, sport = 1000, dport = 53): Uint8Array =>
  ethernet({}, ipv4(ends, udp({ sport, dport }, text(payload))));

describe("a rule", () => {
  it("drops its packet, and its flow from then on, both ways, and tells an alert once", () => {
    const bump = new Bump(DROP_EVIL);
    opened(bump);
    expect(bump.client(data("good ")).passed).toBe(true);
    expect(bump.client(data("evil ", CLIENT_ISN + 6))).toEqual({ passed: false, toClient: [], toServer: [] });
    // Sent again, what follows, and what the other side says.
    expect(bump.client(data("evil ", CLIENT_ISN + 6)).passed).toBe(false);
    expect(bump.client(data("more ", CLIENT_ISN + 11)).passed).toBe(false);
    expect(bump.server(new Talk().s("A", 0, { seq: SERVER_ISN + 1, ack: CLIENT_ISN + 6 })).passed).toBe(
      false,
    );
    expect(bump.counter(L.COUNTER_INLINE_DROPPED)).toBe(4);
    expect(bump.counter(L.COUNTER_INLINE_DROPPED_RULE)).toBe(1);
    expect(bump.counter(L.COUNTER_INLINE_DROPPED_FLOW)).toBe(3);
    expect(bump.counter(L.COUNTER_INLINE_REJECTS)).toBe(0);
    expect(bump.core.alerts().map(({ sid }) => sid)[0]).toBe(1);
    // Another connection is not touched.
    expect(bump.client(data("good ", 1, 4001)).passed).toBe(true);
    expect(bump.verdicts().sort()).toEqual([0, DROPPED]);
  });

  it("finds what lies across segments: the one that makes it whole is dropped", () => {
    const bump = new Bump(DROP_EVIL);
    opened(bump);
    expect(bump.client(data("ev")).passed).toBe(true);
    expect(bump.client(data("il", CLIENT_ISN + 3)).passed).toBe(false);
  });

  it("drops without an alert by sdrop", () => {
    const bump = new Bump('sdrop udp any any -> any 53 (msg:"quiet"; content:"evil"; sid:1;)');
    expect(bump.client(query("evil")).passed).toBe(false);
    expect(bump.core.alerts()).toEqual([]);
  });

  it("that alerts lets its packet pass", () => {
    const bump = new Bump('alert udp any any -> any 53 (msg:"only told"; content:"evil"; sid:1;)');
    expect(bump.client(query("evil")).passed).toBe(true);
    expect(bump.core.alerts()).toHaveLength(1);
    expect(bump.verdicts()).toEqual([0]);
  });

  it("that passes excuses a packet", () => {
    const bump = new Bump(
      `${DROP_EVIL}\npass tcp any any -> any 80 (msg:"known"; content:"known evil"; sid:2;)`,
    );
    opened(bump);
    expect(bump.client(data("known evil")).passed).toBe(true);
  });

  it("drops the fragment that makes a datagram whole, and what comes of the flow later", () => {
    const bump = new Bump('drop udp any any -> any 53 (msg:"evil"; content:"evil"; sid:1;)');
    const payload = new Uint8Array(1600).fill(97);
    payload.set(text("evil"), 1500);
    const whole = udp({ sport: 1000, dport: 53 }, payload);
    const [first, second] = ipv4Fragments({ ...ends, id: 9 }, whole, 1200).map((part) => ethernet({}, part));
    expect(bump.client(first!).passed).toBe(true);
    expect(bump.client(second!).passed).toBe(false);
    const [third, fourth] = ipv4Fragments({ ...ends, id: 10 }, whole, 1200).map((part) => ethernet({}, part));
    expect(bump.client(third!).passed).toBe(false);
    expect(bump.client(fourth!).passed).toBe(false);
    expect(bump.counter(L.COUNTER_INLINE_DROPPED_FLOW)).toBe(2);
  });

  it("drops a packet in a tunnel by its inner flow, and nothing else of the tunnel", () => {
    const bump = new Bump('drop udp any any -> any 53 (msg:"evil"; content:"evil"; sid:1;)');
    const carry = (payload: string, sport: number): Uint8Array =>
      ethernet(
        {},
        ipv4(
          { src: "192.0.2.1", dst: "192.0.2.2", proto: 47 },
          gre({}, ipv4(ends, udp({ sport, dport: 53 }, text(payload)))),
        ),
      );
    expect(bump.client(carry("evil", 1)).passed).toBe(false);
    expect(bump.client(carry("good", 1)).passed).toBe(false);
    expect(bump.client(carry("good", 2)).passed).toBe(true);
    bump.rig.policy({ allow: ["192.0.2.2"] });
    expect(bump.client(carry("good", 1)).passed).toBe(true);
  });

  it("gives a packet a verdict that no flow of the table takes in", () => {
    // A set of ways that are all established and protected has no place for newcomers.
    const bump = new Bump(
      'drop udp any any -> any 53 (msg:"evil"; content:"evil"; sid:1;)',
      {},
      { limits: { flowSets: 1, detectFlags: 0 } },
    );
    for (let port = 0; port < L.SET_WAYS; port++) {
      const segment = (flags: string, fromClient: boolean): Uint8Array => {
        const [a, b] = [4000 + port, 80];
        const numbers = fromClient ? { seq: flags === "S" ? 1 : 2, ack: 2 } : { seq: 1, ack: 2 };
        return ethernet(
          {},
          ipv4(
            fromClient ? ends : { src: ends.dst, dst: ends.src },
            tcp({ sport: fromClient ? a : b, dport: fromClient ? b : a, flags, ...numbers }),
          ),
        );
      };
      bump.client(segment("S", true));
      bump.server(segment("SA", false));
      bump.client(segment("A", true));
    }
    expect(bump.client(query("evil")).passed).toBe(false);
    expect(bump.client(query("good")).passed).toBe(true);
    expect(bump.counter(L.COUNTER_FLOWS_REFUSED)).toBe(2);
    expect(bump.core.records().map(({ flags }) => flags & DROPPED)).toEqual([DROPPED, 0]);
  });
});

describe("verdicts of many packets at once", () => {
  it("are those of the right ones, whatever the size of a chunk", () => {
    for (const size of [1, 5, 31, 32, 33, 64, 100]) {
      const bump = new Bump(
        'drop udp any any -> any 53 (msg:"evil"; content:"evil"; sid:1;)',
        {},
        { rings: { rxSlots: 128, txSlots: 128 } },
      );
      const frames = Array.from({ length: size }, (_, i) => query(i % 3 === 0 ? "evil" : "good", 1000 + i));
      for (const frame of frames) bump.rig.receive(0, frame);
      expect(bump.rig.forward(0).taken).toBe(size);
      const passed = frames.filter((_, i) => i % 3 !== 0);
      expect(bump.rig.sent(1).map(({ bytes }) => bytes)).toEqual(passed);
      expect(bump.counter(L.COUNTER_INLINE_DROPPED)).toBe(size - passed.length);
    }
  });
});

describe("a finding's policy", () => {
  const land = ethernet(
    {},
    ipv4({ src: "10.0.0.9", dst: "10.0.0.9" }, tcp({ sport: 7, dport: 7, flags: "S" })),
  );

  it("drops a flow that has the finding", () => {
    const bump = new Bump("", { drop: bit(L.FINDING_LAND) });
    expect(bump.client(land).passed).toBe(false);
    expect(bump.client(land).passed).toBe(false);
    expect(bump.client(query("good")).passed).toBe(true);
    expect(bump.counter(L.COUNTER_INLINE_DROPPED_FINDING)).toBe(1);
    expect(bump.counter(L.COUNTER_INLINE_DROPPED_FLOW)).toBe(1);
  });

  it("passes everything without one", () => {
    const bump = new Bump();
    expect(bump.client(land).passed).toBe(true);
    expect(bump.verdicts()).toEqual([0]);
  });

  it("drops flows by what they showed before it was in force", () => {
    const bump = new Bump();
    bump.client(land);
    bump.rig.policy({ drop: bit(L.FINDING_LAND) });
    expect(bump.client(land).passed).toBe(false);
  });

  it("drops by signatures, too", () => {
    const bump = new Bump('alert udp any any -> any 53 (msg:"told"; content:"evil"; sid:1;)', {
      drop: bit(L.FINDING_SIGNATURE),
    });
    expect(bump.client(query("evil")).passed).toBe(false);
  });

  it("never drops what is not IP", () => {
    const bump = new Bump("", { drop: (1n << 64n) - 1n });
    const frame = ethernet({ type: 0x88cc }, filler(50));
    expect(bump.client(frame).passed).toBe(true);
  });
});

describe("the allow list", () => {
  it.each([CLIENT.address, `${SERVER.address}/32`, "10.0.0.0/8", "0.0.0.0/0", "::/0"])(
    "saves %s",
    (network) => {
      const bump = new Bump(DROP_EVIL, { allow: ["2001:db8::/32", network] });
      opened(bump);
      expect(bump.client(data("evil ")).passed).toBe(true);
      expect(bump.counter(L.COUNTER_INLINE_ALLOWED)).toBe(1);
      expect(bump.counter(L.COUNTER_INLINE_DROPPED)).toBe(0);
      expect(bump.client(data("more ", CLIENT_ISN + 6)).passed).toBe(true);
      expect(bump.verdicts()).toEqual([0]);
    },
  );

  it("saves nobody else", () => {
    const bump = new Bump(DROP_EVIL, { allow: ["10.0.0.3", "2001:db8::/32", "11.0.0.0/8"] });
    opened(bump);
    expect(bump.client(data("evil ")).passed).toBe(false);
    expect(bump.counter(L.COUNTER_INLINE_ALLOWED)).toBe(0);
  });

  it("lets a flow pass again that was dropped before", () => {
    const bump = new Bump(DROP_EVIL);
    opened(bump);
    expect(bump.client(data("evil ")).passed).toBe(false);
    bump.rig.policy({ allow: [SERVER.address] });
    expect(bump.client(data("evil ")).passed).toBe(true);
  });
});

describe("a simulation", () => {
  it("passes everything, marks and counts what would be dropped", () => {
    const bump = new Bump(DROP_EVIL, { mode: "simulate" });
    opened(bump);
    expect(bump.client(data("evil ")).passed).toBe(true);
    expect(bump.client(data("more ", CLIENT_ISN + 6)).passed).toBe(true);
    expect(bump.counter(L.COUNTER_INLINE_WOULD_DROP)).toBe(2);
    expect(bump.counter(L.COUNTER_INLINE_WOULD_DROP_RULE)).toBe(1);
    expect(bump.counter(L.COUNTER_INLINE_WOULD_DROP_FLOW)).toBe(1);
    expect(bump.counter(L.COUNTER_INLINE_DROPPED)).toBe(0);
    expect(bump.verdicts()).toEqual([DROPPED | SIMULATED]);
  });

  it("answers nobody", () => {
    const bump = new Bump(DROP_EVIL.replace("drop", "reject"), { mode: "simulate" });
    opened(bump);
    expect(bump.client(data("evil "))).toEqual({ passed: true, toClient: [], toServer: [] });
    expect(bump.verdicts()).toEqual([DROPPED | REJECTED | SIMULATED]);
  });

  it("becomes real for its flows when it ends", () => {
    const bump = new Bump(DROP_EVIL, { mode: "simulate" });
    opened(bump);
    bump.client(data("evil "));
    bump.rig.policy({ mode: "inline" });
    expect(bump.client(data("more ", CLIENT_ISN + 6)).passed).toBe(false);
    expect(bump.verdicts()).toEqual([DROPPED]);
  });
});

describe("what is not forwarded", () => {
  it("has no verdict: packets of other inputs", () => {
    const bump = new Bump(DROP_EVIL, { drop: (1n << 64n) - 1n });
    expect(bump.core.send(data("evil "))).toHaveLength(1);
    expect(bump.counter(L.COUNTER_INLINE_DROPPED)).toBe(0);
    expect(bump.verdicts()).toEqual([0]);
  });

  it("has none in a tap", () => {
    const bump = new Bump(DROP_EVIL, { mode: "tap" });
    expect(bump.client(data("evil ")).passed).toBe(false);
    expect(bump.counter(L.COUNTER_INLINE_DROPPED)).toBe(0);
    expect(bump.core.alerts()).toHaveLength(1);
  });
});

describe("another connection on the ports of one that was rejected", () => {
  it("is judged anew", () => {
    const bump = new Bump(DROP_EVIL.replace("drop", "reject"));
    opened(bump);
    expect(bump.client(data("evil ")).passed).toBe(false);
    opened(bump);
    expect(bump.client(data("good ")).passed).toBe(true);
  });

  it("stays dropped where nobody was told", () => {
    const bump = new Bump(DROP_EVIL);
    opened(bump);
    expect(bump.client(data("evil ")).passed).toBe(false);
    expect(bump.client(new Talk().c("S")).passed).toBe(false);
  });
});

describe("an ICMP error", () => {
  it("is a flow of its own, whatever became of the one it speaks of", () => {
    const bump = new Bump('drop udp any any -> any 53 (msg:"evil"; content:"evil"; sid:1;)');
    expect(bump.client(query("evil")).passed).toBe(false);
    const quoted = query("evil").subarray(14);
    const error = ipv4({ src: SERVER.address, dst: CLIENT.address }, icmpError({ type: 3, code: 3 }, quoted));
    expect(bump.server(ethernet({}, error)).passed).toBe(true);
  });
});
