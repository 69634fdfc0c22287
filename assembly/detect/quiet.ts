// Findings that are no accusation: seen in ordinary traffic, worth a note. Apart because who tells of what is strange at
// once, and who spares flows that have shown nothing, mean the same ones.

import {
  FINDING_BAD_CHECKSUM,
  FINDING_BAD_HEADER,
  FINDING_IP_ID_ZERO,
  FINDING_MARTIAN_SOURCE,
  FINDING_ONE_WAY,
} from "../layout";

export const NO_ACCUSATION: u64 =
  ((<u64>1) << (<u64>FINDING_ONE_WAY)) |
  ((<u64>1) << (<u64>FINDING_IP_ID_ZERO)) |
  ((<u64>1) << (<u64>FINDING_MARTIAN_SOURCE)) |
  ((<u64>1) << (<u64>FINDING_BAD_CHECKSUM)) |
  ((<u64>1) << (<u64>FINDING_BAD_HEADER));
