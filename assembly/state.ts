// Overlays of the CONFIG and STATE regions, and the counters.
// Apart so that no other file knows their addresses. The module has no mutable globals: all state is here,
// in memory, where the host sees it.

import {
  CONFIG_ALIVE_NS_OFFSET,
  CONFIG_BASE,
  CONFIG_FLAG_CHECKSUM,
  CONFIG_FLAG_LOSSY_RECORDS,
  CONFIG_LEARN_NS_OFFSET,
  CONFIG_PICKUP_NS_OFFSET,
  CONFIG_RULES_LIMIT_OFFSET,
  CONFIG_SIZE,
  CONFIG_SWEEP_NS_OFFSET,
  CONFIG_TCP_OPENING_NS_OFFSET,
  COUNTERS_BASE,
  DETECT_FLAG_ON,
  INSPECT_FLAG_ON,
  STATE_ALIVES_OFFSET,
  STATE_BASE,
  STATE_CLASS_AGE_OFFSET,
  STATE_CONVERSATIONS_OFFSET,
  STATE_FRAGMENT_PENDING_OFFSET,
  STATE_LAST_TIME_OFFSET,
  STATE_LOSS_TIME_OFFSET,
  STATE_SHORTEST_TIMEOUT_NS_OFFSET,
  STATE_SOURCES_OFFSET,
  STATE_SWEEP_STEP_NS_OFFSET,
  STATE_TARGETS_OFFSET,
  STATE_TWO_WAY_OFFSET,
  STATE_UNHEARD_OFFSET,
} from "./layout";

/** Limits and timeouts (ns), as the host wrote them before init(). */
@unmanaged
export class Config {
  seed: u64;
  flowSets: u32;
  fragmentSets: u32;
  recordLimit: u32;
  flags: u32;
  statusNs: u64;
  tcpOpeningNs: u64;
  tcpEstablishedNs: u64;
  tcpClosedNs: u64;
  udpNs: u64;
  icmpNs: u64;
  otherNs: u64;
  fragmentNs: u64;
  ghostNs: u64;
  protectNs: u64;
  sweepNs: u64;
  pickupNs: u64;
  inspectFlags: u32;
  sessionLimit: u32;
  streamWindowSize: u32;
  streamWindowLimit: u32;
  streamDepth: u32;
  datagramLimit: u32;
  thresholdLimit: u32;
  alertRate: u32;
  alertBurst: u32;
  packetBudget: u32;
  regexSteps: u32;
  rulesLimit: u32;
  sourceLimit: u32;
  targetLimit: u32;
  recentLimit: u32;
  aliveLimit: u32;
  learnNs: u64;
  detectFlags: u32;
  homeCount: u32;
  aliveNs: u64;

  get detects(): bool {
    return (this.detectFlags & DETECT_FLAG_ON) != 0;
  }

  get inspects(): bool {
    return (this.inspectFlags & INSPECT_FLAG_ON) != 0;
  }

  get checksums(): bool {
    return (this.flags & CONFIG_FLAG_CHECKSUM) != 0;
  }

  get lossyRecords(): bool {
    return (this.flags & CONFIG_FLAG_LOSSY_RECORDS) != 0;
  }
}

/** What the module keeps between calls, besides its tables. */
@unmanaged
export class State {
  clock: u64;
  packetIndex: u64;
  recordSequence: u64;
  recordHead: u32;
  recordTail: u32;
  sweepSet: u32;
  flowsUsed: u32;
  sweepTime: u64;
  batchCount: u32;
  activeInput: u32;
  flowsPeak: u32;
  flushSlot: u32;
  probe: u64;
  firstTime: u64;
  lastTime: u64;
  sweepWay: u32;
  fragmentsUsed: u32;
  fragmentHand: u32;
  fragmentPending: u32;
  sweepStepNs: u64;

  /** ns; no flow is over before. */
  get shortestTimeoutNs(): u64 {
    return load<u64>(changetype<usize>(this), STATE_SHORTEST_TIMEOUT_NS_OFFSET);
  }

  set shortestTimeoutNs(value: u64) {
    store<u64>(changetype<usize>(this), value, STATE_SHORTEST_TIMEOUT_NS_OFFSET);
  }

  /** ns; when frames were last lost in capture, 0 = never. The host writes it. */
  get lossTime(): u64 {
    return atomic.load<u64>(changetype<usize>(this), STATE_LOSS_TIME_OFFSET);
  }

