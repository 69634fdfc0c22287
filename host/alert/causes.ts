// Names of the causes that a flow by itself can show: CAUSE_* of an alert.
// Apart because every form of an alert tells them alike.
// Always holds: names and numbers never change; new ones go to the end.

export const CAUSE_NAMES = [
  "unknown",
  "leaky-filter",
  "asymmetric-route",
  "backscatter",
  "scan",
  "stealth-scan",
  "injected",
  "pickup",
] as const;

export function causeName(cause: number): string {
  return CAUSE_NAMES[cause] ?? `cause-${cause}`;
}
