// Three namespaces in a row, client, sensor and server, with a wire between each two: what the client and the server say
// to each other crosses whatever is put between the sensor's two interfaces, or is lost.
// Apart from live-rig.ts, whose sensor only listens. Always holds: nothing else joins the two ends (neighbours are found
// by ARP and ND through the sensor); wires carry no merged frames and whole checksums unless asked for, as wires do;
// all programs started by it have ended, and the namespaces are gone, after remove().

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canUseNamespaces, createNamespace, createVethPair, type Namespace } from "../netns.js";
import { requireProgram } from "../system.js";
import type { End } from "./prober.js";
import { Program, Programs } from "./program.js";

export const CLIENT_DEVICE = "wire0";
export const SERVER_DEVICE = "wire0";
/** The sensor's interfaces, towards the client and towards the server. */
export const CLIENT_SIDE = "inl0";
export const SERVER_SIDE = "inl1";
const BRIDGE = "br0";
const VLAN_DEVICE = "vlan10";
const VLAN = 10;
/** Where stray pins what is to outlive it. */
const PIN_PLACES = ["/sys/fs/bpf/stray", "/run/stray/bpf/stray"];

export type Offloads = "none" | "checksums" | "all";
export type Family = "ipv4" | "ipv6" | "vlan";
export const FAMILIES: readonly Family[] = ["ipv4", "ipv6", "vlan"];
/** An end that is connected again is the same neighbour as before. */
const CLIENT_MAC = "02:06:00:00:00:01";
const SERVER_MAC = "02:06:00:00:00:02";
const CLIENT_ADDRESSES: Record<Family, string> = { ipv4: "10.6.0.1", ipv6: "fd06::1", vlan: "10.6.10.1" };
const SERVER_ADDRESSES: Record<Family, string> = { ipv4: "10.6.0.2", ipv6: "fd06::2", vlan: "10.6.10.2" };

export interface InlineRigOptions {
  readonly mtu?: number;
  /** Of the wire to the server, where it is another. */
  readonly serverMtu?: number;
  /** What the ends leave to their cards: nothing (the default), checksums, or merged frames to be taken apart besides. */
  readonly offloads?: Offloads;
  /** Ends of VLAN 10 besides. */
  readonly vlan?: boolean;
}

/** True when inline tests can run here (root, iproute2 and what traffic is made with); else says what is missing. */
export function canRunInline(): boolean {
  return (
    canUseNamespaces() &&
    [
      ["iperf3", "iperf3"],
      ["ethtool", "ethtool"],
      ["ping", "iputils-ping"],
      ["python3", "python3"],
      ["nsenter", "util-linux"],
    ].every(([program, debianPackage]) => requireProgram(program!, debianPackage!))
  );
}

export class InlineRig {
  readonly client: Namespace;
  readonly sensor: Namespace;
  readonly server: Namespace;
  readonly programs = new Programs();
  /** For captures and the like. */
  readonly folder = mkdtempSync(join(tmpdir(), "stray-inline-"));

  private constructor(
    prefix: string,
    private readonly options: InlineRigOptions,
  ) {
    this.client = createNamespace(`${prefix}-c`);
    this.sensor = createNamespace(`${prefix}-m`);
    this.server = createNamespace(`${prefix}-s`);
    this.connectClient();
    this.connectServer();
    // The kernel's own filters of bridged packets are no part of a bridge's cost.
    for (const key of ["iptables", "ip6tables", "arptables"]) {
      this.sensor.exec(["sysctl", "-qw", `net.bridge.bridge-nf-call-${key}=0`], { mayFail: true });
    }
  }

  static async create(prefix: string, options: InlineRigOptions = {}): Promise<InlineRig> {
    const rig = new InlineRig(prefix, options);
    try {
      if (options.vlan === true) {
        await rig.addVlan(rig.client, CLIENT_DEVICE, CLIENT_ADDRESSES.vlan);
        await rig.addVlan(rig.server, SERVER_DEVICE, SERVER_ADDRESSES.vlan);
      }
    } catch (error) {
      await rig.remove();
      throw error;
    }
    return rig;
  }

  /** Lays the wire between the client and the sensor (again, when it was cut). */
  connectClient(): void {
    this.connect(this.client, CLIENT_DEVICE, CLIENT_SIDE, CLIENT_ADDRESSES, CLIENT_MAC, this.options.mtu);
  }

  connectServer(): void {
    const { mtu, serverMtu = mtu } = this.options;
    this.connect(this.server, SERVER_DEVICE, SERVER_SIDE, SERVER_ADDRESSES, SERVER_MAC, serverMtu);
  }

