/** A piece of terminal output with the CSS classes of its colours. */
export interface Span {
  text: string;
  style: string;
}

const LONGEST = 1_000_000;
const LONGEST_STRING = 2048;
const ESC = 0x1b;

interface Look {
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
  inverse: boolean;
  front: number;
  back: number;
}

const PLAIN: Look = { bold: false, dim: false, italic: false, underline: false, inverse: false, front: -1, back: -1 };

function classes(look: Look): string {
  const names: string[] = [];
  if (look.bold) names.push('t-bold');
  if (look.dim) names.push('t-dim');
  if (look.italic) names.push('t-italic');
  if (look.underline) names.push('t-under');
  if (look.inverse) names.push('t-inverse');
  if (look.front >= 0) names.push('t-f' + look.front);
  if (look.back >= 0) names.push('t-b' + look.back);
  return names.join(' ');
}

/** One of 16 colours that is near to a colour of the palette of 256. */
function near(colour: number): number {
  if (colour < 16) return colour;
  let r, g, b;
  if (colour >= 232) {
    r = g = b = (colour - 232) / 23;
  } else {
    const cube = colour - 16;
    r = Math.floor(cube / 36) / 5;
    g = (Math.floor(cube / 6) % 6) / 5;
    b = (cube % 6) / 5;
  }
  return nearRgb(r, g, b);
}

function nearRgb(r: number, g: number, b: number): number {
  const most = Math.max(r, g, b);
  const least = Math.min(r, g, b);
  if (most - least < 0.15) return most < 0.25 ? 0 : most < 0.55 ? 8 : most < 0.85 ? 7 : 15;
  const half = (most + least) / 2;
  const base = (r > half ? 1 : 0) + (g > half ? 2 : 0) + (b > half ? 4 : 0);
  return base + (most > 0.75 ? 8 : 0);
}

/** Applies the parameters of a `CSI … m`. */
function paint(look: Look, parameters: string): Look {
  const next = { ...look };
  const numbers = parameters === '' ? [0] : parameters.split(/[;:]/, 32).map(Number);
  for (let i = 0; i < numbers.length; i++) {
    const n = numbers[i]!;
    if (n === 0) Object.assign(next, PLAIN);
    else if (n === 1) next.bold = true;
    else if (n === 2) next.dim = true;
    else if (n === 3) next.italic = true;
    else if (n === 4) next.underline = true;
    else if (n === 7) next.inverse = true;
    else if (n === 22) next.bold = next.dim = false;
    else if (n === 23) next.italic = false;
    else if (n === 24) next.underline = false;
    else if (n === 27) next.inverse = false;
    else if (n >= 30 && n <= 37) next.front = n - 30;
    else if (n === 39) next.front = -1;
    else if (n >= 40 && n <= 47) next.back = n - 40;
    else if (n === 49) next.back = -1;
    else if (n >= 90 && n <= 97) next.front = n - 90 + 8;
    else if (n >= 100 && n <= 107) next.back = n - 100 + 8;
    else if (n === 38 || n === 48) {
      let colour = -1;
      if (numbers[i + 1] === 5) {
        colour = near(Math.max(0, Math.min(255, numbers[i + 2] || 0)));
        i += 2;
      } else if (numbers[i + 1] === 2) {
        const part = (at: number) => Math.max(0, Math.min(255, numbers[at] || 0)) / 255;
        colour = nearRgb(part(i + 2), part(i + 3), part(i + 4));
        i += 4;
      }
      if (n === 38) next.front = colour;
      else next.back = colour;
    }
  }
  return next;
}

/**
 * Reads terminal output in one pass. Colours become classes. All other sequences are dropped: links, titles, the
 * clipboard, the cursor, the alternate screen. A string sequence (OSC, DCS) that has no end hides at most 2,048
 * characters of its line. Text that a carriage return overwrote is left out and marked.
 */
export function ansi(text: string): Span[] {
  const end = Math.min(text.length, LONGEST);
  const spans: Span[] = [];
  let lineBegin = 0; // the index in spans at which the current line begins
  let look = PLAIN;
  let style = '';
  let from = 0;
  let i = 0;
  const flush = (to: number) => {
    if (to > from) spans.push({ text: text.slice(from, to), style });
  };
  while (i < end) {
    const c = text.charCodeAt(i);
    if (c === 0x0a) {
      flush(i + 1);
      from = ++i;
      lineBegin = spans.length;
    } else if (c === 0x0d) {
      flush(i);
      i++;
      if (text.charCodeAt(i) !== 0x0a && i < end && (spans.length > lineBegin || i > from + 1)) {
        if (spans.length > lineBegin) {
          spans.length = lineBegin;
          spans.push({ text: '↶', style: 'odd' });
        }
      }
      from = i;
    } else if (c === ESC) {
      flush(i);
      const kind = text.charCodeAt(i + 1);
      if (kind === 0x5b) {
        let at = i + 2;
        while (at < end && at - i < 64 && text.charCodeAt(at) >= 0x20 && text.charCodeAt(at) <= 0x3f) at++;
        const last = text.charCodeAt(at);
        if (last >= 0x40 && last <= 0x7e && at < end) {
          if (last === 0x6d) {
            const parameters = text.slice(i + 2, at);
            if (/^[\d;:]*$/.test(parameters)) {
              look = paint(look, parameters);
              style = classes(look);
            }
          }
          at++;
        }
        i = at;
      } else if (kind === 0x5d || kind === 0x50 || kind === 0x58 || kind === 0x5e || kind === 0x5f) {
        let at = i + 2;
        while (at < end && at - i < LONGEST_STRING) {
          const d = text.charCodeAt(at);
          if (d === 0x07) {
            at++;
            break;
          }
          if (d === 0x0a) break;
          if (d === ESC) {
            if (text.charCodeAt(at + 1) === 0x5c) at += 2;
            break;
          }
          at++;
        }
        i = at;
      } else {
        i += kind >= 0x20 && kind <= 0x2f ? 3 : kind >= 0x30 && kind <= 0x7e ? 2 : 1;
      }
      from = i;
    } else {
      i++;
    }
  }
  flush(end);
  if (end < text.length) spans.push({ text: `\n… ${text.length - end} more characters`, style: 't-dim' });
  return spans;
}
