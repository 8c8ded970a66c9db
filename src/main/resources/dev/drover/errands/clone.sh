# Clones a repository in a sandbox, as the agent's user. It may run again after it was cut off: the clone gets its place as a whole.
# The last line says how it ended; git's words come before it.
url=$1 target=$2 kind=$3 ref=$4 part=/workspace/.drover-clone-$5 seconds=$6
cd /

# Without what a repository or a server could make run. The objects are checked, except for old mistakes that do no harm.
run() {
  timeout -k 10 "$seconds" git -c protocol.file.allow=never -c protocol.ext.allow=never -c core.hooksPath=/dev/null \
    -c core.fsmonitor=false -c submodule.recurse=false -c transfer.fsckObjects=true -c fetch.fsck.zeroPaddedFilemode=ignore \
    -c fetch.fsck.badTimezone=ignore -c fetch.fsck.missingSpaceBeforeDate=ignore -c fetch.fsck.missingEmail=ignore "$@" 2>&1
}

fail() {
  [ "$2" = 124 ] || [ "$2" = 137 ] && set -- timeout
  printf '%s\n' "$out" | tail -n 3
  printf 'drover-clone: %s\n' "$1"
  rm -rf -- "$part"
  exit 1
}

finish() {
  cd -- "$target/.claude/skills" 2> /dev/null && for skill in */SKILL.md; do
    name=${skill%/SKILL.md}
    case $name in *[!A-Za-z0-9._-]*) continue ;; esac
    [ -f "$skill" ] && printf 'drover-skill: %s\n' "$name"
  done | head -n 50
  printf 'drover-clone: ok\n'
  exit 0
}

if [ -d "$target/.git" ] && [ "$(git -C "$target" config --get remote.origin.url 2> /dev/null)" = "$url" ]; then finish; fi
out=
if [ -e "$target" ] || [ -L "$target" ]; then rmdir -- "$target" 2> /dev/null || fail occupied 0; fi
rm -rf -- "$part"
out=$(mkdir -p -- "${target%/*}" 2>&1) || fail occupied 0
out=$(run clone -q --no-checkout --no-recurse-submodules --template= -- "$url" "$part") || fail clone $?
case $kind in
  branch)
    out="the repository has no such branch"
    run -C "$part" rev-parse -q --verify "refs/remotes/origin/$ref" > /dev/null || fail checkout $?
    out=$(run -C "$part" checkout -q -B "$ref" --track "refs/remotes/origin/$ref") || fail checkout $?
    ;;
  commit)
    run -C "$part" cat-file -e "$ref^{commit}" > /dev/null || run -C "$part" fetch -q origin "$ref" > /dev/null
    out="the repository has no such commit"
    run -C "$part" cat-file -e "$ref^{commit}" > /dev/null || fail checkout $?
    out=$(run -C "$part" checkout -q --detach "$ref^{commit}") || fail checkout $?
    ;;
  default)
    if run -C "$part" rev-parse -q --verify HEAD > /dev/null; then
      out=$(run -C "$part" reset -q --hard) || fail checkout $?
    fi
    ;;
esac
out=$(mv -T -- "$part" "$target" 2>&1) || fail occupied 0
finish
