// Rules that reject: both ends of a TCP connection are told by a reset, at once; who sends anything else by ICMP.
// Apart from dropping, where nobody is told. Always holds: what the ends' own kernels made of it is what counts.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { until } from "../support/daemon.js";
import { InlineHome } from "../support/inline/inline-home.js";
import { ping } from "../support/inline/ping.js";
import { canRunInline, FAMILIES, InlineRig } from "../support/inline/rig.js";
import { Web } from "../support/inline/web.js";
import type { Settings } from "../support/strayd.js";

const SID = 1_000_001;
const BAD = "/forbidden/page";
/** A reset comes at once; a retransmission would take 200 ms, giving up three seconds. */
const AT_ONCE_MS = 1000;
const ECONNREFUSED = "ConnectionRefusedError";
const ECONNRESET = "ConnectionResetError";

const urlRule = (action: string): string =>
  `${action} http any any -> any any (msg:"forbidden"; flow:to_server,established; http.uri; content:"${BAD}"; sid:${SID}; rev:1;)\n`;

describe.skipIf(!canRunInline())("a rule that rejects", () => {
  let rig: InlineRig;
  let home: InlineHome;

  beforeEach(async () => {
    rig = await InlineRig.create("reject", { vlan: true });
  });
  afterEach(async () => {
    await home?.remove();
    await rig?.remove();
  });

  async function start(rules: string, settings: Settings = {}): Promise<void> {
    home = new InlineHome(rig, settings, rules);
    await home.startInline();
  }

  it.each(["reject", "rejectboth"])("by %s: resets client and server, of one URL alone", async (action) => {
    await start(urlRule(action));
    for (const family of FAMILIES) {
      const web = await Web.start(rig.programs, rig.clientEnd(family), rig.serverEnd(family));
      const [before, bad, after] = await web.get("/before", BAD, "/after?bytes=100000");
      expect(before, family).toMatchObject({ status: 200, whole: true });
      expect(bad, family).toMatchObject({ status: null, error: ECONNRESET });
      expect(bad!.ms).toBeLessThan(AT_ONCE_MS);
      expect(after, family).toMatchObject({ status: 200, whole: true });
      await until("the server has its reset", () => web.served().some(({ error }) => error === ECONNRESET));
      expect(web.served().flatMap(({ path }) => path ?? [])).toEqual(["/before", "/after?bytes=100000"]);
      await web.stop();
    }
    expect(await home.counter("inline-rejects")).toBeGreaterThanOrEqual(FAMILIES.length * 2);
  });

  it("refuses a connection as a closed port would", async () => {
    await start(`reject tcp any any -> any 80 (msg:"no web"; flags:S; sid:${SID}; rev:1;)\n`);
    for (const family of FAMILIES) {
      const web = await Web.start(rig.programs, rig.clientEnd(family), rig.serverEnd(family));
      const [refused] = await web.get("/");
      expect(refused, family).toMatchObject({ status: null, error: ECONNREFUSED });
      expect(refused!.ms).toBeLessThan(AT_ONCE_MS);
      expect(web.served()).toEqual([]);
      await web.stop();
    }
  });

  it("answers what is not TCP by ICMP: the sender hears that the port can't be reached", async () => {
    await start(`reject udp any any -> any 5353 (msg:"no such port"; sid:${SID}; rev:1;)\n`);
    for (const family of ["ipv4", "ipv6"] as const) {
      const to = rig.serverEnd(family).address;
      const script = `
import socket
link = socket.socket(socket.AF_INET6 if ":" in "${to}" else socket.AF_INET, socket.SOCK_DGRAM)
link.settimeout(3)
link.connect(("${to}", 5353))
link.send(b"anybody?")
try:
    link.recv(100)
    print("answered")
except OSError as error:
    print(error.__class__.__name__)
`;
      expect(rig.client.exec(["python3", "-c", script]).stdout.trim(), family).toBe(ECONNREFUSED);
    }
  });

  it("makes no more packets than its rate allows, and counts the others", async () => {
    await start(`reject icmp any any -> any any (msg:"no pings"; itype:8; sid:${SID}; rev:1;)\n`, {
      inline: { "reject-rate": 10 },
    });
    const { received } = await ping(rig.client, rig.serverEnd().address, { count: 500, intervalS: 0.002 });
    expect(received).toBe(0);
    const [made, limited] = [
      await home.counter("inline-rejects"),
      await home.counter("inline-rejects-limited"),
    ];
    // A second's worth may be saved up, and it takes a few seconds.
    expect(made).toBeGreaterThan(0);
    expect(made).toBeLessThan(100);
    expect(made + limited).toBe(500);
  });
});
