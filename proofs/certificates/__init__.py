"""Certificates, and the independent checker that reads nothing but them and the kernel."""
