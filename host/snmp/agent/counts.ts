// What became of the datagrams that an agent got, by stable name.
// Apart because guard, messages and sockets count in one place, and status, counters and the MIB read it there.
// Always holds: counts only grow; each datagram is counted in `datagrams`, and either in `answered` or in one of the refusals.

export class AgentCounts {
  readonly values = {
    datagrams: 0,
    answered: 0,
    /** Of the answers: reports of RFC 3414, section 3.2. */
    reports: 0,
    /** Variables told. */
    variables: 0,
    "set-refused": 0,
    "messages-too-long": 0,
    "messages-malformed": 0,
    "wrong-version": 0,
    "wrong-community": 0,
    "wrong-model": 0,
    "wrong-flags": 0,
    "wrong-context": 0,
    "wrong-type": 0,
    "unsupported-levels": 0,
    "not-in-time-window": 0,
    "unknown-users": 0,
    "unknown-engines": 0,
    "wrong-digests": 0,
    "decryption-errors": 0,
    /** Over the rate of one address, or of all. */
    limited: 0,
    "too-big": 0,
    "send-errors": 0,
    /** Of our own. */
    faults: 0,
  };
}

export type AgentCount = keyof AgentCounts["values"];
