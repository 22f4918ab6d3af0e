#!/usr/bin/env bash
# The one script that people and CI share. Without a command: build, test, format.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
    cat <<'TEXT'
usage: ./build.sh [COMMAND] [OPTION…]     options go to the dotnet command as they are

  (none)      build, test and format, in this order: what must pass before a commit
  build       compile everything; warnings are errors
  test        run all tests, the architecture checks among them
  format      check the formatting; to mend it: dotnet format Mesh.sln
  pack        make the packages in artifacts/package/release
  accept-api  write the public API baselines anew, after a change that is meant
TEXT
}

build() { dotnet build Mesh.sln "$@"; }

run_tests() { dotnet test --solution Mesh.sln "$@"; }

check_format() { dotnet format Mesh.sln --verify-no-changes "$@"; }

pack() { dotnet pack Mesh.sln --configuration Release "$@"; }

accept_api() {
    MESH_ACCEPT_API=1 dotnet test --project tests/Mesh.Architecture.Tests --filter-class '*.PublicApiTests' "$@"
    git status --short -- 'tests/Mesh.Architecture.Tests/PublicApi/*.txt'
}

command=${1:-all}
[ $# -eq 0 ] || shift
case "$command" in
    all)
        build
        run_tests --no-build
        check_format --no-restore
        ;;
    build) build "$@" ;;
    test) run_tests "$@" ;;
    format) check_format "$@" ;;
    pack) pack "$@" ;;
    accept-api) accept_api "$@" ;;
    help | -h | --help) usage ;;
    *)
        usage >&2
        exit 2
        ;;
esac
