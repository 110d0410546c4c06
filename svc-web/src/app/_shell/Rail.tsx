import {
  LogOut,
  MessageCircle,
  Settings,
  ShieldCheck,
  UserPen,
  UsersRound,
  type LucideIcon,
} from "lucide-react";
import type { ReactNode } from "react";
import { inSettings, type Place } from "@/app/_shell/place";
import styles from "@/app/_shell/Rail.module.css";
import { useLogOut } from "@/features/account/api/session";
import { useOwnName } from "@/features/people/api/profiles";
import { useLive } from "@/shared/lib/live";
import { Link } from "@/shared/lib/Link";
import { navigate } from "@/shared/lib/location";
import { errorWords } from "@/shared/lib/words";
import { Badge } from "@/shared/ui/Badge";
import { Button } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import { Logo } from "@/shared/ui/Logo";
import { Menu, MenuItem } from "@/shared/ui/Menu";
import { Tip } from "@/shared/ui/Tip";
import { PersonFace } from "@/shared/ui/Face";

type RailProps = { place: Place; unread: number; asking: number };

/** The main places: at the left of a wide page, at the bottom of a narrow one. */
export function Rail({ place, unread, asking }: RailProps): ReactNode {
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
      <Me />
    </nav>
  );
}

/** One's own picture, and what is within reach everywhere. */
function Me(): ReactNode {
  const { me } = useLive();
  const name = useOwnName();
  const logOut = useLogOut(me.person);
  return (
    <>
      <Menu
        side="right"
        trigger={
          <button type="button" className={styles["me"]}>
            <span className="visually-hidden">You, {name}</span>
            <span className={styles["face"]} title={`${name} · @${me.username}`}>
              <PersonFace person={me.person} name={name} size={36} />
            </span>
            <span className={styles["words"]} aria-hidden="true">
              You
            </span>
          </button>
        }
      >
        <MenuItem icon={UserPen} onSelect={() => navigate("/settings/profile")}>
          Profile
        </MenuItem>
        <MenuItem icon={ShieldCheck} onSelect={() => navigate("/settings/security")}>
          Security
        </MenuItem>
        <MenuItem icon={LogOut} danger onSelect={() => logOut.mutate()}>
          Log out
        </MenuItem>
      </Menu>
      <Dialog
        open={logOut.isError}
        onOpenChange={() => logOut.reset()}
        title="You are still logged in"
        words={errorWords(logOut.error)}
      >
        <div className={styles["again"]}>
          <Button look="primary" busy={logOut.isPending} onClick={() => logOut.mutate()}>
            Try again
          </Button>
        </div>
      </Dialog>
    </>
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
