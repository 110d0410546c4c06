import { useQuery } from "@tanstack/react-query";
import { Ban, Flag, Users } from "lucide-react";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { usePresence } from "@/features/people/api/presence";
import { profileQuery, useBlock } from "@/features/people/api/profiles";
import { relationOf } from "@/features/people/model/people";
import { Relate } from "@/features/people/ui/PeopleList";
import styles from "@/features/people/ui/Profile.module.css";
import { Report } from "@/features/people/ui/Report";
import type { PersonView, ProfileView } from "@/shared/contracts/generated";
import { Link } from "@/shared/lib/Link";
import { closePerson, showPerson } from "@/shared/lib/who";
import { errorWords } from "@/shared/lib/words";
import { BotMark } from "@/shared/ui/BotMark";
import { Button } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import { LoadError } from "@/shared/ui/LoadError";
import { MenuItem } from "@/shared/ui/Menu";
import { Notice } from "@/shared/ui/Notice";
import { SkeletonRows } from "@/shared/ui/Skeleton";
import { PersonFace } from "@/shared/ui/Face";

type ProfileProps = { person: string | null; onChat: (person: string) => void };

/** A person's page, over what is open. */
export function Profile({ person, onChat }: ProfileProps): ReactNode {
  return (
    <Dialog
      open={person !== null}
      onOpenChange={(open) => {
        if (!open) closePerson();
      }}
      title="Profile"
    >
      {person === null ? null : <Page key={person} person={person} onChat={onChat} />}
    </Dialog>
  );
}

function Page({ person, onChat }: { person: string; onChat: (person: string) => void }): ReactNode {
  const profile = useQuery(profileQuery(person));
  return (
    <div className={styles["page"]}>
      {profile.data !== undefined ? (
        <Told profile={profile.data} onChat={onChat} />
      ) : profile.error ? (
        <LoadError error={profile.error} onAgain={() => void profile.refetch()} />
      ) : (
        <SkeletonRows count={3} label="Loading the profile" />
      )}
    </div>
  );
}

type ToldProps = { profile: ProfileView; onChat: (person: string) => void };

function Told({ profile, onChat }: ToldProps): ReactNode {
  const { person, bio, acquaintances, groups } = profile;
  const relation = relationOf(person);
  const [reporting, setReporting] = useState(false);
  const [blocking, setBlocking] = useState(false);
  const presence = usePresence(relation === "connected" ? person.person : null);
  if (person.deleted) return <Gone person={person} />;
  return (
    <>
      <div className={styles["who"]}>
        <PersonFace person={person.person} name={person.name} size={72} />
        <p className={styles["name"]} dir="auto">
          {person.name}
          {person.bot ? <BotMark /> : null}
        </p>
        <p className={styles["meta"]}>@{person.username}</p>
        <p className={styles["meta"]}>
          {presence === null ? null : `${presence} · `}
          {profile.connections === 1 ? "1 connection" : `${profile.connections} connections`}
        </p>
      </div>
      {bio === "" ? null : (
        <p className={styles["bio"]} dir="auto">
          {bio}
        </p>
      )}
      {relation === "self" ? (
        <div className={styles["actions"]}>
          <Link to="/settings/profile">Edit your profile</Link>
        </div>
      ) : (
        <div className={styles["actions"]}>
          <Relate
            person={person}
            onChat={onChat}
            more={
              <>
                <MenuItem icon={Flag} onSelect={() => setReporting(true)}>
                  Report
                </MenuItem>
                {relation === "blocked" ? null : (
                  <MenuItem icon={Ban} danger onSelect={() => setBlocking(true)}>
                    Block
                  </MenuItem>
                )}
              </>
            }
          />
          {relation === "blocked" ? <Unblock person={person} /> : null}
          {blocking && relation !== "blocked" ? (
            <Block person={person} onClose={() => setBlocking(false)} />
          ) : null}
        </div>
      )}
      {reporting ? (
        <Report
          person={person.person}
          name={person.name}
          message={null}
          onClose={() => setReporting(false)}
        />
      ) : null}
      {acquaintances.length === 0 ? null : (
        <section className={styles["section"]}>
          <h3>Connections in common · {person.mutual}</h3>
          <ul>
            {acquaintances.map((one) => (
              <li key={one.person}>
                <button
                  type="button"
                  className={styles["entry"]}
                  onClick={() => showPerson(one.person)}
                >
                  <PersonFace person={one.person} name={one.name} size={28} />
                  <span dir="auto">{one.name}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      {groups.length === 0 ? null : (
        <section className={styles["section"]}>
          <h3>Groups in common · {profile.group_count}</h3>
          <ul>
            {groups.map((group) => (
              <li key={group.chat}>
                <Link to={`/c/${group.chat}`} className={styles["entry"]}>
                  <span className={styles["sign"]}>
                    <Users size={20} strokeWidth={1.75} aria-hidden="true" />
                  </span>
                  <span dir="auto">{group.name}</span>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** Nothing is left but what they wrote. */
function Gone({ person }: { person: PersonView }): ReactNode {
  return (
    <div className={styles["who"]}>
      <PersonFace person={person.person} name={person.name} size={72} />
      <p className={styles["name"]}>{person.name}</p>
      <p className={styles["meta"]}>What they wrote stays in its chats.</p>
    </div>
  );
}

/** Blocking asks once more; unblocking doesn't. */
function Block({ person, onClose }: { person: PersonView; onClose: () => void }): ReactNode {
  const block = useBlock(true);
  const cancel = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // By then the menu that led here has let go of the focus.
    const frame = requestAnimationFrame(() => cancel.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, []);
  return (
    <div className={styles["sure"]} role="group" aria-label={`Block ${person.name}?`}>
      <p>
        <strong dir="auto">Block {person.name}?</strong> They can’t find you, ask to connect, or see
        when you are here, and your connection ends. What they write to you from now on never
        arrives. They are not told. Groups you are both in stay.
      </p>
      {block.error ? <Notice tone="danger">{errorWords(block.error)}</Notice> : null}
      <div className={styles["actions"]}>
        <Button ref={cancel} small onClick={onClose}>
          Cancel
        </Button>
        <Button
          small
          look="danger"
          busy={block.isPending}
          onClick={() => block.mutate(person.person, { onSuccess: onClose })}
        >
          Block
        </Button>
      </div>
    </div>
  );
}

function Unblock({ person }: { person: PersonView }): ReactNode {
  const unblock = useBlock(false);
  return (
    <>
      <Button busy={unblock.isPending} onClick={() => unblock.mutate(person.person)}>
        Unblock
      </Button>
      {unblock.error ? <Notice tone="danger">{errorWords(unblock.error)}</Notice> : null}
    </>
  );
}
