import { useQuery, useQueryClient } from "@tanstack/react-query";
import { MessagesSquare, SquarePen } from "lucide-react";
import { useEffect, useMemo, useState, type ReactNode } from "react";
import { OpenChat } from "@/app/_shell/OpenChat";
import { SettingsPlace, useRestOfClient } from "@/app/_shell/parts";
import { inSettings, whoOf, type Place } from "@/app/_shell/place";
import { Invite } from "@/app/_shell/Invite";
import { Rail } from "@/app/_shell/Rail";
import settings from "@/app/_shell/Settings.module.css";
import styles from "@/app/_shell/Shell.module.css";
import { Sidebar } from "@/app/_shell/Sidebar";
import { tabTitle, useTabTitle } from "@/app/_shell/title";
import { endSession } from "@/features/account/api/session";
import { chatsQuery, useChatsLive, useChatView, useCreateChat } from "@/features/chats/api/chats";
import { useDelivered } from "@/features/chats/api/delivered";
import { useOwnLive } from "@/features/chats/api/own";
import { chatTitle } from "@/features/chats/model/list";
import { loudUnread } from "@/features/chats/model/own";
import { JoinGroup } from "@/features/chats/ui/JoinGroup";
import { NewChat } from "@/features/chats/ui/NewChat";
import { OwnProblem } from "@/features/chats/ui/OwnProblem";
import { connectionsQuery, usePeopleLive } from "@/features/people/api/people";
import { circleOf } from "@/features/people/model/people";
import { useBlocked, useNamesAgain, useOwnName } from "@/features/people/api/profiles";
import { PeopleHint } from "@/features/people/ui/PeopleList";
import { Profile } from "@/features/people/ui/Profile";
import { usePushClicks, usePushKept } from "@/features/push/api/push";
import { useRealtimeState } from "@/shared/lib/live";
import { navigate, useLocation } from "@/shared/lib/location";
import { useDrafts } from "@/shared/lib/useDrafts";
import { useNow } from "@/shared/lib/useNow";
import { rememberNames } from "@/shared/lib/names";
import { Arriving } from "@/shared/ui/Arriving";
import { Button } from "@/shared/ui/Button";
import { Empty } from "@/shared/ui/Empty";
import { SkeletonRows } from "@/shared/ui/Skeleton";

/** Rail, list, and what is open. */
export function Home({ place }: { place: Place }): ReactNode {
  const name = useOwnName();
  const queries = useQueryClient();
  const state = useRealtimeState();
  const chats = useQuery(chatsQuery);
  const connections = useQuery(connectionsQuery);
  const create = useCreateChat();
  const [making, setMaking] = useState(false);
  const circle = useMemo(() => circleOf(connections.data ?? []), [connections.data]);
  useChatsLive(chats.data, useBlocked());
  useDelivered(chats.data);
  usePeopleLive();
  useOwnLive();
  const drafts = useDrafts();
  useNamesAgain();
  const who = whoOf(useLocation());

  const known = chats.data;
  useEffect(() => {
    for (const chat of known ?? []) if (chat.own !== null) drafts.take(chat.own);
  }, [drafts, known]);
  useEffect(() => {
    for (const chat of known ?? []) {
      rememberNames(queries, chat.members);
      if (chat.partner !== null) rememberNames(queries, [chat.partner]);
    }
  }, [queries, known]);

  const now = useNow();
  const unread = (known ?? []).reduce((sum, chat) => sum + loudUnread(chat, now), 0);
  const shown = useChatView(place.kind === "chat" ? place.chat : null, known);
  useTabTitle(tabTitle(place, shown.view === undefined ? null : chatTitle(shown.view), unread));
  usePushClicks(unread);
  usePushKept();
  useRestOfClient();

  useEffect(() => {
    if (state.kind === "closed" && state.reason === "signed_out") {
      endSession(queries);
    }
  }, [queries, state]);

  const open = (chat: string): void => {
    setMaking(false);
    navigate(`/c/${chat}`);
  };
  const chatWith = (person: string): void => {
    const existing = known?.find((chat) => chat.partner?.person === person);
    if (existing) open(existing.chat);
    else {
      create.mutate(
        { kind: "private", members: [person] },
        { onSuccess: ({ chat }) => open(chat) },
      );
    }
  };
  return (
    <div className={styles["home"]} data-open={place.kind === "chat" || place.kind === "join"}>
      <Rail place={place} unread={unread} asking={circle.asking.length} />
      <Sidebar
        place={place}
        chats={chats}
        problem={create.error}
        onNew={() => setMaking(true)}
        onChat={chatWith}
      />
      <main className={styles["main"]}>
        {place.kind === "chat" ? (
          <OpenChat
            key={place.chat}
            chat={place.chat}
            chats={known}
            people={circle.connected}
            message={place.message}
          />
        ) : inSettings(place) ? (
          <Arriving meanwhile={<SettingsSoon />}>
            <SettingsPlace place={place} onChat={chatWith} />
          </Arriving>
        ) : place.kind === "join" ? (
          <div className={styles["middle"]}>
            <JoinGroup fragment={place.fragment} onOpen={open} onBack={() => navigate("/")} />
          </div>
        ) : place.kind === "people" ? (
          <div className={styles["middle"]}>
            <PeopleHint />
          </div>
        ) : (
          <div className={styles["middle"]}>
            <Empty
              icon={MessagesSquare}
              title={known?.length === 0 ? `Welcome, ${name}` : "Choose a chat"}
              words={
                known?.length === 0
                  ? "Find the people you know, connect, and say hello. Whoever is not here yet can be invited."
                  : "Pick one from the list, or start another."
              }
            >
              {known?.length === 0 ? (
                <Invite />
              ) : (
                <Button onClick={() => setMaking(true)}>
                  <SquarePen size={18} strokeWidth={1.75} />
                  New chat
                </Button>
              )}
            </Empty>
          </div>
        )}
      </main>
      <OwnProblem />
      <Profile person={who} onChat={chatWith} />
      <NewChat
        open={making}
        onOpenChange={setMaking}
        people={circle.connected}
        onMade={open}
        onFindPeople={() => {
          setMaking(false);
          navigate("/people");
        }}
      />
    </div>
  );
}

function SettingsSoon(): ReactNode {
  return (
    <div className={settings["page"]}>
      <div className={settings["column"]}>
        <SkeletonRows count={6} label="Loading the settings" />
      </div>
    </div>
  );
}
