#!/usr/bin/env bash
# Boots systemd in namespaces of its own. Everything that it writes is in memory: the root is an overlay over this machine's, and the
# network has only a loopback interface. The folder is also visible inside, under the same path.
# Usage: unshare --mount --pid --net --uts --ipc --cgroup --fork --kill-child tests/systemd/boot.sh FOLDER
set -euo pipefail
folder=$1 machine=$1/machine
mount --make-rprivate /
mkdir "$machine"
mount -t tmpfs tmpfs "$machine"
mkdir "$machine"/{changes,work,root}
mount -t overlay overlay -o "lowerdir=/,upperdir=$machine/changes,workdir=$machine/work" "$machine/root"
cd "$machine/root"
mount -t proc proc proc
# Keeps systemd from changing the kernel settings of the machine.
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=0755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mkdir -p ".$folder"
mount --bind "$folder" ".$folder"
mount -t tmpfs -o mode=0755 tmpfs dev
for device in null zero full random urandom tty; do
  touch "dev/$device"
  mount --bind "/dev/$device" "dev/$device"
done
mkdir dev/{pts,shm} oldroot
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ip link set lo up
tr -d - </proc/sys/kernel/random/uuid >etc/machine-id
mkdir -p run/systemd/system
printf '[Unit]\nDefaultDependencies=no\nWants=systemd-journald.service\nAfter=systemd-journald.service\n' >run/systemd/system/test.target
# Auditing would affect the whole machine.
ln -s /dev/null run/systemd/system/systemd-journald-audit.socket
pivot_root . oldroot
cd /
umount --lazy oldroot
# systemd mounts the credentials of a service in a namespace of its own, and needs this to see them.
mount --make-rshared /
exec env -i container=other PATH="$PATH" /lib/systemd/systemd --system --unit=test.target --log-target=journal --show-status=no
