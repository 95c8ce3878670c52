/** A measured number as people read it: three digits that say something, thousands apart. */
export function measured(value: number): string {
  if (Math.abs(value) >= 999.5) {
    const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.abs(value))) - 2);
    return (Math.round(value / step) * step).toLocaleString('en-US');
  }
  return value.toPrecision(3);
}

/** With two decimals, as ratios are compared. */
export function ratio(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}
