"""What every other room shares, in both packages; it imports the errors alone."""
