#!/bin/sh
# Inside the new root after all packages are there: what must not be the same on two machines goes, what writes to the disk by
# itself is off, what the image starts is on. Called by mmdebstrap with the root's path. Needs nothing of the network.
set -eu
root=$1

# Everybody makes these for himself, at the first boot.
rm -f "$root"/etc/ssh/ssh_host_* "$root"/var/lib/systemd/random-seed "$root"/var/lib/dbus/machine-id
: > "$root/etc/machine-id"
: > "$root/etc/fstab"
# Else each login is a warning in the journal.
: > "$root/etc/default/locale"
rm -f "$root/etc/resolv.conf"
printf '# Name servers of the management network, a line each: nameserver 192.0.2.53\n' > "$root/etc/resolv.conf"

mkdir -p "$root/state" "$root/var/lib/stray-releases" "$root/var/log/stray" "$root/etc/ssh/authorized_keys.d"
chmod 0755 "$root/var/lib/stray-releases"
# Debian's own listens on loopback.
sed -i 's/^agentaddress.*/agentaddress udp:161/; s/^rocommunity/#rocommunity/; s/^rouser/#rouser/; s/^sysLocation/#sysLocation/; s/^sysContact/#sysContact/' \
  "$root/etc/snmp/snmpd.conf"

# As the package does it: there may be passwords in it.
chroot "$root" chgrp stray /etc/stray/stray.yaml
chmod 0640 "$root/etc/stray/stray.yaml"

for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer man-db.timer \
  systemd-pstore.service e2scrub_reap.service getty@tty1.service; do
  chroot "$root" systemctl mask --quiet "$unit"
done
chroot "$root" systemctl enable --quiet systemd-networkd.service ssh.service snmpd.service stray-host-key.service \
  stray-state.service stray-grow.service strayd.service stray-update.service
# A machine that waits for a cable does not boot.
chroot "$root" systemctl disable --quiet systemd-networkd-wait-online.service

chroot "$root" update-initramfs -u -k all >/dev/null

rm -rf "$root"/var/cache/* "$root"/var/lib/apt/lists/* "$root"/var/log/* "$root"/tmp/* "$root"/usr/share/info
rm -rf "$root"/usr/share/locale "$root"/usr/share/bash-completion/completions/[!s]*
mkdir -p "$root/var/log/stray"
find "$root/usr/share/doc" -mindepth 1 -depth ! -type d ! -name copyright -delete
find "$root/usr/share/doc" -mindepth 1 -depth -type d -empty -delete
