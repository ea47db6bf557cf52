"""Resources that are computed: one file for each analysis."""
