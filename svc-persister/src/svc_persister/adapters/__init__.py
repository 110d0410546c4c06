"""What the persister talks to: Kafka, Postgres, Redis."""
