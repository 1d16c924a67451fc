"""Assurance: thresholds, verdicts, disclosure and the manifest that lets others check a run."""
