"""Servers that a service's tests need: which ones, and throwaway ones that live and die with the sandbox.

`wants.py` says what the service asks for, `asked.py` what its CI has, `planning.py` brings both together, and there is
one file for each kind of server. Inside the sandbox `inside/chairlift_start.py` starts them and runs the tests.
"""
