#!/usr/bin/env bash
# Runs the V4L2 device tests on a real kernel: Debian's, with a virtual camera (its vivid driver), which also injects faults. It runs
# in a virtual machine whose read-only file system is the root that tests/debian/ffmpeg-matrix.sh makes of each Debian release. Prints
# one line per release; fails if one failed. The drivers of real cameras stay unverified.
# shellcheck source=tests/debian/roots.sh
. "$(dirname "$0")/roots.sh"

tests=artifacts/bin/LusEdge.IntegrationTests/release
folder=$cache/v4l2

# Downloads and unpacks the kernel and a shell, without installing them.
fetch() {
  local kernel
  [ ! -d "$folder/kernel" ] || return 0
  mkdir -p "$folder/packages"
  kernel=$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: //p' | sed -n 1p)
  (cd "$folder/packages" && apt-get download -qq "$kernel" busybox-static 2>/dev/null) || return
  rm -rf "$folder/kernel.partial"
  for package in "$folder"/packages/*.deb; do dpkg-deb -x "$package" "$folder/kernel.partial" || return; done
  depmod -b "$folder/kernel.partial" "$(ls "$folder/kernel.partial/lib/modules")" || return
  mv "$folder/kernel.partial" "$folder/kernel"
}

# Makes the kernel's initial disk: the modules that it needs to mount the root, and the driver.
initial_disk() {
  local version module disk=$folder/disk
  version=$(ls "$folder/kernel/lib/modules")
  rm -rf "$disk"
  mkdir -p "$disk/bin" "$disk/modules" "$disk/root"
  cp "$folder"/kernel/*bin/busybox "$disk/bin/" 2>/dev/null || cp "$folder"/kernel/usr/bin/busybox "$disk/bin/"
  for module in virtio_pci 9pnet_virtio 9p vivid; do
    modprobe --show-depends -d "$folder/kernel" -S "$version" "$module" | sed -n 's/^insmod \([^ ]*\).*/\1/p'
  done | awk '!seen[$0]++' | while IFS= read -r module; do
    cp "$module" "$disk/modules/"
    basename "$module"
  done >"$disk/modules/order"
  cat >"$disk/init" <<'TEXT'
#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev
/bin/busybox --install -s /bin
while read -r module; do
  # One camera (0x1) with one input of the kind webcam (0).
  case $module in vivid.*) set -- node_types=0x1 num_inputs=1 input_types=0 ;; *) set -- ;; esac
  insmod "/modules/$module" "$@"
done </modules/order
mount -t 9p -o trans=virtio,version=9p2000.L,msize=524288,cache=loose,ro root /root
mount -t proc proc /root/proc
mount -t sysfs sysfs /root/sys
mount -t devtmpfs dev /root/dev
mount -t tmpfs tmpfs /root/tmp
chroot /root env -i HOME=/tmp PATH=/usr/share/dotnet:/usr/bin:/bin LUSEDGE_V4L2_DEVICE=/dev/video0 \
  dotnet /mnt/tests/LusEdge.IntegrationTests.dll -noLogo -noColor -showLiveOutput -class '*DeviceFeedTests'
echo "the tests ended with exit code $?"
poweroff -f
TEXT
  chmod +x "$disk/init"
  (cd "$disk" && find . | cpio --quiet -o -H newc | gzip -1) >"$folder/disk.gz"
}

# Usage: try SUITE MAJOR   MAJOR is the major version of libavcodec.
try() {
  local suite=$1 major=$2 log=$cache/$1-v4l2.log reason
  reason=$(obstacle dotnet qemu-system-x86_64 cpio modprobe)
  [ -n "$reason" ] || [ "$(uname -m)" = x86_64 ] || reason='the virtual machine needs x86-64'
  [ -n "$reason" ] || [ -f "$tests/LusEdge.IntegrationTests.dll" ] || reason='nothing is built: run tests/run.sh'
  [ -n "$reason" ] || [ -d "$cache/$suite-ffmpeg/root" ] || reason=$(unreachable "$suite")
  mkdir -p "$cache"
  [ -n "$reason" ] || fetch || reason="Debian's kernel can't be downloaded"
  if [ -n "$reason" ]; then
    echo "debian $suite: skipped: $reason"
    return
  fi
  if ! ffmpeg_root "$suite" "$log"; then
    echo "debian $suite: failed: the root could not be made; see artifacts/debian/$suite-v4l2.log"
    return 1
  fi
  initial_disk
  # shellcheck disable=SC2016  # expanded inside
  contained "$log" bash -euc '
    root=$1 kernel=$2 disk=$3
    shift 3
    for bind in "$@"; do
      mkdir -p "$root${bind#*:}"
      mount --bind -o ro "${bind%%:*}" "$root${bind#*:}"
    done
    exec qemu-system-x86_64 -accel tcg -cpu max -smp 2 -m 2048 -display none -serial stdio -monitor none -no-reboot \
      -kernel "$kernel" -initrd "$disk" -append "console=ttyS0 quiet panic=-1" \
      -fsdev "local,id=root,path=$root,security_model=none,readonly=on,multidevs=remap" -device virtio-9p-pci,fsdev=root,mount_tag=root' \
    _ "$cache/$suite-ffmpeg/root" "$(echo "$folder"/kernel/boot/vmlinuz-*)" "$folder/disk.gz" \
    "$(dotnet_root):/usr/share/dotnet" "$PWD/$tests:/mnt/tests" || true
  if ! grep -q 'the tests ended with exit code 0' "$log"; then
    grep -A 3 'FAIL\]' "$log" | head -n 40 >&2 || tail -n 20 "$log" >&2
    echo "debian $suite: failed: see artifacts/debian/$suite-v4l2.log"
    return 1
  fi
  echo "debian $suite: ok, $(sed -nE 's/.*Total: ([0-9]+), .*Skipped: ([0-9]+),.*/\1 device tests, \2 skipped/p' "$log" | sed -n 1p), with libavcodec $major in a virtual machine"
}

failed=0
for release in "${ffmpeg_releases[@]}"; do
  # Its root has no v4l2-ctl.
  [ "${release% *}" != sid ] || continue
  # shellcheck disable=SC2086  # two words
  try $release || failed=1
done
exit $failed
