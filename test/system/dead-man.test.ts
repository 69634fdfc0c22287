// The dead man's switch against the kernel: frames between two namespaces whose only way leads through the sensor's
// two interfaces, where nobody forwards but the switch.
// Apart from the unit tests because it needs root and namespaces. Always holds: each test leaves the interfaces and the
// bpffs as they were, and says so; a beat from the future is fresh for as long as a test takes.

import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, closeSync, mkdirSync, readFileSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DEADMAN_BEAT_OFFSET, DEADMAN_MODE_OFFSET } from "../../assembly/inline/inline-layout.js";
import { DEADMAN_BASE, MEMORY_PAGES, WINDOWS_BASE } from "../../assembly/layout.js";
import { assemble, exit, moveNumber } from "../../host/bpf/instruction.js";
import { BPF_XDP, tryXdpLink } from "../../host/bpf/link.js";
import { BPF_PROG_TYPE_XDP, createArray, loadProgram } from "../../host/bpf/objects.js";
import { mountBpffs, pin } from "../../host/bpf/pin.js";
import { interfaceState } from "../../host/capture/live/interface.js";
import { PacketRing } from "../../host/capture/live/packet-socket.js";
import { StrayError } from "../../host/errors.js";
import { DeadMan, type DeadManOptions } from "../../host/inline/dead-man.js";
import { linkFacts } from "../../host/system/link-facts.js";
import { until } from "../support/daemon.js";
import { DeadManRig } from "../support/dead-man-rig.js";
import { canUseNamespaces, createVethPair } from "../support/netns.js";
import { ringOptions } from "../support/ring-options.js";
import { requireProgram } from "../support/system.js";

const HOUR_NS = 3_600_000_000_000n;
const PINGS = 60;
const RING_BASE = WINDOWS_BASE;
const TRANSFER_BYTES = 32 * 2 ** 20;
/** On every Debian. */
const NOBODY = 65534;
/** Two folders; map, programs and links; who was made promiscuous. */
const PINNED = 2 + 5 + 2;

const memory = new WebAssembly.Memory({ initial: MEMORY_PAGES, maximum: MEMORY_PAGES, shared: true });
const buffer = memory.buffer as unknown as SharedArrayBuffer;
const beat = new BigUint64Array(buffer, DEADMAN_BASE + DEADMAN_BEAT_OFFSET, 1);
const mode = new Uint32Array(buffer, DEADMAN_BASE + DEADMAN_MODE_OFFSET, 1);

const canRun =
  canUseNamespaces() && requireProgram("ping", "iputils-ping") && requireProgram("nsenter", "util-linux");

