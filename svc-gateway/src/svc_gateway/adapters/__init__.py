"""What reaches the outside: Redis, Kafka, svc-chat and svc-auth."""
