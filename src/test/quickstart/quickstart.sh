#!/usr/bin/env bash
# The steps of the vendor's quickstart in curl. With `early` the message goes out before the stream is opened, at the
# path of the first editions; then the model, which waits, is let go.
set -euo pipefail

call() { # call PATH [CURL OPTION...]
  curl -sS --fail-with-body "$ANTHROPIC_BASE_URL/v1/$1" "${@:2}" \
    -H "x-api-key: $ANTHROPIC_API_KEY" \
    -H 'anthropic-version: 2023-06-01' \
    -H 'anthropic-beta: managed-agents-2026-04-01' \
    -H 'content-type: application/json'
}

agent=$(call agents -d @- <<JSON
{"name": "Coding Assistant", "model": "$DROVER_TEST_MODEL_ID", "system": "You write short programs.",
 "tools": [{"type": "agent_toolset_20260401"}]}
JSON
)
agent_id=$(jq -er .id <<<"$agent")
environment_id=$(call environments -d @- <<JSON | jq -er .id
{"name": "quickstart-curl $*", "config": {"type": "cloud", "networking": {"type": "unrestricted"}}}
JSON
)
session_id=$(call sessions -d @- <<JSON | jq -er .id
{"agent": "$agent_id", "environment_id": "$environment_id", "title": "Quickstart"}
JSON
)

say() {
  jq -n --arg text "$DROVER_TEST_PROMPT" \
    '{events: [{type: "user.message", content: [{type: "text", text: $text}]}]}' |
    call "sessions/$session_id/events?beta=true" -d @- >/dev/null
}

path=events/stream?beta=true
if [ "${1:-}" = early ]; then
  say
  path=stream
fi
exec {stream}< <(call "sessions/$session_id/$path" -N -H 'accept: text/event-stream')
read -r -u "$stream" _ # a comment comes at once: the stream is open
if [ "${1:-}" = early ]; then curl -sS -d '{}' "$DROVER_TEST_RELEASE" >/dev/null; else say; fi

while IFS= read -r -u "$stream" line; do
  [[ $line == data:* ]] || continue
  event=${line#data: }
  case $(jq -r .type <<<"$event") in
    agent.message) jq -j '.content[] | select(.type == "text") | .text' <<<"$event" ;;
    agent.tool_use) printf '\n[tool %s]\n' "$(jq -r .name <<<"$event")" ;;
    session.status_idle)
      printf '\n[end of agent %s version %s]\n' "$agent_id" "$(jq -r .version <<<"$agent")"
      break
      ;;
  esac
done
