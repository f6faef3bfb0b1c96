"""What neurons do over many inputs, gathered batch by batch."""
