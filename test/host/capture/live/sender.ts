// Puts frames with known bytes on an interface, as they are: a packet socket's sendto.
// Apart because the capture tests send what no program of the system would. Always holds: a frame that the kernel did
// not take is an error, never a silent gap.

import { interfaceState } from "../../../../host/capture/live/interface.js";
import { bindSocket, openSocket } from "../../../../host/capture/live/socket-options.js";
import { errnoText, libc } from "../../../../host/system/libc.js";

/** struct sockaddr_ll that sendto ignores on a bound socket. */
const NO_ADDRESS_BYTES = 0;

export class Sender {
  private readonly fd: number;

  /** Open it inside the namespace; it stays there. */
  constructor(interfaceName: string) {
    const state = interfaceState(interfaceName);
    if (state === undefined) throw new Error(`no interface ${interfaceName}`);
    this.fd = openSocket(interfaceName);
    bindSocket(this.fd, interfaceName, state.index);
  }

  send(...frames: readonly Uint8Array[]): void {
    for (const frame of frames) {
      const sent = libc().sendto(this.fd, frame, frame.length, 0, null, NO_ADDRESS_BYTES);
      if (sent !== frame.length) throw new Error(`sendto: ${errnoText(sent)}`);
    }
  }

  close(): void {
    libc().close(this.fd);
  }
}