  get alives(): u32 {
    return load<u32>(changetype<usize>(this), STATE_ALIVES_OFFSET);
  }

  set alives(value: u32) {
    store<u32>(changetype<usize>(this), value, STATE_ALIVES_OFFSET);
  }

  /** Flows in which both sides spoke, one of ours among them; stays at its end. */
  get conversations(): u32 {
    return load<u32>(changetype<usize>(this), STATE_CONVERSATIONS_OFFSET);
  }

  set conversations(value: u32) {
    if (value != 0) store<u32>(changetype<usize>(this), value, STATE_CONVERSATIONS_OFFSET);
  }

  /** Flows of which both sides passed here. */
  get twoWay(): u32 {
    return load<u32>(changetype<usize>(this), STATE_TWO_WAY_OFFSET);
  }

  set twoWay(value: u32) {
    store<u32>(changetype<usize>(this), value, STATE_TWO_WAY_OFFSET);
  }

  /** Flows of which one side passed here, and heard the other. */
  get unheard(): u32 {
    return load<u32>(changetype<usize>(this), STATE_UNHEARD_OFFSET);
  }

  set unheard(value: u32) {
    store<u32>(changetype<usize>(this), value, STATE_UNHEARD_OFFSET);
  }

  get sources(): u32 {
    return load<u32>(changetype<usize>(this), STATE_SOURCES_OFFSET);
  }

  set sources(value: u32) {
    store<u32>(changetype<usize>(this), value, STATE_SOURCES_OFFSET);
  }

  get targets(): u32 {
    return load<u32>(changetype<usize>(this), STATE_TARGETS_OFFSET);
  }

  set targets(value: u32) {
    store<u32>(changetype<usize>(this), value, STATE_TARGETS_OFFSET);
  }
}

if (offsetof<Config>("tcpOpeningNs") != CONFIG_TCP_OPENING_NS_OFFSET) ERROR("Config drifted from layout");
if (offsetof<Config>("sweepNs") != CONFIG_SWEEP_NS_OFFSET) ERROR("Config drifted from layout");
if (offsetof<Config>("pickupNs") != CONFIG_PICKUP_NS_OFFSET) ERROR("Config drifted from layout");
if (offsetof<Config>("rulesLimit") != CONFIG_RULES_LIMIT_OFFSET) ERROR("Config drifted from layout");
if (offsetof<Config>("learnNs") != CONFIG_LEARN_NS_OFFSET) ERROR("Config drifted from layout");
if (offsetof<Config>("aliveNs") != CONFIG_ALIVE_NS_OFFSET) ERROR("Config drifted from layout");
if (offsetof<Config>() != CONFIG_SIZE) ERROR("Config drifted from layout");
if (offsetof<State>("lastTime") != STATE_LAST_TIME_OFFSET) ERROR("State drifted from layout");
if (offsetof<State>("fragmentPending") != STATE_FRAGMENT_PENDING_OFFSET) ERROR("State drifted from layout");
if (offsetof<State>("sweepStepNs") != STATE_SWEEP_STEP_NS_OFFSET) ERROR("State drifted from layout");
if (offsetof<State>() != STATE_CLASS_AGE_OFFSET) ERROR("State drifted from layout");

export function config(): Config {
  return changetype<Config>(CONFIG_BASE);
}

export function state(): State {
  return changetype<State>(STATE_BASE);
}

/** Adds to the counter of that index (COUNTER_*). */
export function count(counter: u32, by: u64 = 1): void {
  const at = <usize>COUNTERS_BASE + ((<usize>counter) << 3);
  store<u64>(at, load<u64>(at) + by);
}

export function counted(counter: u32): u64 {
  return load<u64>(<usize>COUNTERS_BASE + ((<usize>counter) << 3));
}

/** Coarse age from which a flow of that class may be idle, in units of 2^META_CLOCK_SHIFT ns. */
export function classAge(flowClass: u32): u32 {
  return load<u32>(<usize>STATE_BASE + STATE_CLASS_AGE_OFFSET + ((<usize>flowClass) << 2));
}

export function setClassAge(flowClass: u32, age: u32): void {
  store<u32>(<usize>STATE_BASE + STATE_CLASS_AGE_OFFSET + ((<usize>flowClass) << 2), age);
}
