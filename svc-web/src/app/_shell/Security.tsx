import { useState, type ReactNode } from "react";
import { SettingsGroup, SettingsPage } from "@/app/_shell/SettingsPage";
import { ChangeEmail } from "@/features/account/ui/ChangeEmail";
import { ChangePassword } from "@/features/account/ui/ChangePassword";
import { Identities } from "@/features/account/ui/Identities";
import { Passkeys } from "@/features/account/ui/Passkeys";
import { Sessions } from "@/features/account/ui/Sessions";
import { TwoStep } from "@/features/account/ui/TwoStep";
import { useLive } from "@/shared/lib/live";

type SecurityProps = { linked: string | null; problem: string | null };

/** What keeps the account its owner's. */
export function Security({ linked, problem }: SecurityProps): ReactNode {
  const { me } = useLive();
  const [now] = useState(Date.now);
  return (
    <SettingsPage title="Security">
      <SettingsGroup title="Where you are logged in">
        <Sessions username={me.username} now={now} />
      </SettingsGroup>
      <SettingsGroup title="Two-step verification">
        <TwoStep username={me.username} now={now} />
      </SettingsGroup>
      <SettingsGroup title="Passkeys">
        <Passkeys username={me.username} now={now} />
      </SettingsGroup>
      <SettingsGroup title="E-mail address">
        <ChangeEmail username={me.username} />
      </SettingsGroup>
      <SettingsGroup title="Linked accounts">
        <Identities username={me.username} now={now} linked={linked} problem={problem} />
      </SettingsGroup>
      <SettingsGroup title="Password">
        <ChangePassword username={me.username} />
      </SettingsGroup>
    </SettingsPage>
  );
}
