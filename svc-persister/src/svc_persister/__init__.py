"""The sequencer: reads the log, decides each command, publishes the event at once, stores in bulk."""
