// Values that are a list of words, where the parser's declaration does not say so.
// Apart because completion wants them, and the parser checks them elsewhere.
// Always holds: a test holds each key against the program: an option or argument that is gone is not listed.

import { BOARD_NAMES } from "../board/names.js";
import { INCIDENT_STATES } from "../incident/model.js";
import { FINDING_NAMES } from "../record/findings.js";
import { PROFILES } from "../wasm/profiles.js";
import type { ChoiceLists } from "./program-model.js";
import { TOPICS } from "./topic-names.js";

export const CHOICES: ChoiceLists = {
  "run --profile": PROFILES.map(({ name }) => name),
  "incidents list --state": INCIDENT_STATES,
  "incidents export --state": INCIDENT_STATES,
  "incidents mute --finding": FINDING_NAMES,
  "board show board": BOARD_NAMES,
  "board check board": BOARD_NAMES,
  "board config board": BOARD_NAMES,
  "help name": [...TOPICS, ...FINDING_NAMES],
};
