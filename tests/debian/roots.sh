# shellcheck shell=bash
# Sourced by the scripts beside it: makes small roots of other releases with debootstrap, kept in artifacts/debian, and runs commands
# in them without leaving mounts or processes behind. Delete artifacts/debian to start from scratch.
# The mirror is the one this machine's apt uses, or DEBIAN_MIRROR.
set -euo pipefail
# Each job gets its own process group, so that an interrupted run kills all of it.
set -m
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

cache=$PWD/artifacts/debian
work='' job=''

# shellcheck disable=SC2317  # called by the trap
cleanup() {
  if [ -n "$job" ]; then
    kill -KILL -- "-$job" 2>/dev/null || true
    wait "$job" 2>/dev/null || true
  fi
  # Everything mounted in there was mounted in a private namespace and is gone with it. --one-file-system is the second line of
  # defence: no mistake must ever delete the SDK through a mount.
  [ -z "$work" ] || rm -rf --one-file-system "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Usage: contained LOG COMMAND…   Runs it in private mount and process namespaces: whatever happens, no mount and no build server
# outlives it. Each line of the log begins with the seconds since the start.
contained() {
  local log=$1 code=0
  shift
  SECONDS=0
  {
    timeout --foreground --signal KILL 1500 unshare --mount --pid --fork --kill-child --mount-proc "$@" </dev/null 2>&1 |
      while IFS= read -r line; do printf '%4d  %s\n' "$SECONDS" "$line"; done >"$log"
  } &
  job=$!
  wait "$job" || code=$?
  job=''
  return $code
}

# Usage: obstacle TOOL…   Prints why nothing can run on this machine; prints nothing if it can.
obstacle() {
  local tool
  if [ "$(id -u)" != 0 ]; then echo "needs root"; return; fi
  for tool in debootstrap wget "$@"; do
    command -v "$tool" >/dev/null || { echo "$tool is not installed"; return; }
  done
  unshare --mount --pid --fork true 2>/dev/null || { echo "this machine does not allow mounts (an unprivileged container?)"; return; }
}

# Usage: unreachable SUITE   Prints why the release can't be downloaded; prints nothing if it can.
unreachable() {
  wget -q --spider --timeout=20 --tries=2 "$mirror/dists/$1/Release" || echo "the mirror $mirror does not answer"
}

# Usage: new_root NAME SUITE LOG PACKAGE…   Makes a minimal root of the release, plus packages, in artifacts/debian/NAME/root.
new_root() {
  local name=$1 suite=$2 log=$3 root=$cache/$1/root script=''
  shift 3
  [ ! -d "$root" ] || return 0
  mkdir -p "$cache/$name"
  rm -rf --one-file-system "$root.partial"
  # A debootstrap that is older than the release builds it like unstable.
  [ -e "/usr/share/debootstrap/scripts/$suite" ] || script=/usr/share/debootstrap/scripts/sid
  contained "$log" debootstrap --variant=minbase "$suite" "$root.partial" "$mirror" ${script:+"$script"} || return
  reach_out "$root.partial"
  # The index of an unreleased suite can be past its Valid-Until date.
  # shellcheck disable=SC2016  # expanded inside
  contained "$log" bash -euc '
    root=$1
    shift
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    export DEBIAN_FRONTEND=noninteractive
    chroot "$root" apt-get -o Acquire::Check-Valid-Until=false -qq update
    chroot "$root" apt-get -qq install --no-install-recommends "$@"' _ "$root.partial" "$@" || return
  # As in a fresh image: no package lists.
  rm -rf "$root.partial"/var/lib/apt/lists/* "$root.partial"/var/cache/apt/archives/*.deb
  mv "$root.partial" "$root"
}

# The Debian releases whose FFmpeg is tested, with the major version of libavcodec.
# shellcheck disable=SC2034  # used by the scripts that source this
ffmpeg_releases=('bullseye 58' 'bookworm 59' 'trixie 61' 'sid 62' 'forky 63')

# Usage: ffmpeg_root SUITE LOG   Makes a root with the release's FFmpeg, its headers and an RTSP server, in
# artifacts/debian/SUITE-ffmpeg/root.
ffmpeg_root() {
  local packages=(libstdc++6)
  case $1 in
    # Its ffmpeg command and headers are already newer.
    sid) packages+=(libavdevice62) ;;
    *)
      packages+=(ffmpeg libavdevice-dev v4l-utils)
      packages+=(gir1.2-gst-rtsp-server-1.0 python3-gi gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-ugly)
      ;;
  esac
  new_root "$1-ffmpeg" "$1" "$2" "${packages[@]}"
}

# Usage: reach_out ROOT   Gives the root this machine's network settings: names, certificates, apt, NuGet.
reach_out() {
  local file
  cp -L /etc/resolv.conf /etc/hosts "$1/etc/"
  { apt-config dump | grep -iE '^Acquire::(https?::|Check-)' || true; } >"$1/etc/apt/apt.conf.d/99this-machine"
  mkdir -p "$1/usr/local/share/ca-certificates"
  for file in /usr/local/share/ca-certificates/*.crt; do
    [ ! -e "$file" ] || cp -L "$file" "$1/usr/local/share/ca-certificates/"
  done
  for file in "$HOME/.nuget/NuGet" "$HOME/.config/NuGet" /etc/opt/NuGet; do
    [ -d "$file" ] || continue
    mkdir -p "$1${file/#"$HOME"//root}"
    cp -RL "$file/." "$1${file/#"$HOME"//root}"
  done
}

# The folder of this machine's .NET.
dotnet_root() { dirname "$(readlink -f "$(command -v dotnet)")"; }

# shellcheck disable=SC2016  # apt's own placeholder
mirror=${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | grep -m 1 '/debian/\?$' || true)}
mirror=${mirror:-http://deb.debian.org/debian}
mirror=${mirror%/}
