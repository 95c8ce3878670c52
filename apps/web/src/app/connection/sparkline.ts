/** Returns the SVG path of a line through the values, in a box of the given size. The latest value is at the right edge. */
export function sparkline(values: readonly number[], slots: number, width: number, height: number): string {
  if (values.length === 0) return '';
  // The scale starts at zero, so that small differences do not look large.
  const most = Math.max(...values, 1);
  const step = width / (slots - 1);
  const from = slots - values.length;
  return values
    .map((value, index) => {
      const x = (from + index) * step;
      const y = height - (value / most) * height;
      return `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}
