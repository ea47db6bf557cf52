"""The addresses that say what there is: index, codebook, search, reconciliation, exports."""
