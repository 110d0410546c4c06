import { MessageCircle, Settings, UsersRound, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { inSettings, type Place } from "@/app/_shell/place";
import styles from "@/app/_shell/Rail.module.css";
import { useOwnName } from "@/features/people/api/profiles";
import { useLive } from "@/shared/lib/live";
import { Link } from "@/shared/lib/Link";
import { Badge } from "@/shared/ui/Badge";
import { Logo } from "@/shared/ui/Logo";
import { Tip } from "@/shared/ui/Tip";
import { PersonFace } from "@/shared/ui/Face";

type RailProps = { place: Place; unread: number; asking: number };

/** The main places: at the left of a wide page, at the bottom of a narrow one. */
export function Rail({ place, unread, asking }: RailProps): ReactNode {
  const { me } = useLive();
  const name = useOwnName();
  const inChats = place.kind === "chats" || place.kind === "chat";
  return (
    <nav className={styles["rail"]} aria-label="Main">
      <span className={styles["logo"]}>
        <Logo size={32} />
      </span>
      <Stop to="/" icon={MessageCircle} words="Chats" here={inChats}>
        <Badge count={unread} limit={99} label={`${unread} new messages`} />
      </Stop>
      <Stop to="/people" icon={UsersRound} words="People" here={place.kind === "people"}>
        <Badge count={asking} limit={99} label={`${asking} want to connect`} />
      </Stop>
      <span className={styles["space"]} />
      <Stop to="/settings" icon={Settings} words="Settings" here={inSettings(place)} />
      <span className={styles["me"]} title={`${name} · @${me.username}`}>
        <PersonFace person={me.person} name={name} size={36} />
      </span>
    </nav>
  );
}

type StopProps = {
  to: string;
  icon: LucideIcon;
  words: string;
  here: boolean;
  children?: ReactNode;
};

function Stop({ to, icon: Icon, words, here, children }: StopProps): ReactNode {
  return (
    <Tip words={words} side="right">
      <Link
        to={to}
        className={styles["stop"]}
        {...(here ? { "aria-current": "page" as const } : {})}
      >
        <Icon size={22} strokeWidth={1.75} aria-hidden="true" />
        <span className={styles["words"]}>{words}</span>
        <span className={styles["badge"]}>{children}</span>
      </Link>
    </Tip>
  );
}
