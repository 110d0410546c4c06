"use client";

import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { CloudOff } from "lucide-react";
import { useEffect, useState, type ReactNode } from "react";
import { Home } from "@/app/_shell/Home";
import { Doorway, SetUpFirst, useDoorway } from "@/app/_shell/parts";
import { isDoor, placeOf, type DoorKind, type Place } from "@/app/_shell/place";
import styles from "@/app/_shell/Shell.module.css";
import { tabTitle, useTabTitle } from "@/app/_shell/title";
import { sessionQuery } from "@/features/account/api/session";
import { OutboxProvider } from "@/features/conversation/api/provider";
import { LiveProvider } from "@/shared/lib/live";
import { navigate, useLocation } from "@/shared/lib/location";
import { RestError } from "@/shared/lib/rest";
import { applyTheme } from "@/shared/lib/theme";
import { DraftsProvider } from "@/shared/lib/useDrafts";
import { errorWords } from "@/shared/lib/words";
import { Arriving } from "@/shared/ui/Arriving";
import { Button } from "@/shared/ui/Button";
import { Empty } from "@/shared/ui/Empty";
import { Logo } from "@/shared/ui/Logo";
import { TipScope } from "@/shared/ui/Tip";

function makeQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        refetchOnWindowFocus: false,
        retry: (count, error) =>
          count < 3 &&
          error instanceof RestError &&
          ["offline", "unavailable", "not_yet", "internal"].includes(error.code),
      },
    },
  });
}

/** The whole client. Which place it shows is read from the location. */
export function Nexync(): ReactNode {
  const [queries] = useState(makeQueries);
  const location = useLocation();
  useEffect(applyTheme, []);
  return (
    <QueryClientProvider client={queries}>
      <TipScope>{location === null ? <Splash /> : <Door place={placeOf(location)} />}</TipScope>
    </QueryClientProvider>
  );
}

/** Lets in who is logged in; shows the others the way. */
function Door({ place }: { place: Place }): ReactNode {
  const session = useQuery(sessionQuery);
  const anywhere = place.kind === "reset";
  const outside = isDoor(place) && !anywhere;
  const me = session.data;
  useDoorway(outside || anywhere);
  useEffect(() => {
    if (me === undefined) return;
    if (me !== null && outside) navigate("/", "replace");
    if (me === null && !outside && !anywhere) navigate("/login", "replace");
  }, [me, outside, anywhere]);
  // The link in the mail works for whoever has it, also in a browser where somebody is logged in.
  if (place.kind === "reset") return <Outside place={place} />;
  if (me === undefined) {
    return session.error ? (
      <main className={styles["splash"]}>
        <Empty icon={CloudOff} title="Nexync can't be reached" words={errorWords(session.error)}>
          <Button onClick={() => void session.refetch()} busy={session.isFetching}>
            Try again
          </Button>
        </Empty>
      </main>
    ) : (
      <Splash />
    );
  }
  if (me === null) return isDoor(place) ? <Outside place={place} /> : <Splash />;
  if (outside) return <Splash />;
  if (me.setup) {
    return (
      <Arriving meanwhile={<Splash />}>
        <SetUpFirst me={me} />
      </Arriving>
    );
  }
  return (
    <LiveProvider me={me}>
      <OutboxProvider>
        <DraftsProvider>
          <Home place={place} />
        </DraftsProvider>
      </OutboxProvider>
    </LiveProvider>
  );
}

function Outside({ place }: { place: DoorKind }): ReactNode {
  useTabTitle(tabTitle(place, null, 0));
  return (
    <Arriving meanwhile={<Splash />}>
      <Doorway place={place} />
    </Arriving>
  );
}

function Splash(): ReactNode {
  return (
    <main className={styles["splash"]} aria-busy="true">
      <Logo size={56} />
    </main>
  );
}
