"""Resources for finding data: index, codebook, search, reconciliation, exports."""
