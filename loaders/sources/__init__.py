"""The five sources: their coded records, their passages, and what they are as works."""
