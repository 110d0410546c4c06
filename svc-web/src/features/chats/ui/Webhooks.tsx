import { useQuery } from "@tanstack/react-query";
import { Unplug, Webhook } from "lucide-react";
import { useState, type ReactNode } from "react";
import { hooksQuery, useMakeHook, useRevokeHook } from "@/features/chats/api/hooks";
import styles from "@/features/chats/ui/Details.module.css";
import { MadeLink } from "@/features/chats/ui/MadeLink";
import { limits } from "@/shared/contracts/generated";
import { absolute } from "@/shared/lib/time";
import { errorWords } from "@/shared/lib/words";
import { Button, IconButton } from "@/shared/ui/Button";
import { Field } from "@/shared/ui/Field";
import { Notice } from "@/shared/ui/Notice";

type WebhooksProps = {
  chat: string;
  /** Who made one, where that is told: in a private chat, in which it speaks for them. */
  nameOf?: (person: string) => string;
};

/**
 * Addresses by which programs write in this chat: for a group's admins, and for both of a private chat. An address is
 * shown once, when it is made.
 */
export function Webhooks({ chat, nameOf }: WebhooksProps): ReactNode {
  const hooks = useQuery(hooksQuery(chat));
  const make = useMakeHook(chat);
  const revoke = useRevokeHook(chat);
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const problem = make.error ?? revoke.error ?? hooks.error;
  return (
    <section className={styles["section"]} aria-label="Webhooks">
      <div className={styles["bar"]}>
        <h3>Webhooks</h3>
        <Button look="quiet" small aria-expanded={open} onClick={() => setOpen(!open)}>
          <Webhook size={18} strokeWidth={1.75} />
          {open ? "Done" : "New webhook"}
        </Button>
      </div>
      {problem ? <Notice tone="danger">{errorWords(problem)}</Notice> : null}
      {open ? (
        <form
          className={styles["form"]}
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim() !== "") make.mutate(name.trim(), { onSuccess: () => setName("") });
          }}
        >
          <Field
            label="Name"
            value={name}
            maxLength={limits.hookNameChars}
            hint="It stands above the messages. A program sends them to an address that is made for it."
            onChange={(event) => setName(event.target.value)}
          />
          <Button type="submit" look="primary" wide busy={make.isPending}>
            Make webhook
          </Button>
          {make.data === undefined ? null : (
            <MadeLink key={make.data} label="The address of the webhook" link={make.data} />
          )}
        </form>
      ) : null}
      <ul>
        {(hooks.data ?? []).map((hook) => (
          <li key={hook.hook} className={styles["member"]}>
            <span className={styles["name"]}>
              {hook.name}
              <small>
                {nameOf === undefined ? "Since" : `By ${nameOf(hook.by)}, since`}{" "}
                {absolute(hook.made_at)}
              </small>
            </span>
            <IconButton
              label={`Revoke ${hook.name}`}
              side="left"
              onClick={() => revoke.mutate(hook.hook)}
            >
              <Unplug size={20} strokeWidth={1.75} />
            </IconButton>
          </li>
        ))}
      </ul>
      {hooks.data?.length === 0 && !open ? (
        <p className={styles["meta"]}>No program writes here.</p>
      ) : null}
    </section>
  );
}
