# A packet each millisecond with a number in it, and an account of those of the other end: what is missing, what came
# twice, how long nothing came. One such program at each end, in its own namespace; prober.ts starts and reads both.
# Apart in Python because Node.js can't ask the kernel when a datagram came in.
# Always holds: times of arrival are the kernel's, so that a busy receiver makes no gap; nothing is guessed: the
# receiver lists the numbers it did not get, given how many the other end says it sent; a sender says where it was itself
# kept waiting.
#
# Words: LOCAL LOCAL_PORT PEER PEER_PORT INTERVAL_US. Sends until standard input says "stop" or ends, then listens on
# for a moment and prints one line of JSON. "ready" is printed when the socket is there, "go" on standard input begins.

import json
import select
import socket
import struct
import sys
import time

SO_TIMESTAMPNS = 35
RECEIVE_BUFFER_BYTES = 8 << 20
LISTEN_ON_S = 0.5
GAPS_MAX = 500
GAP_NOTED_MS = 20
PAUSES_MAX = 20_000
PAUSE_NOTED_MS = 20
MAGIC = b"strayprobe"
FORMAT = struct.Struct("!10sQQ")

local, local_port, peer, peer_port, interval_us = sys.argv[1:6]
interval_ns = int(interval_us) * 1000
family = socket.AF_INET6 if ":" in local else socket.AF_INET
link = socket.socket(family, socket.SOCK_DGRAM)
link.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
try:
    link.setsockopt(socket.SOL_SOCKET, 33, RECEIVE_BUFFER_BYTES)  # SO_RCVBUFFORCE
except OSError:
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
link.bind((local, int(local_port)))
link.setblocking(False)
to = (peer, int(peer_port))

arrivals = []  # (number, time of arrival in ns, time of sending in ns)
sent = 0
send_errors = 0
send_gap_ns = 0
pauses = []  # {after: number of the last packet before, ms}
last_send_ns = None


def receive():
    while True:
        try:
            data, extra, _, _ = link.recvmsg(256, 128)
        except BlockingIOError:
            return
        except OSError:
            continue  # an ICMP error about a datagram that found nobody
        if len(data) != FORMAT.size or not data.startswith(MAGIC):
            continue
        stamp = time.time_ns()
        for level, kind, value in extra:
            if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
                seconds, nanoseconds = struct.unpack("qq", value[:16])
                stamp = seconds * 1_000_000_000 + nanoseconds
        _, number, sent_ns = FORMAT.unpack(data)
        arrivals.append((number, stamp, sent_ns))


print("ready", flush=True)
if sys.stdin.readline().strip() != "go":
    sys.exit(1)
next_ns = time.monotonic_ns()
sending = True
end_s = None
while sending or time.monotonic() < end_s:
    now_ns = time.monotonic_ns()
    # A sender that was kept waiting sends what is due now and leaves out what is past: a burst would hide a gap.
    if sending and now_ns >= next_ns:
        try:
            link.sendto(FORMAT.pack(MAGIC, sent, time.time_ns()), to)
            sent += 1
            if last_send_ns is not None:
                pause_ns = now_ns - last_send_ns
                send_gap_ns = max(send_gap_ns, pause_ns)
                if pause_ns >= PAUSE_NOTED_MS * 1_000_000 and len(pauses) < PAUSES_MAX:
                    pauses.append({"after": sent - 2, "ms": pause_ns / 1e6})
            last_send_ns = now_ns
        except OSError:
            send_errors += 1
        next_ns = max(next_ns + interval_ns, now_ns)
    wait_s = max(0.0, (next_ns - time.monotonic_ns()) / 1e9) if sending else 0.05
    readable, _, _ = select.select([link, sys.stdin] if sending else [link], [], [], wait_s)
    if link in readable:
        receive()
    if sending and sys.stdin in readable:
        sys.stdin.readline()
        sending = False
        end_s = time.monotonic() + LISTEN_ON_S
receive()

seen = {}
duplicates = 0
disorder = 0
highest = -1
for number, stamp, _ in arrivals:
    if number in seen:
        duplicates += 1
        continue
    seen[number] = stamp
    if number < highest:
        disorder += 1
    highest = max(highest, number)
gaps = []
longest_ns = 0
for before, after in zip(arrivals, arrivals[1:]):
    gap_ns = after[1] - before[1]
    longest_ns = max(longest_ns, gap_ns)
    if gap_ns >= GAP_NOTED_MS * 1_000_000:
        gaps.append({"atMs": before[1] / 1e6, "ms": gap_ns / 1e6, "after": before[0], "before": after[0]})
gaps = sorted(gaps, key=lambda gap: -gap["ms"])[:GAPS_MAX]
delays_us = sorted((stamp - sent_ns) / 1000 for _, stamp, sent_ns in arrivals)
print(
    json.dumps(
        {
            "sent": sent,
            "sendErrors": send_errors,
            "sendGapMs": send_gap_ns / 1e6,
            "pauses": pauses,
            "received": len(seen),
            "duplicates": duplicates,
            "disorder": disorder,
            "longestGapMs": longest_ns / 1e6,
            "firstMs": arrivals[0][1] / 1e6 if arrivals else None,
            "lastMs": arrivals[-1][1] / 1e6 if arrivals else None,
            "gaps": gaps,
            "delayUs": {
                "median": delays_us[len(delays_us) // 2] if delays_us else None,
                "p99": delays_us[len(delays_us) * 99 // 100] if delays_us else None,
            },
        }
    ),
    flush=True,
)
