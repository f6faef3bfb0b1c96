"""Answers to questions, a file a theme; each function takes a question and returns a frame."""
