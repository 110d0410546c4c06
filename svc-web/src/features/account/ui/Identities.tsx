import { useQuery } from "@tanstack/react-query";
import { Link2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import {
  identitiesQuery,
  providersQuery,
  useLinkProvider,
  useUnlinkIdentity,
} from "@/features/account/api/providers";
import { canUnlink, problemWords, unlinked } from "@/features/account/model/providers";
import { OwnerProof } from "@/features/account/ui/OwnerProof";
import styles from "@/features/account/ui/Providers.module.css";
import rows from "@/features/account/ui/Sessions.module.css";
import form from "@/features/account/ui/TwoStep.module.css";
import type { IdentityView, OwnerProofBody, ProviderView } from "@/shared/contracts/generated";
import { absolute, listTime } from "@/shared/lib/time";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
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
      {fresh ? (
        <Notice>
          {fresh.label} is linked. It opens this account from now on. If you doubt any of your
          devices, log out everywhere else above.
        </Notice>
      ) : null}
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
      <OwnerProof
        username={username}
        action={`Go to ${provider.label}`}
        look="primary"
        busy={link.isPending || link.isSuccess}
        error={link.error}
        send={(proof) => link.mutate({ provider: provider.id, proof })}
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
  const send = (proof: OwnerProofBody): void =>
    unlink.mutate({ identity: identity.id, proof }, { onSuccess: close });
  return (
    <Dialog
      open
      onOpenChange={close}
      title={`Unlink ${identity.label}`}
      words={`From then on ${identity.label} no longer opens this account.`}
    >
      {password ? (
        <OwnerProof
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
            <Button look="danger" busy={unlink.isPending} onClick={() => send({})}>
              Unlink
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  );
}
