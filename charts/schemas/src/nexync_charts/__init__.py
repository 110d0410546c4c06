"""What may stand in the charts' values, written down once."""
