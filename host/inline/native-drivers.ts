// On which cards the switch runs in the driver itself, and on which in the kernel's common path.
// Apart because it is a list to be kept: of drivers, from the kernel's own sources.
// Always holds: native only where both cards' drivers are known to send what the other's program redirects: one that
// does not would lose every frame in silence, which is the opposite of failing open.

/**
 * Drivers whose ndo_xdp_xmit sends frames for any program as soon as a program runs on the card itself (Linux 6.1).
 * Not among them: veth (its xmit needs the other end to poll, and loses the frames otherwise), virtio_net (needs a
 * queue a processor, which hosts seldom give), tun, and cards whose program restarts the link each time.
 */
const NATIVE_DRIVERS: ReadonlySet<string> = new Set([
  "i40e", // drivers/net/ethernet/intel/i40e/i40e_txrx.c
  "ice", // drivers/net/ethernet/intel/ice/ice_txrx.c
  "igb", // drivers/net/ethernet/intel/igb/igb_main.c
  "igc", // drivers/net/ethernet/intel/igc/igc_main.c
  "ixgbe", // drivers/net/ethernet/intel/ixgbe/ixgbe_main.c
  "mlx5_core", // drivers/net/ethernet/mellanox/mlx5/core/en/xdp.c
]);

/** `drivers`: of both interfaces, as ethtool names them; undefined where there is no name. */
export function canRunNative(drivers: readonly (string | undefined)[]): boolean {
  return drivers.every((driver) => driver !== undefined && NATIVE_DRIVERS.has(driver));
}
