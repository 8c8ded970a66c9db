import { useEffect, useRef } from 'preact/hooks';
import type { Row } from './fold.ts';

const LANES = 3;

/** The lane of a row: what people say, what the model does, what tools do. */
function lane(row: Row): number {
  switch (row.kind) {
    case 'user':
    case 'system':
      return 0;
    case 'request':
    case 'message':
    case 'thinking':
      return 1;
    case 'call':
    case 'error':
      return 2;
    default:
      return -1;
  }
}

/** The whole session in one strip; a click or a drag goes there. */
export function Minimap({ rows, version, from, to, hits, theme, go }: {
  rows: Row[];
  version: number;
  from: number;
  to: number;
  hits: ReadonlySet<string>;
  theme: string;
  go: (part: number) => void;
}) {
  const ref = useRef<HTMLCanvasElement>(null);
  const last = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout>>();

  useEffect(() => {
    const draw = () => {
      const canvas = ref.current;
      if (!canvas) return;
      last.current = performance.now();
      const scale = devicePixelRatio || 1;
      const width = Math.max(1, Math.round(canvas.clientWidth * scale));
      const height = Math.max(1, Math.round(canvas.clientHeight * scale));
      if (canvas.width !== width) canvas.width = width;
      if (canvas.height !== height) canvas.height = height;
      const paint = canvas.getContext('2d');
      if (!paint) return;
      const style = getComputedStyle(canvas);
      const colour = (name: string) => style.getPropertyValue(name).trim();
      const colours = [colour('--map-user'), colour('--map-model'), colour('--map-tool'), colour('--map-failed'), colour('--map-hit')];
      // One cell for each lane and pixel: 0 nothing, 1 something, 2 a failure, 3 a hit.
      const cells = new Uint8Array(width * LANES);
      const wide = Math.max(1, Math.floor(width / Math.max(1, rows.length)) - 1);
      for (let i = 0; i < rows.length; i++) {
        const row = rows[i]!;
        const which = lane(row);
        if (which < 0) continue;
        const value = hits.size > 0 && hits.has(row.key) ? 3 : row.failed ? 2 : 1;
        const begin = Math.floor((i / rows.length) * width);
        for (let x = begin; x < Math.min(width, begin + wide); x++) {
          if (cells[which * width + x]! < value) cells[which * width + x] = value;
        }
      }
      paint.clearRect(0, 0, width, height);
      const tall = Math.floor(height / (LANES + 1));
      const gap = Math.floor((height - tall * LANES) / (LANES + 1));
      for (let which = 0; which < LANES; which++) {
        let begin = 0;
        for (let x = 1; x <= width; x++) {
          const value = cells[which * width + begin]!;
          if (x < width && cells[which * width + x] === value) continue;
          if (value > 0) {
            paint.fillStyle = value === 3 ? colours[4]! : value === 2 ? colours[3]! : colours[which]!;
            paint.fillRect(begin, gap + which * (tall + gap), x - begin, tall);
          }
          begin = x;
        }
      }
      if (rows.length > 0) {
        paint.fillStyle = colour('--map-view');
        const left = (from / rows.length) * width;
        paint.fillRect(left, 0, Math.max(3 * scale, ((to - from + 1) / rows.length) * width), height);
      }
    };
    clearTimeout(timer.current);
    const wait = last.current + 150 - performance.now();
    if (wait <= 0) draw();
    else timer.current = setTimeout(draw, wait);
  }, [rows, version, from, to, hits, theme]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const move = (event: PointerEvent) => {
    if (event.buttons !== 1) return;
    const box = ref.current!.getBoundingClientRect();
    go(Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)));
  };
  return (
    <canvas
      ref={ref}
      class="minimap"
      aria-hidden="true"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        move(event);
      }}
      onPointerMove={move}
    />
  );
}
