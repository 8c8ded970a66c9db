import { clock, duration, plural } from './format.ts';
import type { Timeline } from './fold.ts';
import { oneLine, tellingInput } from './text.ts';
import type { Session, Standing } from './types.ts';

/** Why a session moves or does not, in words for the reader of the page. */
export interface Why {
  tone: 'good' | 'busy' | 'wait' | 'bad' | 'off';
  /** The state in a few words. */
  state: string;
  title: string;
  text: string;
}

/** Says why, from what the events show and what the server knows of itself. */
export function why(timeline: Timeline, standing: Standing | null, session: Session | null, now: number): Why {
  const reason = standing?.reason;
  if (timeline.deleted) return { tone: 'off', state: 'deleted', title: 'Deleted.', text: 'The session does not exist any more.' };
  if (session?.archived_at) {
    return { tone: 'off', state: 'archived', title: 'Archived.', text: 'The session takes no more messages. Its log stays readable.' };
  }
  if (timeline.status === 'terminated' || reason?.type === 'terminated') {
    return { tone: 'bad', state: 'ended', title: 'Ended.', text: standing?.last_error?.message ?? 'The session has ended.' };
  }
  const waiting = timeline.waiting();
  const first = waiting[0];
  if (first && timeline.status === 'idle') {
    const name = String(first.event!.name);
    const telling = oneLine(tellingInput(name, first.event!.input), 120);
    const more = waiting.length > 1 ? ` ${plural(waiting.length - 1, 'other call')} waits, too.` : '';
    const kind = timeline.waits(first);
    if (kind === 'permission') {
      return { tone: 'wait', state: 'waits for you', title: 'Waiting for you.', text: `The agent wants to run ${name}${telling === '' ? '' : ': ' + telling}.${more}` };
    }
    const whose = first.event!.type === 'agent.custom_tool_use' ? 'a result of your program' : 'a worker';
    return { tone: 'wait', state: 'waits for a result', title: `Waiting for ${whose}.`, text: `The agent called ${name}.${more}` };
  }
  switch (reason?.type) {
    case 'budget_reached':
      return { tone: 'wait', state: 'at its budget', title: 'At its budget.', text: 'The session continues when its budget is raised or removed.' };
    case 'backing_off': {
      const until = Date.parse(reason.until ?? '');
      const failed = standing?.last_error ? ` ${standing.last_error.message}` : '';
      return { tone: 'bad', state: `tries again at ${clock(until)}`, title: 'The model failed.', text: `It is called again at ${clock(until)}, in ${duration(until - now)}.${failed}` };
    }
    case 'queued':
    case 'node_gone':
    case 'node_silent':
    case 'brain_missing':
      if (timeline.status !== 'idle') return { tone: 'bad', state: 'waits for a node', title: 'Waiting for a node.', text: standing!.why };
      break;
    case 'tool_calls': {
      const calls = reason.calls ?? [];
      const names = calls.map((call) => call.name).slice(0, 4).join(', ');
      const since = Date.parse(calls[0]?.since ?? '');
      if (timeline.status === 'running' && timeline.open.size > 0) {
        return { tone: 'busy', state: 'running', title: 'Working:', text: `${plural(calls.length, 'tool call')} (${names})${Number.isNaN(since) ? '' : ` for ${duration(now - since)}`}.` };
      }
      break;
    }
  }
  switch (timeline.status) {
    case 'running': {
      const begun = timeline.rows.findLast((row) => row.kind === 'request');
      if (timeline.open.size > 0) return { tone: 'busy', state: 'running', title: 'Working:', text: `${plural(timeline.open.size, 'tool call')}.` };
      if (begun && Number.isNaN(begun.end)) {
        return { tone: 'busy', state: 'running', title: 'Working:', text: `model request for ${duration(now - begun.at)}.` };
      }
      return { tone: 'busy', state: 'running', title: 'Working.', text: 'The next step is being prepared.' };
    }
    case 'rescheduling':
      return { tone: 'bad', state: 'tries again', title: 'The model failed.', text: 'It is called again soon.' };
    default:
      if (timeline.stop === 'retries_exhausted') {
        return { tone: 'bad', state: 'failed', title: 'The turn failed.', text: `${standing?.last_error?.message ?? 'The model could not be reached.'} A message begins the next turn.` };
      }
      if (timeline.stop === 'refusal') {
        return { tone: 'bad', state: 'refused', title: 'The model refused.', text: 'A message begins the next turn.' };
      }
      if (timeline.queued.length > 0) {
        return { tone: 'busy', state: 'starting', title: 'Starting.', text: `${plural(timeline.queued.length, 'message')} in the inbox. ${standing?.why ?? ''}` };
      }
      if (timeline.status === '' && session?.status === 'running') return { tone: 'busy', state: 'running', title: 'Working.', text: '' };
      return { tone: 'good', state: 'idle', title: 'Idle.', text: 'Send a message to start the next turn.' };
  }
}
