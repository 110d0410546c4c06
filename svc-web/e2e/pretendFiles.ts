import type { Route } from "playwright-core";
import type { Attachment, EventRecord, UploadView } from "../src/shared/contracts/generated";
import { uuid } from "./pretendPeople";

/** The files of the pictures: photographs that are drawn, and what becomes of an upload by its name. */

const BLURS = [
  "UklGRjoAAABXRUJQVlA4IC4AAACQAQCdASoQAAsAA4BaJZgCdH8AHIAA/tc2Hu0AqnyzMEK5xMPP105D+O3YAAAA",
  "UklGRjYAAABXRUJQVlA4ICoAAACwAQCdASoQAAsAA4BaJZACdAENUEgAAP67wxzHUo/Mi2Gyb93VR2NogAA=",
  "UklGRjYAAABXRUJQVlA4ICoAAACwAQCdASoQAAsAA4BaJQBOgB6F4yiAAP1CWMVTDG0j3kcM6Mq9XlcAAAA=",
];
const SKIES = [
  ["#567aa8", "#d6a078", "#3c4a5c"],
  ["#7fb2a8", "#dfe8c8", "#2f5a50"],
  ["#9a6aa0", "#f0c8b0", "#4a3358"],
];

/** There is no connection for this one, and this one is there no more. */
const LOST = 8;
const GONE = 9;

export const photo = (number: number, name: string, width: number, height: number): Attachment => ({
  id: uuid("7", number),
  kind: "image",
  name,
  type: "image/webp",
  size: 412_000 + number * 77_000,
  width,
  height,
  blur: BLURS[number % BLURS.length] ?? null,
  animated: false,
  alt: null,
});

export const file = (number: number, name: string, size: number): Attachment => ({
  ...photo(number, name, 1, 1),
  kind: "file",
  type: "application/octet-stream",
  size,
  width: null,
  height: null,
  blur: null,
});

const SAID: [text: string, files: Attachment[]][] = [
  ["", [photo(0, "from-the-train.jpg", 1600, 1000)]],
  [
    "The plan and the figures. Tell me if the second one can’t be opened.",
    [file(20, "Onboarding plan, autumn.pdf", 1_840_000), file(21, "figures.tar.gz", 21_400_000)],
  ],
  [
    "",
    [
      photo(1, "pier.jpg", 1200, 900),
      {
        ...photo(2, "lake.jpg", 900, 1200),
        alt: "A lake between dark hills, with a small hut on its shore and the first light of the morning above",
      },
      photo(3, "hut.jpg", 1200, 800),
    ],
  ],
];

const HARD: [text: string, files: Attachment[]][] = [
  [
    "All of them",
    Array.from({ length: 7 }, (_, at) => photo(10 + at, `walk-${at + 1}.jpg`, 1200, 900)),
  ],
  ["", [photo(LOST, "slow.jpg", 1000, 1000)]],
  ["Sorry, wrong one", [photo(GONE, "gone.jpg", 1200, 800)]],
];

/** The talk with files in its last messages. */
export function withFiles(items: EventRecord[], hard: boolean): EventRecord[] {
  const said = hard ? HARD : SAID;
  return items.map((item, index) => {
    const [body, attachments] = said[index - (items.length - said.length)] ?? [];
    if (item.event.tag !== "message.created" || attachments === undefined) return item;
    return { ...item, event: { ...item.event, body: body ?? "", attachments } };
  });
}

/** Answers what is about files; false for everything else. */
export async function answerFile(route: Route): Promise<boolean> {
  const url = new URL(route.request().url());
  const id = /\/attachments\/([^/]+)\/(original|preview|thumb)$/.exec(url.pathname)?.[1];
  if (id !== undefined) {
    if (id === uuid("7", LOST)) {
      await route.abort("internetdisconnected");
      return true;
    }
    if (id === uuid("7", GONE)) {
      const none = { title: "No", status: 404, code: "not_found" };
      await route.fulfill({ status: 404, json: none });
      return true;
    }
    const picture = drawn(Number(id.slice(-12)));
    await route.fulfill({ contentType: "image/svg+xml", body: picture });
    return true;
  }
  if (url.pathname === "/api/attachments" && route.request().method() === "POST") {
    await begin(route);
    return true;
  }
  // The rest of an upload never ends.
  return url.pathname.startsWith("/api/attachments/");
}

async function begin(route: Route): Promise<void> {
  const { name, size } = route.request().postDataJSON() as { name: string; size: number };
  if (name.startsWith("video")) {
    const full = { title: "No room", status: 409, code: "quota_full" };
    return route.fulfill({ status: 409, json: full });
  }
  const view: UploadView = { id: uuid("7", 40), size, received: 0, attachment: null };
  if (/png$/.test(name)) view.attachment = { ...photo(0, name, 1600, 1000), size };
  else view.received = Math.round(size * 0.6);
  return route.fulfill({ status: 201, json: view });
}

function drawn(number: number): string {
  const [sky, low, land] = SKIES[number % SKIES.length] ?? [];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 80" width="${number === 2 ? 600 : 1200}" height="800" preserveAspectRatio="xMidYMid slice">
    <defs><linearGradient id="a" x2="0" y2="1"><stop stop-color="${sky}"/><stop offset="1" stop-color="${low}"/></linearGradient></defs>
    <rect width="120" height="80" fill="url(#a)"/>
    <circle cx="${30 + ((number * 23) % 60)}" cy="34" r="7" fill="#fff6e0"/>
    <path d="M0 62 L22 40 L40 56 L64 30 L92 58 L120 44 V80 H0Z" fill="${land}"/>
    <path d="M0 70 Q40 60 120 72 V80 H0Z" fill="${land}" opacity=".7"/></svg>`;
}
