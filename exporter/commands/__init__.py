"""The commands that load, verify, check and drop models; nothing below imports them."""
