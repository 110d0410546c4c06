import { useQuery } from "@tanstack/react-query";
import { ShieldX } from "lucide-react";
import { useState, type ReactNode } from "react";
import styles from "@/app/_shell/Administration.module.css";
import type { AdminPage } from "@/app/_shell/place";
import settings from "@/app/_shell/Settings.module.css";
import { SettingsHead } from "@/app/_shell/SettingsPage";
import { instanceQuery } from "@/features/account/api/instance";
import { OwnerProof } from "@/features/account/ui/OwnerProof";
import { adminQuery } from "@/features/admin/api/admin";
import { AuditLog } from "@/features/admin/ui/AuditLog";
import { Invitations } from "@/features/admin/ui/Invitations";
import { People } from "@/features/admin/ui/People";
import { Reports } from "@/features/admin/ui/Reports";
import type { Proof } from "@/features/admin/ui/proof";
import { Link } from "@/shared/lib/Link";
import { useLive } from "@/shared/lib/live";
import { Empty } from "@/shared/ui/Empty";
import { LoadError } from "@/shared/ui/LoadError";
import { SkeletonRows } from "@/shared/ui/Skeleton";

const PAGES: readonly { page: AdminPage; to: string; words: string }[] = [
  { page: "people", to: "/admin", words: "People" },
  { page: "invitations", to: "/admin/invitations", words: "Invitations" },
  { page: "reports", to: "/admin/reports", words: "Reports" },
  { page: "log", to: "/admin/log", words: "Audit log" },
];

/** For those who run this Nexync: people, invitations, reports, and what was done. */
export function Administration({ page }: { page: AdminPage }): ReactNode {
  const admin = useQuery(adminQuery);
  return (
    <div className={settings["page"]}>
      <div className={styles["column"]}>
        <SettingsHead title="Administration" />
        {admin.data === true ? (
          <>
            <nav className={styles["tabs"]} aria-label="Administration">
              {PAGES.map((one) => (
                <Link
                  key={one.page}
                  to={one.to}
                  className={styles["tab"]}
                  {...(one.page === page ? { "aria-current": "page" as const } : {})}
                >
                  {one.words}
                </Link>
              ))}
            </nav>
            <Inside page={page} />
          </>
        ) : admin.data === false ? (
          <Empty
            icon={ShieldX}
            title="For administrators only"
            words="Ask those who run this Nexync if you should be one."
          />
        ) : admin.error ? (
          <LoadError error={admin.error} onAgain={() => void admin.refetch()} />
        ) : (
          <SkeletonRows count={5} label="Administration is loading" />
        )}
      </div>
    </div>
  );
}

function Inside({ page }: { page: AdminPage }): ReactNode {
  const { me } = useLive();
  const instance = useQuery(instanceQuery);
  const [now] = useState(Date.now);
  const proof: Proof = (asked) => <OwnerProof username={me.username} {...asked} />;
  if (page === "people") return <People me={me.person} now={now} proof={proof} />;
  if (page === "reports") return <Reports now={now} />;
  if (page === "log") return <AuditLog now={now} />;
  return <Invitations registration={instance.data?.registration} now={now} proof={proof} />;
}
