// The kernel's numbers for packet sockets: options, ring geometry and struct offsets (linux/if_packet.h,
// linux/socket.h of every machine Node.js runs on today). Apart because opening, reading and filtering all need them.
// Always holds: nothing here is computed from the machine; sizes are bytes.
//
// A block (TPACKET_V3): struct tpacket_block_desc, 48 bytes, then frames; `BLOCK_FIRST_OFFSET` leads to the first one
// and `tp_next_offset` of each to the next. Where things lie in a frame, all relative to the frame's own start:
//
//   0              struct tpacket3_hdr, 48 bytes
//   48             struct sockaddr_ll, 20 bytes (packet type, hardware type)
//   68             spare bytes, at least RESERVE_BYTES; 20 with Ethernet, 34 where there is no MAC header
//   tp_mac - 10    struct virtio_net_hdr, 10 bytes (PACKET_VNET_HDR), little endian here
//   tp_mac         the frame as the interface delivered it, tp_snaplen bytes of tp_len
//   tp_net         its network header; RESERVE_BYTES is chosen so that this is a multiple of 8 (16 from the frame's start)
//
// So to put a VLAN tag back in place, read the virtio_net_hdr first, then move the two MAC addresses (12 bytes) from
// tp_mac to tp_mac - 4 and write the tag at tp_mac + 8: that runs over the last 4 bytes of the virtio_net_hdr only
// (csum_start, csum_offset), never over the sockaddr_ll; two tags (8 bytes) fit as well. The header kept for a second
// look would be damaged, so a frame is rebuilt once, on its only reading.
// TPACKET_V2 (rings of a sensor in the wire): a slot a frame, of one size: struct tpacket2_hdr (32 bytes), sockaddr_ll, and
// the frame at tp_mac with its virtio_net_hdr before it; to be sent, virtio_net_hdr and frame lie at 32.
// The kernel refuses to describe segmentation other than TCP's and UDP's (SCTP's, for one, which only frames sent by
// this machine carry): such frames count as drops.

export const AF_PACKET = 17;
export const SOCK_RAW = 3;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;
export const ETH_P_ALL = 3;

export const SOL_SOCKET = 1;
export const SO_ERROR = 4;
export const SO_ATTACH_FILTER = 26;
export const SO_DETACH_FILTER = 27;

export const SOL_PACKET = 263;
export const PACKET_ADD_MEMBERSHIP = 1;
export const PACKET_DROP_MEMBERSHIP = 2;
export const PACKET_RX_RING = 5;
export const PACKET_STATISTICS = 6;
export const PACKET_VERSION = 10;
export const PACKET_RESERVE = 12;
export const PACKET_TX_RING = 13;
export const PACKET_LOSS = 14;
export const PACKET_VNET_HDR = 15;
export const PACKET_FANOUT = 18;
export const PACKET_FANOUT_DATA = 22;
export const PACKET_QDISC_BYPASS = 20;
export const PACKET_IGNORE_OUTGOING = 23;

export const PACKET_MR_PROMISC = 1;
export const PACKET_FANOUT_HASH = 0;
export const PACKET_FANOUT_CBPF = 6;

/** Enough for a VLAN tag; 6 makes the network header begin on a multiple of 8. */
export const RESERVE_BYTES = 6;
export const VNET_HDR_BYTES = 10;
export const TPACKET_V2 = 1;
export const TPACKET_V3 = 2;

export const BLOCK_VERSION_OFFSET = 0; // u32, TPACKET_V3
export const BLOCK_STATUS_OFFSET = 8; // u32, TP_STATUS_*
export const BLOCK_PACKETS_OFFSET = 12; // u32, frames in the block
export const BLOCK_FIRST_OFFSET = 16; // u32, from the block's start to its first frame
export const BLOCK_BYTES_OFFSET = 20; // u32, bytes of the block in use, this header included
export const BLOCK_SEQUENCE_OFFSET = 24; // u64
export const BLOCK_HEADER_BYTES = 48;

/** The block, or frame, is ours to read; the kernel's while 0. */
export const TP_STATUS_USER = 1;

export const POLLIN = 1;
export const POLLOUT = 4;
export const POLLERR = 8;
export const POLLHUP = 16;
export const POLLNVAL = 32;

/** The longest snap length: whole frames, as tcpdump has it. */
export const SNAP_LENGTH_MAX = 262_144;
