"""The register as commands; the only room that prints."""