  private connect(
    end: Namespace,
    device: string,
    side: string,
    addresses: Record<Family, string>,
    mac: string,
    mtu: number | undefined,
  ): void {
    const { offloads = "none" } = this.options;
    createVethPair(end, device, this.sensor, side, { ...(mtu !== undefined && { mtu }), offloads: true });
    end.exec(["ip", "link", "set", device, "address", mac]);
    setOffloads(end, device, offloads);
    end.exec(["ip", "address", "add", `${addresses.ipv4}/24`, "dev", device]);
    end.exec(["sysctl", "-qw", `net.ipv6.conf.${device}.accept_ra=0`]);
    end.exec(["sysctl", "-qw", `net.ipv6.conf.${device}.disable_ipv6=0`]);
    end.exec(["ip", "-6", "address", "add", `${addresses.ipv6}/64`, "dev", device, "nodad"]);
  }

  private async addVlan(end: Namespace, device: string, address: string): Promise<void> {
    const program = this.programs.add(Program.python(end, "vlan.py", device, VLAN_DEVICE, VLAN));
    await program.ready();
    end.exec(["ip", "address", "add", `${address}/24`, "dev", VLAN_DEVICE]);
    end.exec(["ip", "link", "set", VLAN_DEVICE, "up"]);
  }

  clientEnd(family: Family = "ipv4"): End {
    return { namespace: this.client, address: CLIENT_ADDRESSES[family] };
  }

  serverEnd(family: Family = "ipv4"): End {
    return { namespace: this.server, address: SERVER_ADDRESSES[family] };
  }

  /** Where a daemon is started: in the sensor's network, but seeing the file systems that all see, as a service does. */
  get host(): Pick<Namespace, "spawn"> {
    const network = `--net=/run/netns/${this.sensor.name}`;
    return { spawn: (args, options = {}) => spawn("nsenter", [network, "--", ...args], options) };
  }

  /** The kernel's bridge in the sensor's place: the sanity check of a test, and the limit for a benchmark. */
  bridge(): void {
    const { mtu } = this.options;
    this.sensor.exec([
      "ip",
      "link",
      "add",
      BRIDGE,
      "type",
      "bridge",
      "stp_state",
      "0",
      "mcast_snooping",
      "0",
    ]);
    this.sensor.exec(["sysctl", "-qw", `net.ipv6.conf.${BRIDGE}.disable_ipv6=1`], { mayFail: true });
    if (mtu !== undefined) this.sensor.exec(["ip", "link", "set", BRIDGE, "mtu", String(mtu)]);
    // LLDP and its like cross too; STP never crosses a bridge.
    this.sensor.exec(["ip", "link", "set", BRIDGE, "type", "bridge", "group_fwd_mask", "0x4000"]);
    for (const side of [CLIENT_SIDE, SERVER_SIDE])
      this.sensor.exec(["ip", "link", "set", side, "master", BRIDGE]);
    this.sensor.exec(["ip", "link", "set", BRIDGE, "up"]);
  }

  unbridge(): void {
    this.sensor.exec(["ip", "link", "delete", BRIDGE]);
  }

  async remove(): Promise<void> {
    await this.programs.end();
    removePins(this.sensor);
    this.client.remove();
    this.sensor.remove();
    this.server.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What a sensor that was killed has left in the kernel for its next start, which never comes. */
function removePins(sensor: Namespace): void {
  for (const folder of pinFolders(sensor)) rmSync(folder, { recursive: true, force: true });
}

/** Folders of pinned BPF objects that belong to a network namespace. */
export function pinFolders(sensor: Namespace): string[] {
  const inode = statSync(`/run/netns/${sensor.name}`, { throwIfNoEntry: false })?.ino;
  return PIN_PLACES.filter((place) => existsSync(place)).flatMap((place) =>
    readdirSync(place)
      .filter((name) => name.startsWith(`net-${inode}-`))
      .map((name) => join(place, name)),
  );
}

/** Of an end. Some features of a veth are fixed; the others are set all the same. */
function setOffloads(end: Namespace, device: string, offloads: Offloads): void {
  const merging = ["tso", "gso", "gro"].flatMap((feature) => [feature, offloads === "all" ? "on" : "off"]);
  const checksums = ["tx", "rx"].flatMap((feature) => [feature, offloads === "none" ? "off" : "on"]);
  // Checksums first: segmentation needs them.
  end.exec(["ethtool", "-K", device, ...checksums, ...merging], { mayFail: true });
}
