"""The shipped searches over events, through the packaged binary, in the mini search head."""
