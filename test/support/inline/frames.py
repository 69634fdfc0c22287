# Frames put on an interface as they are, and frames taken from one byte for byte, VLAN tags put back.
# Apart in Python because Node.js has no packet socket of its own, and the sensor's must not be what checks the sensor.
# Always holds: what is printed is what was on the wire, in hexadecimal, one frame a line, in the order of arrival.
#
# Words: "listen INTERFACE" prints "ready", then frames whose bytes hold
# the mark; "send INTERFACE" takes frames in hexadecimal from standard input.

import select
import socket
import struct
import sys

ETH_P_ALL = 3
SOL_PACKET = 263
PACKET_AUXDATA = 8
PACKET_IGNORE_OUTGOING = 23
TP_STATUS_VLAN_VALID = 1 << 4
TP_STATUS_VLAN_TPID_VALID = 1 << 6
FRAME_BYTES_MAX = 70_000
MARK = b"stray-frame"

role, interface = sys.argv[1:3]
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL) if role == "listen" else 0)
wire.bind((interface, ETH_P_ALL if role == "listen" else 0))

if role == "send":
    for line in sys.stdin:
        frame = bytes.fromhex(line)
        if wire.send(frame) != len(frame):
            sys.exit("a frame was cut")
    sys.exit(0)

wire.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
wire.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
# What multicast is for others (LLDP, STP) is taken too.
wire.setsockopt(SOL_PACKET, 1, struct.pack("iHH8s", socket.if_nametoindex(interface), 1, 0, b""))
print("ready", flush=True)
while True:
    readable, _, _ = select.select([wire, sys.stdin], [], [])
    if sys.stdin in readable and wire not in readable:
        break
    frame, extra, _, _ = wire.recvmsg(FRAME_BYTES_MAX, 128)
    for level, kind, value in extra:
        if (level, kind) == (SOL_PACKET, PACKET_AUXDATA):
            status, _, _, _, _, tag, protocol = struct.unpack("=IIIHHHH", value[:20])
            if status & TP_STATUS_VLAN_VALID:
                protocol = protocol if status & TP_STATUS_VLAN_TPID_VALID else 0x8100
                frame = frame[:12] + struct.pack("!HH", protocol, tag) + frame[12:]
    if MARK in frame:
        print(frame.hex(), flush=True)
