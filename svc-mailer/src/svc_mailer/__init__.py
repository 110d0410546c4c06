"""svc-mailer: jobs from RabbitMQ become mails over SMTP, acknowledged only after the work."""
