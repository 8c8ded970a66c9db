/** A node of a document in the subset of Markdown that the console shows. It never contains HTML. */
export type Node =
  | { kind: 'text'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'break' }
  | { kind: 'strong' | 'emphasis' | 'strike'; inner: Node[] }
  | { kind: 'link'; href: string; host: string; inner: Node[]; bare: boolean }
  | { kind: 'image'; host: string; alt: string }
  | { kind: 'paragraph' | 'quote' | 'item'; inner: Node[] }
  | { kind: 'heading'; level: number; inner: Node[] }
  | { kind: 'list'; start: number | null; inner: Node[] }
  | { kind: 'fence'; language: string; text: string }
  | { kind: 'table'; head: Node[][]; rows: Node[][][] }
  | { kind: 'rule' };

const DEEPEST = 8;
const LONGEST_URL = 2048;
const MOST_OPEN = 32;

/** Reads a document in one pass over its lines and one over the characters of each. */
export function markdown(text: string): Node[] {
  return blocks(text.replaceAll('\r\n', '\n').split('\n'), 0);
}

function indent(line: string): number {
  let i = 0;
  while (i < line.length && line.charCodeAt(i) === 0x20) i++;
  return i;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([^\s`]{0,40})/;
const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/;
const ITEM = /^( {0,12})([-*+]|\d{1,9}[.)])(?:[ \t]+|$)/;
const DIVIDER = /^\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;

function isRule(line: string): boolean {
  const mark = line.trim()[0];
  if (mark !== '-' && mark !== '*' && mark !== '_') return false;
  let marks = 0;
  for (let i = 0; i < line.length; i++) {
    if (line[i] === mark) marks++;
    else if (line[i] !== ' ' && line[i] !== '\t') return false;
  }
  return marks >= 3;
}

function blocks(lines: string[], depth: number): Node[] {
  const nodes: Node[] = [];
  let paragraph: string[] = [];
  const flush = () => {
    if (paragraph.length > 0) nodes.push({ kind: 'paragraph', inner: inline(paragraph.join('\n')) });
    paragraph = [];
  };
  let i = 0;
  while (i < lines.length) {
    const line = lines[i]!;
    if (line.trim() === '') {
      flush();
      i++;
      continue;
    }
    const fence = FENCE.exec(line);
    if (fence) {
      flush();
      const mark = fence[1]!;
      const shift = indent(line);
      const body: string[] = [];
      for (i++; i < lines.length; i++) {
        const one = lines[i]!.trim();
        if (one.length >= mark.length && one.startsWith(mark) && one === mark[0]!.repeat(one.length)) break;
        body.push(shift > 0 ? lines[i]!.slice(Math.min(shift, indent(lines[i]!))) : lines[i]!);
      }
      i++;
      nodes.push({ kind: 'fence', language: fence[2]!, text: body.join('\n') });
      continue;
    }
    const heading = HEADING.exec(line);
    if (heading) {
      flush();
      const title = (heading[2] ?? '').trimEnd();
      nodes.push({ kind: 'heading', level: heading[1]!.length, inner: inline(withoutClosing(title)) });
      i++;
      continue;
    }
    if (isRule(line)) {
      flush();
      nodes.push({ kind: 'rule' });
      i++;
      continue;
    }
    if (line.trimStart().startsWith('>') && depth < DEEPEST) {
      flush();
      const inner: string[] = [];
      while (i < lines.length && lines[i]!.trimStart().startsWith('>')) {
        const rest = lines[i]!.trimStart().slice(1);
        inner.push(rest.startsWith(' ') ? rest.slice(1) : rest);
        i++;
      }
      nodes.push({ kind: 'quote', inner: blocks(inner, depth + 1) });
      continue;
    }
    const item = ITEM.exec(line);
    if (item && depth < DEEPEST && (paragraph.length === 0 || item[2]!.length === 1 || item[2]!.startsWith('1'))) {
      flush();
      i = list(lines, i, item, nodes, depth);
      continue;
    }
    if (paragraph.length === 0 && line.includes('|') && i + 1 < lines.length && isDivider(lines[i + 1]!)) {
      const head = cells(line);
      const rows: Node[][][] = [];
      for (i += 2; i < lines.length && lines[i]!.includes('|') && lines[i]!.trim() !== ''; i++) {
        rows.push(cells(lines[i]!).slice(0, head.length));
      }
      nodes.push({ kind: 'table', head, rows });
      continue;
    }
    paragraph.push(line.trimStart());
    i++;
  }
  flush();
  return nodes;
}

function withoutClosing(title: string): string {
  let end = title.length;
  while (end > 0 && title[end - 1] === '#') end--;
  return end < title.length && (end === 0 || title[end - 1] === ' ') ? title.slice(0, end).trimEnd() : title;
}

function isDivider(line: string): boolean {
  return line.length < 1000 && line.includes('-') && line.includes('|') && DIVIDER.test(line.trim());
}

function cells(line: string): Node[][] {
  let text = line.trim();
  if (text.startsWith('|')) text = text.slice(1);
  if (text.endsWith('|') && !text.endsWith('\\|')) text = text.slice(0, -1);
  const found: string[] = [];
  let from = 0;
  let inCode = false;
  for (let i = 0; i < text.length && found.length < 64; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '`') inCode = !inCode;
    else if (text[i] === '|' && !inCode) {
      found.push(text.slice(from, i));
      from = i + 1;
    }
  }
  found.push(text.slice(from));
  return found.map((cell) => inline(cell.trim().replaceAll('\\|', '|')));
}

/** Adds a list to the nodes; returns the line after it. */
function list(lines: string[], begin: number, first: RegExpExecArray, nodes: Node[], depth: number): number {
  const isOrdered = /\d/.test(first[2]!);
  const own = first[1]!.length;
  const items: Node[] = [];
  let i = begin;
  while (i < lines.length) {
    const item = ITEM.exec(lines[i]!);
    if (!item || item[1]!.length > own + 1 || item[1]!.length < own || /\d/.test(item[2]!) !== isOrdered) break;
    if (isRule(lines[i]!)) break;
    const width = item[1]!.length + item[2]!.length + 1;
    const inner = [lines[i]!.slice(item[0].length)];
    let blank = false;
    for (i++; i < lines.length; i++) {
      const line = lines[i]!;
      if (line.trim() === '') {
        blank = true;
        inner.push('');
        continue;
      }
      if (indent(line) >= Math.min(width, own + 2)) {
        inner.push(line.slice(Math.min(indent(line), width)));
        blank = false;
        continue;
      }
      if (blank || ITEM.test(line) || FENCE.test(line) || HEADING.test(line) || line.trimStart().startsWith('>')) break;
      inner.push(line.trimStart());
    }
    items.push({ kind: 'item', inner: blocks(inner, depth + 1) });
  }
  nodes.push({ kind: 'list', start: isOrdered ? parseInt(first[2]!, 10) : null, inner: items });
  return i;
}

const ESCAPABLE = '\\`*_{}[]()<>#+-.!|~"\'$%&,/:;=?@^';

interface Open {
  mark: string;
  /** The index in the list of nodes at which the text of the mark is. */
  node: number;
}

/**
 * Reads the inline marks of a text in one pass. What is looked up ahead (the end of a link or of a code span) is
 * remembered when there is none, and the number of open marks is bounded, so that no text takes quadratic time.
 */
export function inline(text: string): Node[] {
  const nodes: Node[] = [];
  const open: Open[] = [];
  const absent = new Set<number>(); // lengths of runs of backticks that do not occur any more
  let nextParen = -1; // the first ')' at or after a place; text.length if there is none
  let from = 0;
  let i = 0;

  const flush = (to: number) => {
    if (to > from) nodes.push({ kind: 'text', text: text.slice(from, to) });
  };
  const literal = (length: number) => {
    i += length; // the text stays in the current piece
  };
  const closingParen = (at: number) => {
    if (nextParen < at) {
      const found = text.indexOf(')', at);
      nextParen = found < 0 ? text.length : found;
    }
    return nextParen;
  };
  /** Ends a mark that is open: what followed it becomes its inner part. */
  const close = (at: number): Node[] => {
    const inner = nodes.splice(open[at]!.node + 1);
    nodes.length = open[at]!.node;
    open.length = at;
    return inner;
  };

  while (i < text.length) {
    const c = text[i]!;
    switch (c) {
      case '\\': {
        const next = text[i + 1];
        if (next !== undefined && ESCAPABLE.includes(next)) {
          flush(i);
          from = i + 1;
          i += 2;
        } else if (next === '\n') {
          flush(i);
          nodes.push({ kind: 'break' });
          i += 2;
          from = i;
        } else literal(1);
        break;
      }
      case '\n': {
        let end = i;
        while (end > from && text[end - 1] === ' ') end--;
        const isHard = i - end >= 2;
        flush(end);
        if (isHard) nodes.push({ kind: 'break' });
        else nodes.push({ kind: 'text', text: '\n' });
        i++;
        from = i;
        break;
      }
      case '`': {
        let run = 1;
        while (text[i + run] === '`') run++;
        const end = absent.has(run) ? -1 : endOfCode(text, i + run, run);
        if (end < 0) {
          absent.add(run);
          literal(run);
        } else {
          flush(i);
          let code = text.slice(i + run, end).replaceAll('\n', ' ');
          if (code.length > 2 && code.startsWith(' ') && code.endsWith(' ') && code.trim() !== '') code = code.slice(1, -1);
          nodes.push({ kind: 'code', text: code });
          i = end + run;
          from = i;
        }
        break;
      }
      case '*':
      case '_':
      case '~': {
        let run = 1;
        while (text[i + run] === c) run++;
        const last = open.at(-1)?.mark;
        const length = run === 3 && last === c ? 1 : run >= 2 ? 2 : 1;
        if (run > 3 || (c === '~' && run !== 2)) {
          literal(run);
          break;
        }
        const mark = c.repeat(length);
        const before = i > 0 ? text[i - 1]! : ' ';
        const after = text[i + run] ?? ' ';
        let canOpen = !isSpace(after);
        let canClose = !isSpace(before);
        if (c === '_') {
          if (isWord(before)) canOpen = false;
          if (isWord(after)) canClose = false;
        }
        const at = canClose ? open.findLastIndex((one) => one.mark === mark) : -1;
        if (at >= 0 && open[at]!.node < nodes.length - 1 + (i > from ? 1 : 0)) {
          flush(i);
          const inner = close(at);
          nodes.push({ kind: c === '~' ? 'strike' : length === 2 ? 'strong' : 'emphasis', inner });
          i += length;
          from = i;
        } else if (canOpen && open.length < MOST_OPEN) {
          flush(i);
          open.push({ mark, node: nodes.length });
          nodes.push({ kind: 'text', text: mark });
          i += length;
          from = i;
        } else literal(run);
        break;
      }
      case '!':
      case '[': {
        const isImage = c === '!';
        if (isImage && text[i + 1] !== '[') {
          literal(1);
          break;
        }
        if (open.length >= MOST_OPEN) {
          literal(isImage ? 2 : 1);
          break;
        }
        flush(i);
        const mark = isImage ? '![' : '[';
        open.push({ mark, node: nodes.length });
        nodes.push({ kind: 'text', text: mark });
        i += mark.length;
        from = i;
        break;
      }
      case ']': {
        const at = open.findLastIndex((one) => one.mark === '[' || one.mark === '![');
        if (at < 0) {
          literal(1);
          break;
        }
        const isImage = open[at]!.mark === '![';
        let target: string | null = null;
        let end = i + 1;
        if (text[i + 1] === '(') {
          let paren = closingParen(i + 2);
          if (paren < text.length && paren - i < LONGEST_URL) {
            const inside = text.slice(i + 2, paren);
            if (inside.includes('(')) {
              const second = text.indexOf(')', paren + 1);
              if (second >= 0 && second - paren < 200) paren = second;
            }
            target = destination(text.slice(i + 2, paren));
            end = paren + 1;
          }
        }
        if (isImage) {
          flush(i);
          const inner = close(at);
          const reference = target === null && text[i + 1] === '[' ? text.indexOf(']', i + 2) : -1;
          if (target === null && reference >= 0 && reference - i < 200) end = reference + 1;
          nodes.push({ kind: 'image', host: target === null ? '' : hostOf(target), alt: plain(inner) });
          i = end;
          from = i;
        } else if (target !== null && safeUrl(target) !== null) {
          flush(i);
          const url = safeUrl(target)!;
          const inner = close(at);
          nodes.push({ kind: 'link', href: url.href, host: url.host, inner: withoutLinks(inner), bare: false });
          i = end;
          from = i;
        } else {
          open.splice(at, 1); // it stays what it is: text
          literal(1);
        }
        break;
      }
      case '<': {
        const end = text.slice(i + 1, i + LONGEST_URL).search(/[>\s<]/);
        const inside = end > 0 && text[i + 1 + end] === '>' ? text.slice(i + 1, i + 1 + end) : '';
        const url = /^https?:\/\//i.test(inside) ? safeUrl(inside) : null;
        if (url) {
          flush(i);
          nodes.push({ kind: 'link', href: url.href, host: url.host, inner: [{ kind: 'text', text: inside }], bare: true });
          i += end + 2;
          from = i;
        } else literal(1);
        break;
      }
      case 'h': {
        const scheme = text.startsWith('http://', i) ? 7 : text.startsWith('https://', i) ? 8 : 0;
        if (scheme > 0 && (i === 0 || !isWord(text[i - 1]!)) && isWord(text[i + scheme] ?? ' ')) {
          let end = i;
          const most = Math.min(text.length, i + LONGEST_URL);
          while (end < most && !/[\s<>"`|\\^{}*]/.test(text[end]!)) end++;
          while (end > i && '.,;:!?\'")]'.includes(text[end - 1]!)) {
            if (text[end - 1] === ')' && text.slice(i, end).includes('(')) break;
            end--;
          }
          const url = safeUrl(text.slice(i, end));
          if (url) {
            flush(i);
            const shown = text.slice(i, end);
            nodes.push({ kind: 'link', href: url.href, host: url.host, inner: [{ kind: 'text', text: shown }], bare: true });
            i = end;
            from = i;
            break;
          }
          literal(Math.max(1, end - i)); // not tried again at each of its parts
          break;
        }
        literal(1);
        break;
      }
      default:
        literal(1);
    }
  }
  flush(text.length);
  return nodes;
}

function isSpace(c: string): boolean {
  return c === ' ' || c === '\n' || c === '\t' || c === '\u00a0';
}

function isWord(c: string): boolean {
  return /[\p{L}\p{N}_]/u.test(c);
}

/** The place of the next run of exactly `length` backticks, or -1. */
function endOfCode(text: string, begin: number, length: number): number {
  let at = text.indexOf('`', begin);
  while (at >= 0) {
    let run = 1;
    while (text[at + run] === '`') run++;
    if (run === length) return at;
    at = text.indexOf('`', at + run);
  }
  return -1;
}

function destination(text: string): string {
  let target = text.trim();
  const title = target.search(/\s["'(]/);
  if (title >= 0) target = target.slice(0, title).trimEnd();
  if (target.startsWith('<') && target.endsWith('>')) target = target.slice(1, -1);
  return target;
}

/** The URL if it is one of the web with a host; null for everything else, such as scripts, data and relative ones. */
export function safeUrl(text: string): URL | null {
  if (!/^https?:\/\/[^/\s\\]/i.test(text) || /[\s\u0000-\u001f\u007f]/.test(text)) return null;
  try {
    const url = new URL(text);
    return (url.protocol === 'http:' || url.protocol === 'https:') && url.username === '' && url.password === '' ? url : null;
  } catch {
    return null;
  }
}

function hostOf(target: string): string {
  return safeUrl(target)?.host ?? '';
}

/** The text of nodes without their marks. */
export function plain(nodes: Node[]): string {
  let text = '';
  for (const node of nodes) {
    if (node.kind === 'text' || node.kind === 'code') text += node.text;
    else if (node.kind === 'image') text += node.alt;
    else if ('inner' in node) text += plain(node.inner);
  }
  return text;
}

function withoutLinks(nodes: Node[]): Node[] {
  return nodes.flatMap((node) => (node.kind === 'link' ? node.inner : [node]));
}
