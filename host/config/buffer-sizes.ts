// How much each sink of the sensor holds in memory before it is written.
// Apart from the sinks so that a memory budget counts what they really take, without loading them.
// Always holds: each of these sinks has two such buffers, one to fill while the other is written.

/** Flow records on their way to the store: more than all workers' record rings give at once. */
export const STORE_BUFFER_BYTES = 4 << 20;
/** Of the alerts' log, the evidence, and each text file of alerts: what a burst fills before the disk is asked. */
export const ALERT_BUFFER_BYTES = 256 << 10;
export const EVE_BUFFER_BYTES = 1 << 20;
export const BUFFERS_EACH = 2;
