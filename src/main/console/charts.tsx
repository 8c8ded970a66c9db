/** A line of values over time. Gaps stay gaps. */
export function Sparkline({ values, title }: { values: (number | null)[]; title: string }) {
  const width = 240;
  const height = 44;
  const most = values.reduce<number>((max, value) => Math.max(max, value ?? 0), 0);
  let d = '';
  let isOn = false;
  values.forEach((value, i) => {
    if (value === null) {
      isOn = false;
      return;
    }
    const x = values.length < 2 ? 0 : (i / (values.length - 1)) * width;
    const y = height - 2 - (most === 0 ? 0 : (value / most) * (height - 4));
    d += `${isOn ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
    if (!isOn && (i + 1 >= values.length || values[i + 1] === null)) d += `h1`;
    isOn = true;
  });
  return (
    <svg class="spark" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={title} preserveAspectRatio="none">
      <path d={d} />
    </svg>
  );
}
