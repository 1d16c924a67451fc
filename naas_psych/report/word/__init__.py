"""The report as a Word file that people can edit."""
