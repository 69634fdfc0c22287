// Everything about an interface that a sensor may change, as iproute2 and ethtool tell it.
// Apart because "as it was" is asked after every kind of end. Always holds: counts of traffic are left out, all else is in.

import type { Namespace } from "../netns.js";

export interface InterfaceState {
  readonly link: unknown;
  readonly offloads: string;
}

export function interfaceState(namespace: Namespace, device: string): InterfaceState {
  const text = namespace.exec(["ip", "-d", "-j", "link", "show", device]).stdout;
  // A bridge's port has timers that run.
  const [link] = JSON.parse(text, (key, value: unknown) => (key.endsWith("_timer") ? 0 : value)) as [unknown];
  return { link, offloads: namespace.exec(["ethtool", "-k", device]).stdout };
}

/** Frames that an interface received and sent, by its own count. */
export function frameCounts(namespace: Namespace, device: string): { received: number; sent: number } {
  const [link] = JSON.parse(namespace.exec(["ip", "-j", "-s", "link", "show", device]).stdout) as [
    { stats64: { rx: { packets: number }; tx: { packets: number } } },
  ];
  return { received: link.stats64.rx.packets, sent: link.stats64.tx.packets };
}

/** Packet sockets that are open in the namespace. */
export function packetSockets(namespace: Namespace): number {
  return namespace.exec(["cat", "/proc/net/packet"]).stdout.trim().split("\n").length - 1;
}
