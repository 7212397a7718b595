#!/usr/bin/env bash
# Tests the README's first command on a fresh Debian of each supported release: a new root with only git and the .NET SDK, a new
# clone of the current commit, ./install.sh --demo, and grades on the screen. Prints one line per release; fails if one failed.
# The roots are kept as they were before install.sh.
# shellcheck source=tests/debian/roots.sh
. "$(dirname "$0")/roots.sh"

suites=(bookworm trixie)

# Usage: fresh_root SUITE LOG   Only git and the dependencies of the .NET SDK's packages (OpenSSL comes with ca-certificates; its
# name differs between releases).
fresh_root() {
  local icu
  case $1 in
    bookworm) icu=libicu72 ;;
    trixie) icu=libicu76 ;;
  esac
  new_root "$1" "$1" "$2" git ca-certificates libstdc++6 tzdata "$icu"
}

# Usage: demo SUITE LOG   Runs the demo in a copy of the root, which is deleted afterwards.
demo() {
  local code=0 feeds passed_on
  work=$(mktemp -d "$cache/$1/run.XXXXXX")
  cp -a "$cache/$1/root" "$work/root"
  reach_out "$work/root"
  # The repository may belong to a user other than root.
  printf '[safe]\n\tdirectory = *\n' >"$work/root/etc/gitconfig"
  # The SDK's location in Microsoft's packages, and the file with which they tell programs where the runtime is.
  mkdir -p "$work/root/usr/share/dotnet" "$work/root/etc/dotnet" "$work/root/mnt/repository"
  ln -s /usr/share/dotnet/dotnet "$work/root/usr/bin/dotnet"
  echo /usr/share/dotnet >"$work/root/etc/dotnet/install_location"
  # NuGet feeds that are folders must have the same path inside.
  mapfile -t feeds < <(dotnet nuget list source --format Short | sed -n 's/^E \(\/.*\)/\1/p')
  # No other environment variables: CI, for instance, would change the build.
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
    _ "$work/root" "$(dotnet_root)" "$(git rev-parse --path-format=absolute --git-common-dir)" \
    "$(git rev-parse HEAD)" "${feeds[*]}" "${passed_on[@]}" || code=$?
  rm -rf --one-file-system "$work"
  work=''
  return $code
}

# Usage: try SUITE   Prints the release's result; fails if it failed.
try() {
  local log=$cache/$1.log code=0 first reason
  reason=$(obstacle dotnet git)
  [ -n "$reason" ] || reason=$(unreachable "$1")
  if [ -n "$reason" ]; then
    echo "debian $1: skipped: $reason"
    return
  fi
  mkdir -p "$cache"
  # Left behind by killed runs.
  rm -rf --one-file-system "$cache/$1"/run.*
  reason=''
  if ! fresh_root "$1" "$log"; then
    reason="the root could not be made"
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

[ -z "$(git status --porcelain 2>/dev/null)" ] || echo "note: uncommitted changes are not tested" >&2

failed=0
for suite in "${suites[@]}"; do
  try "$suite" || failed=1
done
exit $failed
