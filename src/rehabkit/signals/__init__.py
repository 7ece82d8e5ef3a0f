"""Arithmetic on biosignals: filters, spectra, connectivity, established EMG and EEG measures. numpy and scipy only."""
