"""Certificates: evidence that anyone can check.

| module | what it does |
|---|---|
| `encoding` | claims as JSON |
| `writing` | a verdict's certificate: the evidence made anew, in the form that the checker reads |
| `reading` | a certificate's task read again, and compared with its claim |
| `exporting` | clausal proofs as files for public checkers |
| `verifying` | the checker and the reader in a child, with limits |
| `checker` | the checker itself: the standard library and the kernel, nothing else |
"""
