import { Component } from 'preact';
import { Heights } from './heights.ts';
import type { Row } from './fold.ts';
import { RowView, type RowContext } from './rows.tsx';

const OVERSCAN = 400;
const GUESS: Record<string, number> = {
  turn: 46,
  user: 64,
  system: 64,
  request: 26,
  thinking: 26,
  message: 52,
  call: 96,
  error: 44,
  note: 28,
  state: 24,
};

interface Props {
  rows: Row[];
  /** Changes whenever rows have changed. */
  version: number;
  selected: string | null;
  hits: ReadonlySet<string>;
  folded: ReadonlySet<string>;
  context: RowContext;
  now: number;
  /** Called with the first and the last row in sight, and whether the list follows its end. */
  moved: (from: number, to: number, atEnd: boolean) => void;
}

interface State {
  from: number;
  to: number;
}

/**
 * A list of any length that has only the rows in sight in the page. Rows are as high as they are: heights are guessed
 * until a row was shown once, and the row at the upper edge stays where it is when heights above it become known.
 */
export class TimelineList extends Component<Props, State> {
  override state: State = { from: 0, to: 0 };
  private view: HTMLDivElement | null = null;
  private block: HTMLDivElement | null = null;
  private heights = new Heights([]);
  private known = new Map<string, number>();
  private index = new Map<string, number>();
  private observer: ResizeObserver | null = null;
  private observed = new Set<Element>();
  private follows = true;
  private anchor: { key: string; below: number } | null = null;
  private rowsOf: Row[] | null = null;
  private wanted: string | null = null;

  override componentDidMount(): void {
    this.observer = new ResizeObserver((entries) => this.measured(entries));
    this.observer.observe(this.view!);
    this.arrange();
    this.place();
  }

  override componentWillUnmount(): void {
    this.observer?.disconnect();
  }

  override componentDidUpdate(): void {
    this.watch();
    this.place();
  }

  /** Takes over a changed list of rows. */
  private arrange(): void {
    const rows = this.props.rows;
    if (rows === this.rowsOf) return;
    this.rowsOf = rows;
    const heights = new Float64Array(rows.length);
    this.index.clear();
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      heights[i] = this.known.get(row.key) ?? GUESS[row.kind]!;
      this.index.set(row.key, i);
    }
    this.heights = new Heights(heights);
  }

  /** Puts the view where it belongs after a change of the list. */
  private place(): void {
    const view = this.view;
    if (!view) return;
    if (this.wanted !== null) {
      const at = this.index.get(this.wanted);
      if (at !== undefined) {
        const top = this.heights.offset(at);
        view.scrollTop = Math.max(0, top - view.clientHeight / 3);
        this.anchor = { key: this.wanted, below: top - view.scrollTop };
        this.wanted = null;
      }
    } else if (this.follows) view.scrollTop = view.scrollHeight;
    else if (this.anchor !== null) {
      const at = this.index.get(this.anchor.key);
      if (at !== undefined) {
        const top = this.heights.offset(at) - this.anchor.below;
        if (Math.abs(view.scrollTop - top) > 0.5) view.scrollTop = top;
      }
    }
    this.range();
  }

  /** Chooses the rows to draw. */
  private range(): void {
    const view = this.view!;
    const top = view.scrollTop;
    const height = view.clientHeight;
    const count = this.heights.count;
    const from = count === 0 ? 0 : this.heights.at(Math.max(0, top - OVERSCAN));
    const to = count === 0 ? 0 : Math.min(count, this.heights.at(top + height + OVERSCAN) + 1);
    if (from !== this.state.from || to !== this.state.to) this.setState({ from, to });
    if (count > 0) this.props.moved(this.heights.at(top), this.heights.at(top + height), this.follows);
  }

  private scrolled = (): void => {
    const view = this.view!;
    this.follows = view.scrollHeight - view.scrollTop - view.clientHeight < 24;
    this.remember();
    this.range();
  };

  /** Remembers the row at the upper edge. */
  private remember(): void {
    const view = this.view!;
    if (this.heights.count === 0) return;
    const at = this.heights.at(view.scrollTop);
    const row = this.rowsOf?.[at];
    if (row) this.anchor = { key: row.key, below: this.heights.offset(at) - view.scrollTop };
  }

  private watch(): void {
    if (!this.observer || !this.block) return;
    const present = new Set<Element>(this.block.children);
    for (const old of this.observed) {
      if (!present.has(old)) {
        this.observer.unobserve(old);
        this.observed.delete(old);
      }
    }
    for (const element of present) {
      if (!this.observed.has(element)) {
        this.observed.add(element);
        this.observer.observe(element);
      }
    }
  }

  private measured(entries: ResizeObserverEntry[]): void {
    let changed = false;
    for (const entry of entries) {
      const key = (entry.target as HTMLElement).dataset.key;
      if (key === undefined) {
        changed = true; // the view itself
        continue;
      }
      const at = this.index.get(key);
      const height = entry.borderBoxSize[0]?.blockSize ?? entry.contentRect.height;
      if (height === 0) continue;
      this.known.set(key, height);
      if (at !== undefined && this.heights.height(at) !== height) {
        this.heights.set(at, height);
        changed = true;
      }
    }
    if (changed) {
      this.forceUpdate(); // the length of the list changes; componentDidUpdate puts the view right
    }
  }

  /** Brings a row into sight, as soon as it is there. */
  show(key: string): void {
    this.follows = false;
    this.wanted = key;
    if (this.index.has(key)) this.place();
  }

  /** Scrolls as little as is needed for a row to be in sight. */
  reveal(key: string): void {
    const view = this.view;
    const at = this.index.get(key);
    if (!view || at === undefined) return;
    const top = this.heights.offset(at);
    const bottom = this.heights.offset(at + 1);
    if (top < view.scrollTop + 8) view.scrollTop = top - 8;
    else if (bottom > view.scrollTop + view.clientHeight - 8) view.scrollTop = Math.min(top - 8, bottom - view.clientHeight + 8);
    this.follows = at === this.heights.count - 1;
    this.remember();
    this.range();
  }

  /** Moves the focus to a row, if it is in the page. */
  focus(key: string): void {
    this.block?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
  }

  toEnd(): void {
    this.follows = true;
    this.place();
  }

  /** Scrolls to a part of the list, from 0 to 1. */
  toPart(part: number): void {
    const view = this.view;
    if (!view) return;
    view.scrollTop = this.heights.offset(Math.floor(part * this.heights.count)) - view.clientHeight / 2;
  }

  override render() {
    this.arrange();
    const { rows, selected, hits, folded, context, now } = this.props;
    const to = Math.min(this.state.to, rows.length);
    const from = Math.min(this.state.from, to);
    const shown = rows.slice(from, to);
    return (
      <div class="timeline" ref={(view) => void (this.view = view)} onScroll={this.scrolled} role="feed" aria-label="Timeline" tabIndex={-1}>
        <div class="timeline-all" style={{ height: `${this.heights.total()}px` }}>
          <div class="timeline-block" ref={(block) => void (this.block = block)} style={{ transform: `translateY(${this.heights.offset(from)}px)` }}>
            {shown.map((row, i) => (
              <RowView
                key={row.key}
                row={row}
                version={row.version}
                selected={row.key === selected}
                hit={hits.has(row.key)}
                folded={row.turn !== null && folded.has(row.turn.key)}
                index={from + i}
                total={rows.length}
                now={now}
                context={context}
              />
            ))}
          </div>
        </div>
      </div>
    );
  }
}
