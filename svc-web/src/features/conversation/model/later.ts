import type { ScheduledView } from "@/shared/contracts/generated";

/** A time that is offered for a message, by its words. */
export type Preset = { words: string; at: number };

const HOUR_MS = 3_600_000;
const MORNING = 9;
const MONDAY = 1;

/** What is offered at `now` (Unix ms), in the time of this device: soon, tomorrow morning, next Monday morning. */
export function presets(now: number): Preset[] {
  const tomorrow = morning(now, 1);
  const monday = morning(now, (MONDAY + 7 - new Date(now).getDay()) % 7 || 7);
  const out = [
    { words: "In one hour", at: now + HOUR_MS },
    { words: "Tomorrow morning", at: tomorrow },
  ];
  if (monday !== tomorrow) out.push({ words: "Monday morning", at: monday });
  return out;
}

function morning(now: number, days: number): number {
  const day = new Date(now);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + days, MORNING).getTime();
}

/** Whether one of them is to be sent by now: its message may be in the chat a moment before it has left their list. */
export function underWay(
  messages: readonly Pick<ScheduledView, "at" | "problem">[],
  now: number,
): boolean {
  return messages.some((one) => one.problem === null && one.at <= now);
}

/** The time as `<input type="datetime-local">` has it, to the minute. */
export function toField(at: number): string {
  const time = new Date(at);
  const two = (number: number): string => String(number).padStart(2, "0");
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day}T${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** Unix ms of what such a field says; null for what is no time. */
export function fromField(text: string): number | null {
  const at = new Date(text).getTime();
  return Number.isNaN(at) ? null : at;
}