describe.skipIf(!canRun)("the dead man's switch", () => {
  let rig: DeadManRig;
  let deadMan: DeadMan | undefined;
  let before: string;

  beforeAll(async () => {
    rig = new DeadManRig();
    await until("the interfaces have a carrier", () => !rig.interfaces().includes("NO-CARRIER"));
  });
  beforeEach(() => {
    before = rig.interfaces();
  });
  afterEach(() => {
    if (deadMan !== undefined) expect(rig.sensor.enter(() => deadMan?.release({ keep: false }))).toEqual([]);
    deadMan = undefined;
    expect(rig.interfaces()).toBe(before);
    expect(rig.pins()).toEqual([]);
    expect(rig.isCut()).toBe(true);
  });
  afterAll(() => rig?.remove());

  function arm(options: Partial<DeadManOptions> = {}): DeadMan {
    const { places } = rig;
    const sides = rig.sides();
    const all: DeadManOptions = { sides, limitMs: 200, fail: "open", memory: buffer, places, ...options };
    deadMan = rig.sensor.enter(() => DeadMan.arm(all));
    return deadMan;
  }

  function refusal(options: Partial<DeadManOptions> = {}): StrayError {
    try {
      arm(options);
    } catch (error) {
      if (error instanceof StrayError) return error;
      throw error;
    }
    throw new Error("it was armed");
  }

  function keepBeating(): void {
    Atomics.store(beat, 0, process.hrtime.bigint() + HOUR_NS);
  }

  function stopBeating(): void {
    Atomics.store(beat, 0, process.hrtime.bigint() - HOUR_NS);
  }

  describe.each(["tcx", "xdp-generic"] as const)("%s", (method) => {
    it("carries frames both ways while nobody beats, none while somebody does", () => {
      const { state } = bound(arm({ method }));
      expect(state()).toMatchObject({ protection: method, mode: "armed", stale: true });
      if (method === "tcx") expect(state().reason).toBeUndefined();
      else expect(state().reason).toContain("loses frames larger than the MTU");
      expect(rig.crosses()).toBe(true);
      // An echo request of 98 bytes each way, and its answer.
      expect(state().bypassed).toEqual([
        { packets: 3n, bytes: 294n },
        { packets: 3n, bytes: 294n },
      ]);
      keepBeating();
      expect(state().stale).toBe(false);
      expect(rig.isCut()).toBe(true);
      expect(state().bypassed[0].packets).toBe(3n);
      stopBeating();
      expect(rig.crosses()).toBe(true);
    });

    it("carries them in any case while bypass is on", () => {
      const { state } = bound(arm({ method }));
      keepBeating();
      deadMan?.setBypass(true);
      expect(state().mode).toBe("bypass");
      expect(rig.crosses()).toBe(true);
      deadMan?.setBypass(false);
      expect(state().mode).toBe("armed");
      expect(rig.isCut()).toBe(true);
    });

    it("carries none when it fails closed, but for bypass", () => {
      const { state } = bound(arm({ method, fail: "closed" }));
      expect(state()).toMatchObject({ mode: "off", stale: true });
      expect(rig.isCut()).toBe(true);
      deadMan?.setBypass(true);
      expect(rig.crosses()).toBe(true);
      deadMan?.setBypass(false);
      expect(rig.isCut()).toBe(true);
    });
  });

  it("keeps what the kernel carries out of a guarded socket, and lets in the rest", () => {
    const held = arm();
    const ring = rig.sensor.enter(() => PacketRing.open(buffer, RING_BASE, ringOptions()));
    try {
      const taken = () => ring.statistics().packets;
      expect(held.guard(0, ring.fd)).toBe(true);
      expect(rig.crosses()).toBe(true);
      expect(taken()).toBe(0);
      keepBeating();
      expect(rig.isCut()).toBe(true);
      expect(taken()).toBe(3);
      held.setBypass(true);
      expect(rig.crosses()).toBe(true);
      expect(taken()).toBe(0);
    } finally {
      ring.close();
    }
  });

  it("gives the memory its own page back", () => {
    arm();
    expect(mode[0]).toBe(1);
    const held = deadMan;
    rig.sensor.enter(() => held?.release({ keep: false }));
    deadMan = undefined;
    // What was there last stays, and nobody else sees what is written from now on.
    expect(mode[0]).toBe(1);
    beat[0] = 7n;
    expect(beat[0]).toBe(7n);
    expect(held?.state()).toMatchObject({ protection: "none" });
  });

  it("takes over from a sensor that was killed, without losing a frame", async () => {
    const child = rig.child();
    const state = await child.answer();
    expect(state).toMatchObject({ protection: "tcx", pinned: expect.stringContaining(rig.runtime) });
    const { done } = rig.pinging(PINGS);
    await child.kill();
    expect(rig.pins()).toHaveLength(PINNED);
    // The other order of the sides is the same pair.
    const [left, right] = rig.sides();
    arm({ sides: [right, left] });
    expect(deadMan?.state().protection).toBe("tcx");
    expect(await done).toEqual({ sent: PINGS, received: PINGS });
    expect(deadMan?.state().bypassed[0].packets).toBeGreaterThan(0n);
    keepBeating();
    expect(rig.isCut()).toBe(true);
  });

  it("goes on in the kernel when a beating sensor is killed", async () => {
    const child = rig.child({ beats: true });
    expect(await child.answer()).toMatchObject({ protection: "tcx" });
    await until("it beats", async () => (await child.ask("state")).stale === false);
    expect(rig.isCut()).toBe(true);
    await child.kill();
    await until("frames cross", () => rig.crosses());
    arm();
  });

  it("takes over from generic XDP, which goes once its successor is there", async () => {
    const child = rig.child({ method: "xdp-generic" });
    await child.answer();
    await child.kill();
    expect(rig.crosses()).toBe(true);
    arm();
    expect(deadMan?.state().protection).toBe("tcx");
    expect(rig.crosses()).toBe(true);
    for (const { index } of rig.sides()) {
      expect(rig.sensor.enter(() => linkFacts(index))).toMatchObject({ xdp: "none", kind: "veth" });
    }
  });

  it("takes no interfaces from a sensor that lives", async () => {
    const child = rig.child();
    await child.answer();
    expect(refusal()).toMatchObject({ code: "DEADMAN_IN_USE", exitCode: 2 });
    expect(await child.ask("release")).toEqual([]);
    await child.kill();
  });

  it("stays in the kernel when it is told to keep", () => {
    arm();
    keepBeating();
    expect(rig.sensor.enter(() => deadMan?.release({ keep: true }))).toEqual([]);
    deadMan = undefined;
    expect(rig.crosses()).toBe(true);
    arm();
    expect(rig.crosses()).toBe(true);
  });

  it("refuses an interface with an XDP program of another owner, and leaves the other one alone", () => {
    const [, right] = rig.sides();
    const code = assemble([moveNumber(0, 2), exit()]);
    const program = loadProgram({ name: "stranger", type: BPF_PROG_TYPE_XDP, attachType: BPF_XDP, code });
    const link = rig.sensor.enter(() => tryXdpLink(program, right.index, "generic"));
    try {
      expect(link).toBeGreaterThan(0);
      for (const method of ["auto", "xdp-generic"] as const) {
        const error = refusal({ method });
        expect(error.code).toBe("XDP_FOREIGN");
        expect(error.message).toMatch(
          /^interface right has an XDP program of another owner \(generic, program \d+\)/,
        );
      }
      expect(rig.pins()).toEqual([]);
    } finally {
      closeSync(link);
      closeSync(program);
    }
  });

  it("refuses pins that it did not leave, and says which", () => {
    arm();
    const folder = deadMan?.state().pinned ?? "";
    rig.sensor.enter(() => deadMan?.release({ keep: true }));
    deadMan = undefined;
    const map = createArray("stranger", 8, 1);
    const stranger = join(folder, "stranger");
    pin(map, stranger);
    expect(refusal()).toMatchObject({ code: "PIN_FOREIGN", message: expect.stringContaining(stranger) });
    unlinkSync(stranger);
    // A name of ours over what is not.
    const [left] = rig.sides();
    unlinkSync(join(folder, `ingress-${left.index}`));
    pin(map, join(folder, `ingress-${left.index}`));
    closeSync(map);
    expect(refusal()).toMatchObject({ code: "PIN_FOREIGN", message: expect.stringContaining("no BPF link") });
    unlinkSync(join(folder, `ingress-${left.index}`));
    mkdirSync(join(folder, "..", "not-ours"));
    arm();
    rig.sensor.enter(() => deadMan?.release({ keep: false }));
    deadMan = undefined;
    expect(rig.pins()).toEqual(["stray", "stray/not-ours"]);
    rig.clearPins();
  });

  it("is in force without pins where there is no bpffs, and says so", () => {
    arm({ places: { system: "/nowhere", runtime: "/proc/nowhere" } });
    expect(deadMan?.state()).toMatchObject({
      protection: "tcx",
      pinned: undefined,
      reason: expect.stringContaining("the switch ends with the process"),
    });
    expect(rig.crosses()).toBe(true);
  });

  it("stands again on an interface that came back, and ends cleanly, without root", async () => {
    const child = rig.child({ user: "nobody", offloads: true });
    expect(await child.answer()).toMatchObject({ protection: "tcx", uid: expect.any(Number), warnings: [] });
    expect(rig.crosses()).toBe(true);
    rig.sensor.exec(["ip", "link", "delete", "right"]);
    expect(await child.ask("lost right")).toBeNull();
    expect((await child.ask("state")).reason).toBe("interface right is gone");
    rig.connectRight();
    rig.introduce();
    expect(await child.ask("reattach right")).toBe(true);
    expect(await child.ask("state")).not.toHaveProperty("reason");
    expect(rig.crosses()).toBe(true);
    const [left, right] = rig.sides();
    expect(rig.pins().filter((name) => name.includes("ingress"))).toEqual(
      [left, right].map(({ index }) => expect.stringMatching(new RegExp(`/ingress-${index}$`))),
    );
    expect(await child.ask("release")).toEqual([]);
    // The folder above is root's to remove.
    expect(rig.pins()).toEqual(["stray"]);
    await child.kill();
    before = rig.interfaces();
    arm();
  });

  it("pins as an account that was never root, where a bpffs is its own", async () => {
    const own = join(rig.runtime, "bpf");
    chmodSync(rig.runtime, 0o711);
    mkdirSync(own);
    mountBpffs(own);
    chownSync(own, NOBODY, NOBODY);
    const lent = "+bpf,+net_admin,+net_raw";
    const as = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
    const lend = [`--inh-caps=${lent}`, `--ambient-caps=${lent}`];
    const first = rig.child({ beats: true }, [...as, ...lend]);
    expect(await first.answer()).toMatchObject({
      protection: "tcx",
      pinned: expect.stringContaining(own),
      uid: NOBODY,
    });
    await first.kill();
    const second = rig.child({}, [...as, ...lend]);
    const state = await second.answer();
    expect(state).toMatchObject({ protection: "tcx", pinned: expect.stringContaining(own) });
    expect(state).not.toHaveProperty("reason");
    expect(rig.crosses()).toBe(true);
    expect(await second.ask("release")).toEqual([]);
    await second.kill();
    expect(rig.pins()).toEqual([]);
    rig.clearPins();
  });

  it("goes with a purge of the package, which leaves the interfaces as they were", async () => {
    const set = (state: string) => rig.sensor.exec(["ip", "link", "set", "dev", "left", "promisc", state]);
    set("on");
    try {
      before = rig.interfaces();
      const child = rig.child();
      await child.answer();
      await child.kill();
      expect(rig.interfaces()).not.toBe(before);
      const script = readFileSync(new URL("../../packaging/debian/postrm", import.meta.url), "utf8");
      const [, step = ""] =
        /^( {2}if mountpoint -q \/run\/stray\/bpf; then\n[\s\S]*?\n {2}fi\n)/m.exec(script) ?? [];
      expect(step).toContain("umount /run/stray/bpf");
      const here = step.replaceAll("/run/stray/bpf", join(rig.runtime, "bpf"));
      // Not by `ip netns exec`, which has mounts of its own.
      execFileSync("nsenter", [`--net=/run/netns/${rig.sensor.name}`, "sh", "-e", "-c", here]);
      expect(rig.interfaces()).toBe(before);
      expect(rig.pins()).toEqual([]);
    } finally {
      set("off");
      before = rig.interfaces();
    }
  });

  it("takes what a killed sensor left on one of the interfaces, and frees the other", async () => {
    const child = rig.child();
    await child.answer();
    await child.kill();
    createVethPair(rig.sensor, "third", rig.server, "unused");
    try {
      const [left, right] = rig.sides();
      const third = rig.sensor.enter(() => ({ name: "third", index: interfaceState("third")?.index ?? -1 }));
      arm({ sides: [left, third] });
      const names = rig.pins().filter((name) => name.includes("ingress-"));
      expect(names).toEqual(
        [left, third].map(({ index }) => expect.stringMatching(`-${third.index}/ingress-${index}$`)),
      );
      expect(names.join()).not.toContain(`ingress-${right.index}`);
      rig.sensor.enter(() => deadMan?.release({ keep: false }));
      deadMan = undefined;
    } finally {
      rig.sensor.exec(["ip", "link", "delete", "third"]);
    }
  });

  it("removes what was left on interfaces that are gone", async () => {
    createVethPair(rig.sensor, "third", rig.server, "unused");
    createVethPair(rig.sensor, "fourth", rig.server, "unused-too");
    const child = rig.child({ names: ["third", "fourth"] });
    await child.answer();
    await child.kill();
    // As long as they are there they are left alone: somebody may want them carried.
    expect(arm().state().reason).toContain("the kernel still carries frames there");
    rig.sensor.enter(() => deadMan?.release({ keep: false }));
    deadMan = undefined;
    expect(rig.pins()).toHaveLength(PINNED);
    for (const name of ["third", "fourth"]) rig.sensor.exec(["ip", "link", "delete", name]);
    expect(arm().state().reason).toBeUndefined();
    expect(rig.pins()).toHaveLength(PINNED);
  });

  it("does with CAP_BPF and CAP_NET_ADMIN, and falls back to tc without CAP_BPF", async () => {
    const able = rig.child({ capabilities: ["CAP_BPF", "CAP_NET_ADMIN"] });
    const state = await able.answer();
    expect(state).toMatchObject({
      protection: "tcx",
      reason: expect.stringContaining("ends with the process"),
    });
    expect(rig.crosses()).toBe(true);
    await able.kill();
    expect(rig.isCut()).toBe(true);
    const unable = rig.child({ capabilities: ["CAP_NET_ADMIN"] });
    const poor = await unable.answer();
    expect(poor).toMatchObject({ protection: "tc", reason: expect.stringContaining("CAP_BPF") });
    expect(rig.crosses()).toBe(true);
    expect(await unable.ask("release")).toEqual([]);
    await unable.kill();
  });
});

describe.skipIf(!canRun)("the dead man's switch, with frames merged as senders of today merge them", () => {
  it("carries a TCP connection", async () => {
    const rig = new DeadManRig(true);
    try {
      await until("the interfaces have a carrier", () => !rig.interfaces().includes("NO-CARRIER"));
      const { places } = rig;
      const sides = rig.sides();
      const deadMan = rig.sensor.enter(() =>
        DeadMan.arm({ sides, limitMs: 200, fail: "open", memory: buffer, places }),
      );
      expect(await rig.transfer(TRANSFER_BYTES)).toBe(TRANSFER_BYTES);
      // Larger than a frame on the wire, each of them.
      const [{ packets, bytes }] = deadMan.state().bypassed;
      expect(bytes / packets).toBeGreaterThan(1514n);
      rig.sensor.enter(() => deadMan.release({ keep: false }));
    } finally {
      rig.remove();
    }
  });
});

/** Its methods, to be called without it. */
function bound(deadMan: DeadMan): { state: DeadMan["state"] } {
  return { state: () => deadMan.state() };
}
