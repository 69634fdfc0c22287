// What the control socket counts about itself.
// Apart because server, connections and methods all count.
// Always holds: every count only grows; names are stable; whatever is refused or dropped is in one of them.

/** A new set of counts, all 0. docs/control.md says what each means. */
export function newControlCounts() {
  return {
    clients: 0,
    "clients-refused": 0,
    "clients-dropped": 0,
    "clients-idle": 0,
    "clients-reset": 0,
    requests: 0,
    "requests-malformed": 0,
    "requests-oversized": 0,
    "requests-limited": 0,
    "requests-forbidden": 0,
    "responses-oversized": 0,
    errors: 0,
    "bytes-in": 0,
    "bytes-out": 0,
  };
}

export type ControlCounts = ReturnType<typeof newControlCounts>;
