"""Readers under a fuzzer that is led by coverage, each subject in a process of its own."""
