import type { BrowserContext } from "playwright-core";
import { askedBy, NOW, problem, type Answering, type Pretence } from "./pretence";
import { answerDoors, answerSettings } from "./pretendAccount";
import { answerAdmin } from "./pretendAdmin";
import { answerChats, chatsOf } from "./pretendChats";
import { answerFile } from "./pretendFiles";
import { answerPeople, GROUP, ME, people, uuid } from "./pretendPeople";
import { answerSearch } from "./pretendSearch";
import { answerTalk } from "./pretendTalk";

const AREAS: readonly Answering[] = [
  answerDoors,
  answerSettings,
  answerAdmin,
  answerSearch,
  answerChats,
  answerTalk,
  answerPeople,
];

/** A Nexync made of fixtures, for pictures: answers REST and the socket inside of the browser's context. */
export async function pretend(context: BrowserContext, how: Pretence): Promise<void> {
  await context.route("**/api/**", async (route) => {
    if (how.files !== undefined && (await answerFile(route))) return;
    const asked = askedBy(route.request());
    let answer = problem(404, "not_found");
    for (const area of AREAS) {
      const found = area(asked, how);
      if (found !== null) {
        answer = found;
        break;
      }
    }
    await route.fulfill({ status: answer.status, json: answer.body });
  });

  await context.routeWebSocket("**/ws", (socket) => {
    if (how.line === "down") {
      void socket.close({ code: 1012 });
      return;
    }
    socket.onMessage((text) => {
      const frame = JSON.parse(String(text)) as { t: string; id?: string; chat?: string };
      const say = (answer: object): void => socket.send(JSON.stringify(answer));
      if (frame.t === "resume") {
        const hello = { person: ME, session: uuid("d", 0), time: NOW, gateway: "gateway-1" };
        say({ t: "welcome", ...hello, features: ["typing", "files", "receipts"] });
        say({ t: "resumed", streams: chatsOf(how).length });
      }
      if (frame.t === "look" && frame.chat === GROUP) {
        say({ t: "typist", chat: GROUP, by: people[3]?.person });
      }
      if (frame.t === "send" && how.line === "rejecting") {
        say({ t: "rejected", id: frame.id, code: "not_a_member", stream: null, time: null });
      }
    });
  });
}
