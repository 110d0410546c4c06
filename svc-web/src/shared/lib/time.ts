/** Times in words, in the reader's own zone and language. All take and compare Unix milliseconds. */

const hourMinute = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long" });
const weekdayShort = new Intl.DateTimeFormat(undefined, { weekday: "short" });
const dayMonth = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long" });
const dayMonthShort = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const dayMonthYear = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "long",
  year: "numeric",
});
const dayClock = new Intl.DateTimeFormat(undefined, {
  weekday: "short",
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});
const dayYearClock = new Intl.DateTimeFormat(undefined, {
  dateStyle: "medium",
  timeStyle: "short",
});
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });

const DAY_MS = 86_400_000;

export function sameDay(one: number, other: number): boolean {
  return new Date(one).toDateString() === new Date(other).toDateString();
}

/** Calendar days from `time` to `now` (0 today, 1 yesterday). */
function daysAgo(time: number, now: number): number {
  const start = (moment: number): number => new Date(moment).setHours(0, 0, 0, 0);
  return Math.round((start(now) - start(time)) / DAY_MS);
}

/** "14:05" */
export function clock(time: number): string {
  return hourMinute.format(time);
}

/** "Friday, 20 November 2026 at 14:05", for hover and screen readers. */
export function absolute(time: number): string {
  return full.format(time);
}

/** When something is going to be, short enough for a row: "14:05" today, "Mon, 30 Nov, 09:00", with the year in another one. */
export function upcoming(time: number, now: number): string {
  if (sameDay(time, now)) return clock(time);
  const sameYear = new Date(time).getFullYear() === new Date(now).getFullYear();
  return (sameYear ? dayClock : dayYearClock).format(time);
}

/** "1 March 2026" */
export function date(time: number): string {
  return dayMonthYear.format(time);
}

/** The chip between two days. */
export function dayLabel(time: number, now: number): string {
  const days = daysAgo(time, now);
  if (days <= 0) return "Today";
  if (days === 1) return "Yesterday";
  if (days < 7) return weekday.format(time);
  const sameYear = new Date(time).getFullYear() === new Date(now).getFullYear();
  return (sameYear ? dayMonth : dayMonthYear).format(time);
}

/** The short time of a list entry. */
export function listTime(time: number, now: number): string {
  const days = daysAgo(time, now);
  if (days <= 0) return clock(time);
  if (days === 1) return "Yesterday";
  if (days < 7) return weekdayShort.format(time);
  return dayMonthShort.format(time);
}

/** "2026-03-01" in the reader's zone, as date fields have it. */
export function isoDay(time: number): string {
  const then = new Date(time);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())}`;
}

/** When the day of a date field begins in the reader's zone; null for what is no day. */
export function startOf(day: string): number | null {
  const [year, month, date] = day.split("-").map(Number);
  if (year === undefined || month === undefined || date === undefined) return null;
  const time = new Date(year, month - 1, date).getTime();
  return Number.isNaN(time) || time < 0 ? null : time;
}
