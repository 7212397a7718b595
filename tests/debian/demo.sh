#!/usr/bin/env bash
# Proves the README's first command on a fresh Debian of each supported release: a new root with nothing but git and the .NET SDK,
# a new clone of what is committed, ./install.sh --demo, and grades on the screen. One line a release; fails when one failed.
# The roots are kept in artifacts/debian, without what install.sh adds: delete that folder to begin from nothing.
# The mirror is the one this machine's apt uses, or DEBIAN_MIRROR.
set -euo pipefail
# Each job gets a process group of its own, so that an interrupted run takes all of it along.
set -m
cd "$(dirname "$0")/../.."

suites=(bookworm trixie)
cache=$PWD/artifacts/debian
work='' job=''

# shellcheck disable=SC2317  # called by the trap
cleanup() {
  if [ -n "$job" ]; then
    kill -KILL -- "-$job" 2>/dev/null || true
    wait "$job" 2>/dev/null || true
  fi
  # What was mounted in there was mounted in a namespace of its own, and went with it. The option is the second line of defence:
  # no slip may ever delete the SDK through a mount.
  [ -z "$work" ] || rm -rf --one-file-system "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Usage: contained LOG COMMAND…   Runs it with mounts and processes of its own: whatever happens, no mount and no build server
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

# Why there can be no run at all on this machine; nothing when there can.
obstacle() {
  local tool
  if [ "$(id -u)" != 0 ]; then echo "needs root"; return; fi
  for tool in debootstrap dotnet git wget; do
    command -v "$tool" >/dev/null || { echo "$tool is not installed"; return; }
  done
  unshare --mount --pid --fork true 2>/dev/null || { echo "this machine allows no mounts (a container without the right to?)"; return; }
}

# Usage: new_root SUITE LOG   The smallest Debian there is, plus git and what the .NET SDK's own packages depend on (OpenSSL comes
# with ca-certificates, under another name in each release).
new_root() {
  local suite=$1 log=$2 icu root=$cache/$1/root
  case $suite in
    bookworm) icu=libicu72 ;;
    trixie) icu=libicu76 ;;
  esac
  [ ! -d "$root" ] || return 0
  mkdir -p "$cache/$suite"
  rm -rf --one-file-system "$root.partial"
  contained "$log" debootstrap --variant=minbase --include="git,ca-certificates,libstdc++6,tzdata,$icu" \
    "$suite" "$root.partial" "$mirror" || return
  # As in an image: no package lists yet. install.sh has to get by with that.
  rm -rf "$root.partial"/var/lib/apt/lists/* "$root.partial"/var/cache/apt/archives/*.deb
  mv "$root.partial" "$root"
}

# Usage: reach_out ROOT   Lets the root reach what this machine reaches, the same way: names, certificates, apt, NuGet.
reach_out() {
  local file
  cp -L /etc/resolv.conf /etc/hosts "$1/etc/"
  { apt-config dump | grep -iE '^Acquire::(https?::|Check-)' || true; } >"$1/etc/apt/apt.conf.d/99this-machine"
  for file in /usr/local/share/ca-certificates/*.crt; do
    [ ! -e "$file" ] || cp -L "$file" "$1/usr/local/share/ca-certificates/"
  done
  for file in "$HOME/.nuget/NuGet" "$HOME/.config/NuGet" /etc/opt/NuGet; do
    [ -d "$file" ] || continue
    mkdir -p "$1${file/#"$HOME"//root}"
    cp -RL "$file/." "$1${file/#"$HOME"//root}"
  done
}

# Usage: demo SUITE LOG   In a copy of the root, which is deleted afterwards.
demo() {
  local code=0 feeds passed_on
  work=$(mktemp -d "$cache/$1/run.XXXXXX")
  cp -a "$cache/$1/root" "$work/root"
  reach_out "$work/root"
  # The repository may belong to another user than root.
  printf '[safe]\n\tdirectory = *\n' >"$work/root/etc/gitconfig"
  # Where Microsoft's packages put the SDK, and what they write so that a program finds its runtime.
  mkdir -p "$work/root/usr/share/dotnet" "$work/root/etc/dotnet" "$work/root/mnt/repository"
  ln -s /usr/share/dotnet/dotnet "$work/root/usr/bin/dotnet"
  echo /usr/share/dotnet >"$work/root/etc/dotnet/install_location"
  # Feeds that are folders must be seen at the same place.
  mapfile -t feeds < <(dotnet nuget list source --format Short | sed -n 's/^E \(\/.*\)/\1/p')
  # Nothing else of this machine's environment: a CI variable, say, would make it another build.
  mapfile -t passed_on < <(env | grep -iE '^((https?|all|no)_proxy|NUGET_CERT_REVOCATION_MODE)=' || true)
  # shellcheck disable=SC2016  # expanded inside
  contained "$2" bash -euc '
      root=$1 sdk=$2 repository=$3 commit=$4 feeds=$5
      shift 5
      mount -t proc proc "$root/proc"
      mount --rbind /dev "$root/dev"
      mount --rbind -o ro /sys "$root/sys"
      mount --bind -o ro "$sdk" "$root/usr/share/dotnet"
      mount --bind -o ro "$repository" "$root/mnt/repository"
      for feed in $feeds; do
        mkdir -p "$root$feed"
        mount --bind -o ro "$feed" "$root$feed"
      done
      chroot "$root" update-ca-certificates >/dev/null
      exec chroot "$root" env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@" bash -euc "
        git clone --quiet --no-checkout /mnt/repository /root/lusedge
        cd /root/lusedge
        git checkout --quiet --detach $commit
        ./install.sh --demo --seconds 5"' \
    _ "$work/root" "$(dirname "$(readlink -f "$(command -v dotnet)")")" "$(git rev-parse --path-format=absolute --git-common-dir)" \
    "$(git rev-parse HEAD)" "${feeds[*]}" "${passed_on[@]}" || code=$?
  rm -rf --one-file-system "$work"
  work=''
  return $code
}

# Usage: try SUITE   Prints the suite's result; fails when the suite failed.
try() {
  local log=$cache/$1.log code=0 first reason
  reason=$(obstacle)
  [ -n "$reason" ] || wget -q --spider --timeout=20 --tries=2 "$mirror/dists/$1/Release" || reason="the mirror $mirror does not answer"
  if [ -n "$reason" ]; then
    echo "debian $1: skipped: $reason"
    return
  fi
  mkdir -p "$cache"
  # Left behind by a run that was killed.
  rm -rf --one-file-system "$cache/$1"/run.*
  reason=''
  if ! new_root "$1" "$log"; then
    reason="debootstrap failed"
  else
    demo "$1" "$log" || code=$?
    first=$(sed -nE 's/^ *([0-9]+)  [0-9:]{8}  .* grade [0-3]\*? .*/\1/p' "$log" | sed -n 1p)
    if [ $code != 0 ]; then
      reason="exit code $code"
    elif [ -z "$first" ]; then
      reason="no grade was printed"
    fi
  fi
  if [ -n "$reason" ]; then
    tail -n 20 "$log" >&2
    echo "debian $1: failed: $reason; see artifacts/debian/$1.log"
    return 1
  fi
  echo "debian $1: ok, $first s from clone to first reading"
}

# shellcheck disable=SC2016  # apt's own placeholder
mirror=${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | grep -m 1 '/debian/\?$' || true)}
mirror=${mirror:-http://deb.debian.org/debian}
mirror=${mirror%/}
[ -z "$(git status --porcelain 2>/dev/null)" ] || echo "note: what is not committed is not tried" >&2

failed=0
for suite in "${suites[@]}"; do
  try "$suite" || failed=1
done
exit $failed
