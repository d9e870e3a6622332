"""The command's replies, read by the official Python SDK."""
