"""What every Nexync service shares: lifecycle, settings, logs, admin port and clients of the backends."""
