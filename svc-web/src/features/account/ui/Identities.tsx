import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery } from "@tanstack/react-query";
import { Link2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useForm } from "react-hook-form";
import {
  identitiesQuery,
  providersQuery,
  useLinkProvider,
  useUnlinkIdentity,
} from "@/features/account/api/providers";
import { enrolForm, fieldWords } from "@/features/account/model/forms";
import { canUnlink, problemWords, unlinked } from "@/features/account/model/providers";
import styles from "@/features/account/ui/Providers.module.css";
import rows from "@/features/account/ui/Sessions.module.css";
import form from "@/features/account/ui/TwoStep.module.css";
import type { IdentityView, ProviderView } from "@/shared/contracts/generated";
import { absolute, listTime } from "@/shared/lib/time";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import { Field } from "@/shared/ui/Field";
import { Notice } from "@/shared/ui/Notice";
import { SkeletonRows } from "@/shared/ui/Skeleton";

type IdentitiesProps = {
  username: string;
  now: number;
  /** What the address says about the way back from a provider. */
  linked: string | null;
  problem: string | null;
};

type Open = { link: ProviderView } | { unlink: IdentityView } | null;

/** The providers that open the account: link one more, or unlink one. */
export function Identities({ username, now, linked, problem }: IdentitiesProps): ReactNode {
  const providers = useQuery(providersQuery);
  const found = useQuery(identitiesQuery);
  const [open, setOpen] = useState<Open>(null);
  const error = found.error ?? providers.error;
  if (error) return <Notice tone="danger">{errorWords(error)}</Notice>;
  if (!found.data || !providers.data) {
    return <SkeletonRows count={1} label="Linked accounts are loading" />;
  }
  const { identities, password } = found.data;
  const more = unlinked(providers.data, identities);
  const words = problemWords(problem);
  const fresh = identities.find((one) => one.provider === linked);
  return (
    <>
      {words === null ? null : <Notice tone="danger">{words}</Notice>}
      {fresh ? <Notice>{fresh.label} is linked. You can log in with it from now on.</Notice> : null}
      {identities.length > 0 ? (
        <ul className={rows["list"]}>
          {identities.map((one) => (
            <Row
              key={one.id}
              one={one}
              now={now}
              last={!canUnlink(one, identities, password)}
              unlink={() => setOpen({ unlink: one })}
            />
          ))}
        </ul>
      ) : (
        <p className={rows["alone"]}>
          {more.length > 0
            ? "Nothing is linked. With a linked account you can log in without a password."
            : "This server is not set up for it. Whoever runs it can change that."}
        </p>
      )}
      {password ? null : (
        <p className={rows["alone"]}>
          You have no password of your own yet. Choose one below: your current password is the one
          from our mail. If it is too old, log out and use “Forgot your password?”.
        </p>
      )}
      {more.length > 0 && password ? (
        <div className={styles["links"]}>
          {more.map((one) => (
            <Button key={one.id} onClick={() => setOpen({ link: one })}>
              Link {one.label}
            </Button>
          ))}
        </div>
      ) : null}
      {open !== null && "link" in open ? (
        <LinkOne username={username} provider={open.link} close={() => setOpen(null)} />
      ) : null}
      {open !== null && "unlink" in open ? (
        <UnlinkOne
          username={username}
          identity={open.unlink}
          password={password}
          close={() => setOpen(null)}
        />
      ) : null}
    </>
  );
}

type RowProps = { one: IdentityView; now: number; last: boolean; unlink: () => void };

function Row({ one, now, last, unlink }: RowProps): ReactNode {
  return (
    <li className={rows["row"]}>
      <Link2 size={20} strokeWidth={1.75} aria-hidden="true" />
      <div className={rows["words"]}>
        <p className={rows["device"]}>{one.label}</p>
        <p className={`${rows["meta"]} ${styles["email"]}`}>
          {one.email}
          {" · "}
          <time dateTime={new Date(one.linked_at).toISOString()} title={absolute(one.linked_at)}>
            {`since ${listTime(one.linked_at, now)}`}
          </time>
        </p>
        {last ? <p className={rows["meta"]}>It is your only way in.</p> : null}
      </div>
      {last ? null : (
        <Button small aria-label={`Unlink ${one.label}`} onClick={unlink}>
          Unlink
        </Button>
      )}
    </li>
  );
}

type LinkOneProps = { username: string; provider: ProviderView; close: () => void };

function LinkOne({ username, provider, close }: LinkOneProps): ReactNode {
  const link = useLinkProvider();
  return (
    <Dialog
      open
      onOpenChange={close}
      title={`Link ${provider.label}`}
      words={`You go to ${provider.label} and come back. Then it opens this account.`}
    >
      <Proof
        username={username}
        action={`Go to ${provider.label}`}
        look="primary"
        busy={link.isPending || link.isSuccess}
        error={link.error}
        send={(current) => link.mutate({ provider: provider.id, current })}
      />
    </Dialog>
  );
}

type UnlinkOneProps = {
  username: string;
  identity: IdentityView;
  password: boolean;
  close: () => void;
};

function UnlinkOne({ username, identity, password, close }: UnlinkOneProps): ReactNode {
  const unlink = useUnlinkIdentity();
  const send = (current: string | null): void =>
    unlink.mutate({ identity: identity.id, current }, { onSuccess: close });
  return (
    <Dialog
      open
      onOpenChange={close}
      title={`Unlink ${identity.label}`}
      words={`From then on ${identity.label} no longer opens this account.`}
    >
      {password ? (
        <Proof
          username={username}
          action="Unlink"
          look="danger"
          busy={unlink.isPending}
          error={unlink.error}
          send={send}
        />
      ) : (
        <div className={form["form"]}>
          {unlink.error ? <Notice tone="danger">{errorWords(unlink.error)}</Notice> : null}
          <div className={form["ends"]}>
            <Button look="danger" busy={unlink.isPending} onClick={() => send(null)}>
              Unlink
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  );
}

type ProofProps = {
  username: string;
  action: string;
  look: "primary" | "danger";
  busy: boolean;
  error: Error | null;
  send: (current: string) => void;
};

/** The password, for what changes who can log in. */
function Proof({ username, action, look, busy, error, send }: ProofProps): ReactNode {
  const fields = useForm({ resolver: zodResolver(enrolForm), defaultValues: { current: "" } });
  const { errors } = fields.formState;
  const submit = fields.handleSubmit(({ current }) => send(current));
  return (
    <form className={form["form"]} onSubmit={(event) => void submit(event)} noValidate>
      {error ? <Notice tone="danger">{errorWords(error)}</Notice> : null}
      <input type="hidden" autoComplete="username" value={username} readOnly />
      <Field
        label="Password"
        type="password"
        autoComplete="current-password"
        error={errors.current && fieldWords("current")}
        {...fields.register("current")}
      />
      <div className={form["ends"]}>
        <Button type="submit" look={look} busy={busy}>
          {action}
        </Button>
      </div>
    </form>
  );
}
