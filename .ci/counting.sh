# Sourced: what the scripts of CI count by.
passed=0
failed=0
child=

# Runs one step in a process group of its own, so that all of it can be ended.
step() {
  echo "== $*"
  setsid "$@" &
  child=$!
  wait "$child"
  local code=$?
  child=
  return "$code"
}

# One check that passes or fails as a whole.
check() {
  if step "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

# Adds the numbers of a JSON file; without a usable one, or with nothing in it, that is one failure.
count() {
  local numbers
  if [ -f "$1" ] && numbers=$(node -e '
    const { passed, failed } = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
    if (!Number.isInteger(passed) || !Number.isInteger(failed) || passed + failed === 0) process.exit(1);
    console.log(passed, failed);
  ' "$1"); then
    passed=$((passed + ${numbers% *}))
    failed=$((failed + ${numbers#* }))
  else
    failed=$((failed + 1))
  fi
}

# Ends a process group, kindly first.
end_group() {
  kill -TERM -- "-$1" 2>/dev/null
  for _ in $(seq 120); do
    kill -0 -- "-$1" 2>/dev/null || return
    sleep 1
  done
  kill -KILL -- "-$1" 2>/dev/null
}
