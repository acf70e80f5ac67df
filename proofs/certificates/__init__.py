"""Certificates: evidence that anyone can check.

| module | what it does |
|---|---|
| `encoding` | claims as JSON |
| `asked` | what a certificate is asked to prove, or why there is none |
| `writing` | the certificate of a verdict or a distance, made anew, in the form that the checker reads |
| `proving` | evidence that squares commute |
| `refutations` | counterexamples, and where a distance is attained |
| `contexts` | maps of contexts that are listed, and contexts that prove that there is none |
| `reading` | a certificate's task read again, and compared with its claim |
| `exporting` | clausal proofs as files for public checkers |
| `verifying` | the checker and the reader in a child, with limits |
| `alone` | the checker in an interpreter that loads nothing else of tauomega |
| `trusted` | the modules that checking may load, and how long they are |
| `checker` | the checker itself: the standard library and the kernel, nothing else |
"""
