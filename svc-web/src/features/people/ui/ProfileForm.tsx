import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import {
  ownProfileQuery,
  usageQuery,
  useSaveProfile,
  useSetOwnPicture,
} from "@/features/people/api/profiles";
import styles from "@/features/people/ui/Profile.module.css";
import { limits, type OwnProfile } from "@/shared/contracts/generated";
import { RestError } from "@/shared/lib/rest";
import { sizeWords } from "@/shared/lib/sizes";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";
import { PersonFace } from "@/shared/ui/Face";
import { Field } from "@/shared/ui/Field";
import { Notice } from "@/shared/ui/Notice";
import { PictureChooser } from "@/shared/ui/PictureChooser";
import { SkeletonRows } from "@/shared/ui/Skeleton";
import { TextArea } from "@/shared/ui/TextArea";

/** One's picture, name and bio, and what one's files take. */
export function ProfileForm(): ReactNode {
  const own = useQuery(ownProfileQuery);
  if (own.data !== undefined) {
    return (
      <>
        <OwnPicture own={own.data} />
        <Form own={own.data} />
        <Usage />
      </>
    );
  }
  if (own.error) return <Notice tone="danger">{errorWords(own.error)}</Notice>;
  return <SkeletonRows count={2} label="Loading your profile" />;
}

function OwnPicture({ own }: { own: OwnProfile }): ReactNode {
  const { mutateAsync } = useSetOwnPicture();
  return (
    <PictureChooser has={own.picture !== null} onSet={mutateAsync}>
      <PersonFace person={own.person} name={own.name} size={72} />
    </PictureChooser>
  );
}

/** Said where one can still do something about it; nothing while it isn't known. */
function Usage(): ReactNode {
  const { data } = useQuery(usageQuery);
  if (data === undefined) return null;
  return (
    <section className={styles["usage"]} aria-label="Your files">
      <p className={styles["label"]}>Your files</p>
      <meter
        className={styles["meter"]}
        aria-label="Room that your files take"
        min={0}
        max={data.quota}
        high={data.quota * 0.9}
        value={data.used}
      />
      <p className={styles["meta"]}>
        {sizeWords(data.used)} of {sizeWords(data.quota)} in messages and pictures. Deleting a
        message gives its room back after a while.
      </p>
    </section>
  );
}

function Form({ own }: { own: OwnProfile }): ReactNode {
  const save = useSaveProfile();
  const [name, setName] = useState(own.name);
  const [bio, setBio] = useState(own.bio);
  const refused =
    save.error instanceof RestError ? save.error.issues.map((one) => one.path[1]) : [];
  const changed = name !== own.name || bio !== own.bio;
  return (
    <form
      className={styles["form"]}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(
          { name, bio },
          {
            onSuccess: (saved) => {
              setName(saved.name);
              setBio(saved.bio);
            },
          },
        );
      }}
    >
      {save.error && refused.length === 0 ? (
        <Notice tone="danger">{errorWords(save.error)}</Notice>
      ) : null}
      {save.isSuccess && !changed ? <Notice>Saved. Others see it now.</Notice> : null}
      <Field
        label="Name"
        hint={`Shown beside @${own.username}. Leave it empty to show that alone.`}
        error={
          refused.includes("name")
            ? "A name has up to 64 characters that can be seen, on one line."
            : undefined
        }
        value={name}
        maxLength={limits.displayNameChars}
        autoComplete="name"
        onChange={(event) => setName(event.target.value)}
      />
      <TextArea
        label="About you"
        hint={`${limits.bioChars - bio.length} characters left.`}
        error={
          refused.includes("bio")
            ? "This text has characters that can't be shown. Take them out and save again."
            : undefined
        }
        rows={4}
        value={bio}
        maxLength={limits.bioChars}
        onChange={(event) => setBio(event.target.value)}
      />
      <div>
        <Button type="submit" look="primary" busy={save.isPending} disabled={!changed}>
          Save
        </Button>
      </div>
    </form>
  );
}
