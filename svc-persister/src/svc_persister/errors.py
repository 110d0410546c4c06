"""Everything that can go wrong here. Only the two `Away` errors are waited for; all others stop the process."""


class PersisterError(Exception):
    """Base of all errors of this service; the message is one line that says what to do or what broke."""


class StoreAwayError(PersisterError):
    """Postgres does not answer. Nothing is known about the last transaction; try again."""


class WindowsAwayError(PersisterError):
    """Redis does not answer. Nothing is known about the last call; the windows must be rewritten."""


class FencedError(PersisterError):
    """Another persister has taken the partition: drop the state and stop."""


class LostPartitionsError(PersisterError):
    """The group gave our partitions to others, because this process was frozen or cut off."""


class WrongLogError(PersisterError):
    """The log is not the one that Postgres was built from, or no longer holds the next offset."""


class BrokenInvariantError(PersisterError):
    """Something that can't happen did (a unique violation, a gap): stop, never merge."""


class UnknownTagError(PersisterError):
    """A command of a newer release: this one must not guess. Roll the readers out first."""


class DeadLetterLimitError(PersisterError):
    """More unreadable records within an hour than allowed: somebody writes garbage, a person must look."""


class LogAwayError(PersisterError):
    """Kafka did not confirm a dead letter in time."""
