#!/usr/bin/env bash
# Installs the packages that the tests need and runs the tests; the last line is "N passed, N failed, N skipped".
# --all adds the long parts: a fresh Debian of each supported release, the FFmpeg of each, ten minutes of live feeds.
set -euo pipefail
cd "$(dirname "$0")/.."

all=no
case ${1:-} in
  '') ;;
  --all) all=yes ;;
  *)
    echo "usage: tests/run.sh [--all]" >&2
    exit 64
    ;;
esac
export LUSEDGE_TESTS_ALL=$all CI=${CI:-true} DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

step() { printf '\n== %s\n' "$1"; }

step "Packages"
long=()
[ $all = no ] || long=(--all)
./install.sh --test-packages "${long[@]}" || echo "continuing; tests that need a missing package are skipped with the reason"

step "Scripts"
if command -v shellcheck >/dev/null; then
  shellcheck install.sh .ci/run tests/*.sh tests/debian/*.sh
else
  echo "skipped: shellcheck is not installed"
fi

step "Build and format"
dotnet build LusEdge.sln --configuration Release --verbosity quiet -nologo
dotnet format LusEdge.sln --verify-no-changes --no-restore --severity warn
# The end-to-end tests run the published program.
dotnet publish src/LusEdge.Cli --configuration Release --runtime "linux-$(uname -m | sed 's/x86_64/x64/;s/aarch64/arm64/')" \
  --self-contained false --output artifacts/lusedge --verbosity quiet -nologo
if command -v npm >/dev/null; then
  npm ci --prefix tests/ajv --silent --no-audit --no-fund || echo "npm can't install ajv: the schema tests are skipped"
fi

passed=0 failed=0 skipped=0
for project in LusEdge.Tests LusEdge.IntegrationTests LusEdge.TrainingTests LusEdge.EndToEndTests; do
  step "$project"
  report=artifacts/tests/$project.txt
  mkdir -p artifacts/tests
  code=0
  # Prints failed and skipped tests with the reason, and a summary.
  "artifacts/bin/$project/release/$project" -noLogo -noColor | tee "$report" || code=$?
  read -r total errors failures skips < <(
    sed -n 's/.*Total: \([0-9]*\), Errors: \([0-9]*\), Failed: \([0-9]*\), Skipped: \([0-9]*\),.*/\1 \2 \3 \4/p' "$report" | tail -n 1
  ) || { total=0 errors=1 failures=0 skips=0; }
  passed=$((passed + total - failures - skips))
  failed=$((failed + failures + errors))
  skipped=$((skipped + skips))
  # A run that crashes without a failed test must not look like a success.
  if [ $code != 0 ] && [ $((failures + errors)) = 0 ]; then
    echo "$project ended with exit code $code"
    failed=$((failed + 1))
  fi
done

step "Benchmarks, a few frames of each"
# Only checks that they run: the figures mean nothing. A full run prints docs/benchmarks.md.
if artifacts/bin/LusEdge.Benchmarks/release/LusEdge.Benchmarks --smoke >artifacts/tests/benchmarks.md; then
  passed=$((passed + 1))
else
  echo "LusEdge.Benchmarks --smoke failed"
  failed=$((failed + 1))
fi

if [ $all = yes ]; then
  for script in demo ffmpeg-matrix ffmpeg-layout v4l2; do
    step "tests/debian/$script.sh"
    report=artifacts/tests/debian-$script.txt
    code=0
    "tests/debian/$script.sh" | tee "$report" || code=$?
    while read -r result; do
      case $result in
        ok,*) passed=$((passed + 1)) ;;
        failed:*) failed=$((failed + 1)) code=0 ;;
        skipped:*) skipped=$((skipped + 1)) ;;
      esac
    done < <(sed -n 's/^debian [a-z]*: //p' "$report")
    if [ $code != 0 ]; then
      echo "tests/debian/$script.sh ended with exit code $code"
      failed=$((failed + 1))
    fi
  done
fi

printf '\n%s passed, %s failed, %s skipped\n' $passed $failed $skipped
[ $failed = 0 ]
