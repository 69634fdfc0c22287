// Rules that drop: one URL and nothing else; what is dropped stays dropped; what is on the allow list never is; and in a
// simulation everything passes and is counted. Apart from rejecting, where the ends are told.
// Always holds: the client's and the server's own words say what crossed.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InlineHome } from "../support/inline/inline-home.js";
import { iperf } from "../support/inline/iperf.js";
import { ping } from "../support/inline/ping.js";
import { canRunInline, FAMILIES, type Family, InlineRig } from "../support/inline/rig.js";
import { Web } from "../support/inline/web.js";
import type { Settings } from "../support/strayd.js";

const SID = 1_000_001;
const BAD = "/forbidden/page";
/** Like it, but none of them. */
const GOOD = ["/", "/forbidden", "/other/page?bytes=200000", "/page?q=forbiddenpage", "/Forbidden/Page"];

const rule = (action: string): string =>
  `${action} http any any -> any any (msg:"forbidden"; flow:to_server,established; http.uri; content:"${BAD}"; sid:${SID}; rev:1;)\n`;

describe.skipIf(!canRunInline())("a rule that drops", () => {
  let rig: InlineRig;
  let home: InlineHome;

  beforeEach(async () => {
    rig = await InlineRig.create("drop", { vlan: true });
  });
  afterEach(async () => {
    await home?.remove();
    await rig?.remove();
  });

  async function start(rules: string, settings: Settings = {}): Promise<void> {
    home = new InlineHome(rig, settings, rules);
    await home.startInline();
  }

  async function web(family: Family = "ipv4"): Promise<Web> {
    return await Web.start(rig.programs, rig.clientEnd(family), rig.serverEnd(family));
  }

  it.each(["drop", "block", "sdrop"])("by %s: one URL is dropped and nothing else", async (action) => {
    await start(rule(action));
    for (const family of FAMILIES) {
      const server = await web(family);
      const good = await server.get(...GOOD);
      expect(good.map(({ status, whole }) => [status, whole])).toEqual(GOOD.map(() => [200, true]));
      const [bad] = await server.get(BAD);
      expect(bad).toMatchObject({ status: null, bytes: 0, error: "TimeoutError" });
      const [after] = await server.get("/after");
      expect(after).toMatchObject({ status: 200, whole: true });
      const paths = server.served().flatMap(({ path }) => path ?? []);
      expect(paths).toEqual([...GOOD, "/after"]);
      await server.stop();
    }
    expect(await home.counter("inline-dropped")).toBeGreaterThan(0);
    expect(await home.counter("inline-would-drop")).toBe(0);
    const { stdout } = await home.run("alerts", "--json", "-n", "100");
    const alerts = stdout.split("\n").filter((line) => line.includes(`"signature_id":${SID}`));
    if (action === "sdrop") expect(alerts).toEqual([]);
    else expect(alerts.length).toBeGreaterThanOrEqual(FAMILIES.length);
  });

  it("leaves other traffic alone while it drops", async () => {
    await start(rule("drop"));
    const server = await web();
    const [{ bitsPerSecond }, [bad], pinged] = await Promise.all([
      iperf(rig.programs, rig.client, rig.serverEnd(), { seconds: 2, udpBitsPerSecond: 10e6, bytes: 1000 }),
      server.get(BAD),
      ping(rig.client, rig.serverEnd().address, { count: 100 }),
    ]);
    expect(bitsPerSecond).toBeGreaterThan(1e6);
    expect(bad).toMatchObject({ status: null, error: "TimeoutError" });
    expect(pinged).toMatchObject({ sent: 100, received: 100 });
  });

  it("drops by any protocol: a datagram with a word in it, and only that", async () => {
    await start(
      `drop icmp any any -> any any (msg:"long ping"; dsize:>500; itype:8; sid:${SID + 1}; rev:1;)\n`,
    );
    for (const family of ["ipv4", "vlan"] as const) {
      const to = rig.serverEnd(family).address;
      expect(await ping(rig.client, to, { bytes: 100 })).toMatchObject({ received: 20 });
    }
    expect(await ping(rig.client, rig.serverEnd().address, { bytes: 600, count: 5 })).toMatchObject({
      received: 0,
    });
  });

  it("never drops what is on the allow list", async () => {
    const client = rig.clientEnd().address;
    await start(rule("drop"), { inline: { allow: [client] } });
    const listed = await web();
    expect((await listed.get(BAD))[0]).toMatchObject({ status: 200, whole: true });
    await listed.stop();
    const other = await web("ipv6");
    expect((await other.get(BAD))[0]).toMatchObject({ status: null, error: "TimeoutError" });
    expect(await home.counter("inline-allowed")).toBeGreaterThan(0);
  });

  it("takes an allow list and another rule from a reload", async () => {
    await start("");
    const server = await web();
    expect((await server.get(BAD))[0]).toMatchObject({ status: 200 });
    home.writeRules(rule("drop"));
    await home.reload();
    expect((await server.get(BAD))[0]).toMatchObject({ status: null });
    home.reconfigure({ inline: { allow: ["10.6.0.0/16"] } });
    await home.reload();
    expect((await server.get(BAD))[0]).toMatchObject({ status: 200 });
    home.reconfigure({ inline: { allow: [] } });
    await home.reload();
    expect((await server.get(BAD))[0]).toMatchObject({ status: null });
  });

  it("in a simulation lets everything pass and counts what would be dropped", async () => {
    await start(`${rule("drop")}reject tcp any any -> any 81 (msg:"port 81"; sid:${SID + 1}; rev:1;)\n`, {
      inline: { mode: "simulate" },
    });
    const server = await web();
    const pages = await server.get(...GOOD, BAD);
    expect(pages.map(({ status, whole }) => [status, whole])).toEqual(pages.map(() => [200, true]));
    expect(server.served().flatMap(({ path }) => path ?? [])).toEqual([...GOOD, BAD]);
    const other = await Web.start(rig.programs, rig.clientEnd(), rig.serverEnd(), 81);
    expect((await other.get("/"))[0]).toMatchObject({ status: 200, whole: true });
    expect(await home.counter("inline-would-drop")).toBeGreaterThan(1);
    expect(await home.counter("inline-dropped")).toBe(0);
    expect(await home.counter("inline-rejects")).toBe(0);
  });
});
