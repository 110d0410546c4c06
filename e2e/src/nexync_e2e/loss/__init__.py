"""The loss checker: load through faults, then a pure judgement of what everybody saw."""
