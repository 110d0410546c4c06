"""Figures of a running instance beside floors measured in the same run, so that the ratios hold on any machine."""
