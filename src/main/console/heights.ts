/** The heights of a list's rows, as a Fenwick tree: positions and changes take O(log n). */
export class Heights {
  readonly count: number;
  private readonly tree: Float64Array;
  private readonly values: Float64Array;
  private readonly top: number;

  constructor(values: ArrayLike<number>) {
    this.count = values.length;
    this.values = Float64Array.from(values);
    this.tree = new Float64Array(this.count + 1);
    for (let i = 1; i <= this.count; i++) {
      this.tree[i]! += this.values[i - 1]!;
      const parent = i + (i & -i);
      if (parent <= this.count) this.tree[parent]! += this.tree[i]!;
    }
    let top = 1;
    while (top * 2 <= this.count) top *= 2;
    this.top = top;
  }

  height(row: number): number {
    return this.values[row] ?? 0;
  }

  set(row: number, height: number): void {
    const change = height - this.values[row]!;
    if (change === 0) return;
    this.values[row] = height;
    for (let i = row + 1; i <= this.count; i += i & -i) this.tree[i]! += change;
  }

  /** The position of the upper edge of a row; of the end of the list for `count`. */
  offset(row: number): number {
    let sum = 0;
    for (let i = Math.min(row, this.count); i > 0; i -= i & -i) sum += this.tree[i]!;
    return sum;
  }

  total(): number {
    return this.offset(this.count);
  }

  /** The row at a position: the first or last one beyond the ends. */
  at(position: number): number {
    let row = 0;
    let rest = position;
    for (let step = this.top; step > 0; step >>= 1) {
      const next = row + step;
      if (next <= this.count && this.tree[next]! <= rest) {
        row = next;
        rest -= this.tree[next]!;
      }
    }
    return Math.max(0, Math.min(row, this.count - 1));
  }
}
