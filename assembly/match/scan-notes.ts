// Where a scan notes what the next stage is to look at.
// Apart because both walks over a text note alike. Always holds: the notes of a block fit; they lie in the scratch of
// rules' programs, of which none runs during a scan.

import { SCRATCH_PROGRAM_BASE, SCRATCH_PROGRAM_SIZE } from "../layout";

export const BLOCK_SIZE: usize = 2048; // positions between the stages
export const STEP: usize = 4; // windows that are looked at together
export const SHORT_STEP: usize = 16; // pairs that are

// Addresses of groups (of pairs with a word that says which of them), then of single positions.
export const NOTE_SIZE: usize = 4;
export const SHORT_NOTE_SIZE: usize = 8;
export const GROUPS_BASE: usize = SCRATCH_PROGRAM_BASE;
const GROUPS_SIZE: usize = (BLOCK_SIZE / STEP + 1) * NOTE_SIZE;
export const HITS_BASE: usize = GROUPS_BASE + GROUPS_SIZE;
const HITS_SIZE: usize = (BLOCK_SIZE + 1) * NOTE_SIZE;

if (GROUPS_SIZE + HITS_SIZE > <usize>SCRATCH_PROGRAM_SIZE) ERROR("the notes of a scan don't fit");
if ((BLOCK_SIZE / SHORT_STEP + 1) * SHORT_NOTE_SIZE > GROUPS_SIZE) ERROR("the notes of a scan don't fit");
