export interface DiffLine {
  kind: ' ' | '+' | '-';
  text: string;
}

const MOST_LINES = 1000;

function linesOf(text: string): string[] {
  return text === '' ? [] : (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}

/** The lines that changed, with some around them; null stands for lines that are left out. */
export function aroundChanges(lines: DiffLine[], around = 3): (DiffLine | null)[] {
  const shown = lines.map(() => false);
  lines.forEach((line, i) => {
    if (line.kind !== ' ') for (let j = Math.max(0, i - around); j <= Math.min(lines.length - 1, i + around); j++) shown[j] = true;
  });
  const found: (DiffLine | null)[] = [];
  lines.forEach((line, i) => {
    if (shown[i]) found.push(line);
    else if (found.at(-1) !== null) found.push(null);
  });
  return found;
}

/** The difference of two texts by lines: exact up to 1,000 lines, above that everything removed and added. */
export function diffLines(before: string, after: string): DiffLine[] {
  const a = linesOf(before);
  const b = linesOf(after);
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const lines: DiffLine[] = a.slice(0, head).map((text) => ({ kind: ' ', text }));
  const left = a.slice(head, a.length - tail);
  const right = b.slice(head, b.length - tail);
  if (left.length * right.length > MOST_LINES * MOST_LINES) {
    for (const text of left) lines.push({ kind: '-', text });
    for (const text of right) lines.push({ kind: '+', text });
  } else {
    const width = right.length + 1;
    const common = new Uint16Array((left.length + 1) * width);
    for (let i = left.length - 1; i >= 0; i--) {
      for (let j = right.length - 1; j >= 0; j--) {
        common[i * width + j] =
          left[i] === right[j]
            ? common[(i + 1) * width + j + 1]! + 1
            : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
      }
    }
    let i = 0;
    let j = 0;
    while (i < left.length || j < right.length) {
      if (i < left.length && j < right.length && left[i] === right[j]) {
        lines.push({ kind: ' ', text: left[i]! });
        i++;
        j++;
      } else if (i < left.length && (j >= right.length || common[(i + 1) * width + j]! >= common[i * width + j + 1]!)) {
        lines.push({ kind: '-', text: left[i++]! });
      } else lines.push({ kind: '+', text: right[j++]! });
    }
  }
  for (const text of a.slice(a.length - tail)) lines.push({ kind: ' ', text });
  return lines;
}
