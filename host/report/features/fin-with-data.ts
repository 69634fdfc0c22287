// FIN comes together with data. Apart: one feature. Always holds: only packets with data are counted.

import { isTcp } from "../../cause/questions.js";
import { TCP_FIN } from "../../record/state.js";
import { type FeatureTest, type Look, tcpSent } from "./look.js";
import { feature, flowException, HALF, packetException, share } from "./words.js";

const KEY = "fin-with-data";

export const finWithData: FeatureTest = {
  key: KEY,
  about: "data and FIN in one segment",
  tell: (look) => (look.packets.length > 0 ? byPackets(look) : byFlows(look)),
};

function byPackets(look: Look) {
  const data = tcpSent(look).filter(({ payloadSize }) => payloadSize > 0);
  const withFin = data.filter(({ tcpFlags }) => (tcpFlags & TCP_FIN) !== 0);
  if (withFin.length === 0 || withFin.length < data.length * HALF) return undefined;
  return feature({
    key: KEY,
    text: `FIN comes together with data in ${share(withFin.length, data.length, "packet")} that have any`,
    holds: withFin.length,
    of: data.length,
    unit: "packets",
    exceptions: data
      .filter((packet) => !withFin.includes(packet))
      .map((packet) => packetException(look, packet, "no FIN")),
  });
}

function byFlows(look: Look) {
  const data = look.flows.filter((flow) => isTcp(flow) && flow.orig.appBytes + flow.resp.appBytes > 0);
  const withFin = data.filter(({ findings }) => findings.includes("fin-with-data-no-handshake"));
  if (withFin.length === 0 || withFin.length < data.length * HALF) return undefined;
  return feature({
    key: KEY,
    text: `FIN comes together with data, and no handshake before, in ${share(withFin.length, data.length, "flow")}`,
    holds: withFin.length,
    of: data.length,
    unit: "flows",
    exceptions: data
      .filter((flow) => !withFin.includes(flow))
      .map((flow) => flowException(look, flow, "none")),
  });
}
