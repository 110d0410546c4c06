const STEP = 1000;
const UNITS = ["bytes", "kB", "MB", "GB"];

/** A file’s size for people; one digit behind the point below ten units, none above. */
export function sizeWords(size: number): string {
  let unit = 0;
  let left = size;
  while (left >= STEP && unit < UNITS.length - 1) {
    left /= STEP;
    unit += 1;
  }
  const digits = unit > 0 && left < 10 ? 1 : 0;
  return `${left.toFixed(digits)} ${size === 1 ? "byte" : (UNITS[unit] ?? "")}`;
}
