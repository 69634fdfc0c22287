// Networks that are ours, as a question of an address.
// Apart because it is asked of every flow, and so must be quick.
// Always holds: what is no network was refused before.

import { BlockList, isIP, isIPv6 } from "node:net";

export class HomeList {
  private readonly list = new BlockList();

  constructor(networks: readonly string[]) {
    for (const network of networks) {
      const [address = "", bits] = network.split("/");
      const isSix = isIPv6(address);
      const length = bits === undefined ? (isSix ? 128 : 32) : Number(bits);
      this.list.addSubnet(address, length, isSix ? "ipv6" : "ipv4");
    }
  }

  /** Of a MAC address: no. */
  has(address: string): boolean {
    const family = isIP(address);
    return family !== 0 && this.list.check(address, family === 6 ? "ipv6" : "ipv4");
  }
}
