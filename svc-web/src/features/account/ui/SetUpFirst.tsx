import { useQuery } from "@tanstack/react-query";
import { KeyRound, Smartphone, type LucideIcon } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useEnrolFactor, useTurnOnFactor } from "@/features/account/api/factor";
import { instanceQuery } from "@/features/account/api/instance";
import { passkeysQuery, passkeysWork, useAddPasskey } from "@/features/account/api/passkeys";
import { useLogOut, useSetUpDone } from "@/features/account/api/session";
import { passkeyWords, servedHere } from "@/features/account/model/passkeys";
import { FirstCode, PasswordFirst } from "@/features/account/ui/AppSetUp";
import { AuthFrame } from "@/features/account/ui/AuthFrame";
import { OwnerProof } from "@/features/account/ui/OwnerProof";
import { RecoveryCodes } from "@/features/account/ui/RecoveryCodes";
import styles from "@/features/account/ui/SetUpFirst.module.css";
import type { SessionView } from "@/shared/contracts/generated";
import { RestError } from "@/shared/lib/rest";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";
import { Notice } from "@/shared/ui/Notice";

/** For who is logged in and must have a second factor before anything else: a passkey, or an app. */
export function SetUpFirst({ me }: { me: SessionView }): ReactNode {
  const [app, setApp] = useState(false);
  const instance = useQuery(instanceQuery);
  const logOut = useLogOut(me.person);
  const who = instance.data?.second_factor === "administrators" ? "administrators" : "everybody";
  return (
    <AuthFrame
      title="One more step"
      words={`This Nexync asks ${who} for a second step at log-in, so that a stolen password opens nothing. Set it up once.`}
      foot={
        <Button look="quiet" small busy={logOut.isPending} onClick={() => logOut.mutate()}>
          Log out
        </Button>
      }
    >
      {app ? (
        <App username={me.username} back={() => setApp(false)} />
      ) : (
        <Ways username={me.username} app={() => setApp(true)} />
      )}
    </AuthFrame>
  );
}

/** Whether the log-in was too long ago to count as a proof. */
function isLate(error: Error | null): boolean {
  return (
    error instanceof RestError &&
    ["proof_needed", "wrong_password", "too_many"].includes(error.code)
  );
}

function Ways({ username, app }: { username: string; app: () => void }): ReactNode {
  const passkeys = useQuery(passkeysQuery);
  const add = useAddPasskey();
  const done = useSetUpDone();
  const rpId = passkeys.data?.rp_id ?? null;
  const usable = rpId !== null && passkeysWork() && servedHere(rpId, location.hostname);
  const busy = add.isPending || done.isPending;
  if (isLate(add.error)) {
    return (
      <div className={styles["part"]}>
        <OwnerProof
          username={username}
          action="Go on"
          look="primary"
          busy={busy}
          error={add.error}
          send={(body) => add.mutate(body, { onSuccess: () => done.mutate() })}
        />
        <Button look="quiet" small className={styles["back"]} onClick={() => add.reset()}>
          Choose another way
        </Button>
      </div>
    );
  }
  return (
    <div className={styles["ways"]}>
      {add.error ? <Notice tone="danger">{passkeyWords(add.error)}</Notice> : null}
      {done.error ? <Notice tone="danger">{errorWords(done.error)}</Notice> : null}
      {usable ? (
        <Way
          icon={KeyRound}
          name="Use a passkey"
          words="Your fingerprint, face or PIN. From then on you log in with it, without a password."
          busy={busy}
          go={() => add.mutate({}, { onSuccess: () => done.mutate() })}
        />
      ) : null}
      <Way
        icon={Smartphone}
        name="Use an authenticator app"
        words="An app on your phone shows a code that you enter after your password."
        busy={busy}
        go={app}
      />
    </div>
  );
}

type WayProps = { icon: LucideIcon; name: string; words: string; busy: boolean; go: () => void };

function Way({ icon: Icon, name, words, busy, go }: WayProps): ReactNode {
  return (
    <button type="button" className={styles["way"]} disabled={busy} onClick={go}>
      <Icon size={20} strokeWidth={1.75} aria-hidden="true" />
      <span>
        <span className={styles["name"]}>{name}</span>
        <span className={styles["meta"]}>{words}</span>
      </span>
    </button>
  );
}

function App({ username, back }: { username: string; back: () => void }): ReactNode {
  const enrol = useEnrolFactor();
  const turnOn = useTurnOnFactor();
  const done = useSetUpDone();
  if (turnOn.data) {
    return (
      <div className={styles["part"]}>
        {done.error ? <Notice tone="danger">{errorWords(done.error)}</Notice> : null}
        <RecoveryCodes username={username} codes={turnOn.data.codes} done={() => done.mutate()} />
      </div>
    );
  }
  return (
    <div className={styles["part"]}>
      {enrol.data ? (
        <FirstCode
          enrolment={enrol.data}
          busy={turnOn.isPending}
          error={turnOn.error}
          send={(code) => turnOn.mutate({ code })}
        />
      ) : isLate(enrol.error) ? (
        <PasswordFirst
          username={username}
          busy={enrol.isPending}
          error={enrol.error}
          send={(current) => enrol.mutate({ current })}
        />
      ) : (
        <Begin busy={enrol.isPending} error={enrol.error} go={() => enrol.mutate({})} />
      )}
      <Button look="quiet" small className={styles["back"]} onClick={back}>
        Choose another way
      </Button>
    </div>
  );
}

function Begin({
  busy,
  error,
  go,
}: {
  busy: boolean;
  error: Error | null;
  go: () => void;
}): ReactNode {
  return (
    <div className={styles["ways"]}>
      {error ? <Notice tone="danger">{errorWords(error)}</Notice> : null}
      <p>
        You need an authenticator app on your phone, such as Aegis, Google Authenticator or the one
        in your password manager. Have it open, then go on.
      </p>
      <Button look="primary" wide busy={busy} onClick={go}>
        I have one
      </Button>
    </div>
  );
}
